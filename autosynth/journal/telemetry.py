"""What sensors said, second by second: many samples, none of them worth delaying a stroke for.

Samples wait in memory until a block is full or `flush_s` old, then go to a file beside the journal through its own
connection, in real time in its own thread. If the disk cannot keep up, the oldest waiting blocks are discarded and
counted: memory stays flat, and nobody is ever made to wait or fail. Nothing here is in the hash chain; the numbers a
decision used are in the journal.
"""

import asyncio
import threading
from array import array
from collections import deque
from pathlib import Path

import numpy as np

from autosynth.errors import AutosynthError
from autosynth.journal.block import Samples
from autosynth.journal.disk import Disk
from autosynth.journal.telemetryfile import Block, TelemetryFile


class _Buffer:
    """Samples of one channel that are not yet a block."""

    __slots__ = ("t_s", "values")

    def __init__(self) -> None:
        self.t_s = array("d")
        self.values = array("d")


class Telemetry:
    """Collects samples of named channels and writes them in blocks; `threaded` in real time, inline in virtual time.

    Args:
        path: the telemetry file, made if there is none.
        disk: where it lies.
        threaded: write in a thread of its own.
        block_samples: how many samples of a channel make a block.
        flush_s: how old, in the samples' own time, a sample may get in memory before all channels are written.
        waiting_samples: how many samples may wait for the disk before the oldest blocks are discarded.

    Raises:
        JournalError: the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        disk: Disk,
        *,
        threaded: bool,
        block_samples: int = 4096,
        flush_s: float = 10.0,
        waiting_samples: int = 1_000_000,
    ) -> None:
        self.lost_samples = 0
        """How many samples were discarded because the disk refused or could not keep up."""
        self.trouble = ""
        """What the disk last refused with; empty if it never did."""
        self._file = TelemetryFile.create(path, disk)
        self._block_samples = block_samples
        self._flush_s = flush_s
        self._buffers: dict[str, _Buffer] = {}
        self._oldest_s = float("inf")
        self._waiting: deque[Block] = deque()
        self._held = 0
        self._limit = waiting_samples
        self._changed = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"telemetry {path.name}", daemon=True)
        self._threaded = threaded
        if threaded:
            self._thread.start()

    def add(self, channel: str, t_s: float, value: float) -> None:
        """Take one sample; never waits for the disk in real time, never fails."""
        buffer = self._buffers.get(channel)
        if buffer is None:
            buffer = self._buffers[channel] = _Buffer()
        buffer.t_s.append(t_s)
        buffer.values.append(value)
        if t_s < self._oldest_s:
            self._oldest_s = t_s
        if t_s - self._oldest_s >= self._flush_s:
            self.flush()
        elif len(buffer.t_s) >= self._block_samples:
            self._give([self._block(channel, self._buffers.pop(channel))])

    def extend(self, channel: str, t_s: Samples, values: Samples) -> None:
        """Take many samples of a channel at once: times (n,) float64, s, and values (n,) float64.

        Raises:
            ValueError: the arrays differ in length.
        """
        if t_s.shape != values.shape:
            msg = f"{channel}: {t_s.shape} times and {values.shape} values"
            raise ValueError(msg)
        if channel in self._buffers:
            self._give([self._block(channel, self._buffers.pop(channel))])
        for start in range(0, t_s.size, self._block_samples):
            part = slice(start, start + self._block_samples)
            self._give([Block(channel, t_s[part], values[part])])

    def flush(self) -> None:
        """Hand every sample taken so far to the writer."""
        blocks = [self._block(channel, buffer) for channel, buffer in self._buffers.items()]
        self._buffers.clear()
        self._oldest_s = float("inf")
        self._give(blocks)

    @property
    def held_samples(self) -> int:
        """Return how many samples wait in memory, without those being written at the moment."""
        return self._held + sum(len(buffer.t_s) for buffer in self._buffers.values())

    async def close(self, timeout_s: float = 5.0) -> None:
        """Write what is held and let go of the file; a disk that stalls longer than `timeout_s` is left behind."""
        self.flush()
        if not self._threaded:
            self._end()
            return
        with self._changed:
            self._ending = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join, timeout_s)

    @staticmethod
    def _block(channel: str, buffer: _Buffer) -> Block:
        return Block(channel, np.frombuffer(buffer.t_s), np.frombuffer(buffer.values))

    def _give(self, blocks: list[Block]) -> None:
        if not self._threaded:
            self._write(blocks)
            return
        with self._changed:
            self._waiting.extend(blocks)
            self._held += sum(block.t_s.size for block in blocks)
            while self._held > self._limit:
                discarded = self._waiting.popleft().t_s.size
                self._held -= discarded
                self.lost_samples += discarded
            self._changed.notify()

    def _write(self, blocks: list[Block]) -> None:
        try:
            self._file.write(blocks)
        except AutosynthError as error:
            with self._changed:
                self.trouble = str(error)
                self.lost_samples += sum(block.t_s.size for block in blocks)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                blocks = list(self._waiting)
                self._waiting.clear()
                self._held = 0
            if not blocks:
                self._end()
                return
            self._write(blocks)

    def _end(self) -> None:
        try:
            self._file.close()
        except AutosynthError as error:
            self.trouble = str(error)
