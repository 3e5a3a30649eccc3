"""What SQLite's write-ahead log holds, looked at from outside, so that lost commits are noticed.

SQLite ends a log quietly at the first frame that does not verify: right after a crash, wrong after damage. Since every
commit is synced before the next is written, a crash can spoil frames of one commit only; anything of the same log
beyond that one proves damage (file format: sqlite.org/walformat.html). A log cut exactly between commits cannot be
told from a crash; what remains is then a prefix.
"""

import struct
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import apsw

from autosynth.errors import JournalCorruptError
from autosynth.journal.disk import Disk

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = (0x377F0682, 0x377F0683)


class Frame(Enum):
    """What a frame's header says: of an earlier log, part of a commit, or the end of one."""

    STALE = "stale"
    PART = "part"
    COMMIT = "commit"


class LogState(NamedTuple):
    """The log before SQLite touched it: whether its header stands, and what each frame is."""

    whole_header: bool
    frames: tuple[Frame, ...]


def exists(path: Path, disk: Disk) -> bool:
    """Return whether there is a file at `path` on this disk."""
    try:
        apsw.VFSFile(disk.vfs, str(path), [apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_MAIN_DB, 0]).xClose()
    except apsw.CantOpenError:
        return False
    return True


def log_state(path: Path, disk: Disk) -> LogState | None:
    """Return the state of the log beside `path`, or None if there is no log."""
    flags = [apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_WAL, 0]
    try:
        file = apsw.VFSFile(disk.vfs, f"{path}-wal", flags)
    except apsw.CantOpenError:
        return None
    try:
        size = file.xFileSize()
        if size < _HEADER.size:
            return LogState(False, ())
        header = file.xRead(_HEADER.size, 0)
        magic, _, page_size, _, *salts = _HEADER.unpack(header)[:6]
        check = _HEADER.unpack(header)[6:]
        if magic not in _MAGIC or _checksum(header[:24], magic) != check:
            return LogState(False, ())
        frames: list[Frame] = []
        for offset in range(_HEADER.size, size - _FRAME.size + 1, page_size + _FRAME.size):
            _, pages, *frame_salts, _, _ = _FRAME.unpack(file.xRead(_FRAME.size, offset))
            kind = Frame.COMMIT if pages else Frame.PART
            frames.append(kind if frame_salts == salts else Frame.STALE)
        return LogState(True, tuple(frames))
    finally:
        file.xClose()


def require_whole_log(path: Path, connection: apsw.Connection, log: LogState | None) -> None:
    """Refuse a journal that was not closed and whose log does not hold all that was once durable.

    Raises:
        JournalCorruptError: the log is missing or damaged.
    """
    if log is None:
        msg = (
            f"{path} was not closed and its write-ahead log {path.name}-wal is missing: the last events may be lost; "
            "put the file back beside it; without it the run cannot go on, only be settled"
        )
        raise JournalCorruptError(msg)
    valid, _ = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
    if not log.whole_header or _beyond_one_commit(log.frames[max(valid, 0) :]):
        last = connection.execute("SELECT max(seq) FROM event").fetchone()
        after = (last[0] or 0) + 1 if last else 1
        msg = (
            f"{path.name}-wal is damaged: event {after} and later ones were durable and cannot be read; "
            "restore it from a copy; without them the run cannot go on, only be settled"
        )
        raise JournalCorruptError(msg)


def _checksum(data: bytes, magic: int) -> tuple[int, int]:
    """Return SQLite's two running sums over `data`, whose byte order the magic number tells."""
    order = ">" if magic & 1 else "<"
    first = second = 0
    for even, odd in struct.iter_unpack(f"{order}2I", data):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _beyond_one_commit(unread: tuple[Frame, ...]) -> bool:
    """Return whether frames that SQLite did not accept belong to more than the one commit a crash can spoil."""
    if Frame.COMMIT not in unread:
        return False
    after = unread[unread.index(Frame.COMMIT) + 1 :]
    return any(frame is not Frame.STALE for frame in after)
