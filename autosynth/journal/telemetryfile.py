"""The file of a run's telemetry: compressed blocks of one channel's samples, found by time.

`synchronous=NORMAL`: a power cut may cost the last blocks, never the file. Anything else about sampling (when blocks
are cut, who waits) is `telemetry.py`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, cast

import apsw
import numpy as np

from autosynth.errors import JournalCorruptError
from autosynth.journal.block import Samples, pack, unpack
from autosynth.journal.connection import connect, translated
from autosynth.journal.disk import Disk

_TABLES = """
CREATE TABLE IF NOT EXISTS channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS block (
    id INTEGER PRIMARY KEY, channel INTEGER NOT NULL REFERENCES channel,
    first_s REAL NOT NULL, last_s REAL NOT NULL, times BLOB NOT NULL, samples BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS block_by_time ON block (channel, first_s, last_s);
"""
_RANGE = """
SELECT times, samples FROM block
WHERE channel = (SELECT id FROM channel WHERE name = ?) AND first_s <= ? AND last_s >= ? ORDER BY first_s, id
"""


class Block(NamedTuple):
    """Samples of one channel: run times (n,) float64, s; values (n,) float64 in the channel's own unit."""

    channel: str
    t_s: Samples
    values: Samples


class TelemetryFile:
    """An open telemetry file; make one with `create` or `read`."""

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def create(cls, path: Path, disk: Disk) -> "TelemetryFile":
        """Open the file for writing, making it if there is none.

        Raises:
            JournalError: it cannot be written.
        """
        with translated(path):
            connection = connect(path, disk, create=True, synchronous="NORMAL")
            connection.execute(_TABLES)
            return cls(path, connection)

    @classmethod
    def read(cls, path: Path, disk: Disk) -> "TelemetryFile":
        """Open the file for reading only; its writer may be alive in another process.

        Raises:
            JournalError: there is no telemetry file at `path`.
        """
        with translated(path):
            return cls(path, connect(path, disk, readonly=True))

    def write(self, blocks: Iterable[Block]) -> None:
        """Write blocks in one transaction; empty ones are passed over.

        Raises:
            JournalError: the disk refused; none of the blocks was written.
        """
        rows = [(b.channel, b.t_s.min(), b.t_s.max(), pack(b.t_s), pack(b.values)) for b in blocks if b.t_s.size]
        with translated(self.path), self._connection:
            for channel, first_s, last_s, times, samples in rows:
                self._connection.execute(
                    "INSERT INTO block (channel, first_s, last_s, times, samples) VALUES (?, ?, ?, ?, ?)",
                    (self._number(channel), float(first_s), float(last_s), times, samples),
                )

    def _number(self, channel: str) -> int:
        self._connection.execute("INSERT OR IGNORE INTO channel (name) VALUES (?)", (channel,))
        return int(self._connection.execute("SELECT id FROM channel WHERE name = ?", (channel,)).get)

    def channels(self) -> tuple[str, ...]:
        """Return the names of the channels that have samples, sorted.

        Raises:
            JournalError: the file cannot be read.
        """
        with translated(self.path):
            return tuple(str(name) for (name,) in self._connection.execute("SELECT name FROM channel ORDER BY name"))

    def samples(self, channel: str, start_s: float, end_s: float) -> tuple[Samples, Samples]:
        """Return times and values, each (n,) float64, of a channel with `start_s` <= time <= `end_s`.

        Raises:
            JournalCorruptError: a block cannot be unpacked.
            JournalError: the file cannot be read.
        """
        with translated(self.path):
            rows = self._connection.execute(_RANGE, (channel, end_s, start_s)).fetchall()
        found = cast("list[tuple[bytes, bytes]]", rows)
        try:
            t_s = np.concatenate([np.empty(0), *(unpack(times) for times, _ in found)])
            values = np.concatenate([np.empty(0), *(unpack(samples) for _, samples in found)])
        except ValueError as error:
            msg = f"{self.path}: a block of {channel} is damaged ({error}); other channels can still be read"
            raise JournalCorruptError(msg) from error
        inside = (t_s >= start_s) & (t_s <= end_s)
        return t_s[inside], values[inside]

    def close(self) -> None:
        """Move everything from the write-ahead log into the file and let go of it.

        Raises:
            JournalError: the disk failed.
        """
        with translated(self.path):
            if not self._connection.readonly("main"):
                self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
            self._connection.close()
