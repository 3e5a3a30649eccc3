"""The last of what went over all wires of a run, in a file that never grows beyond its bound.

It is for people who ask what was really said, not for recovery: nothing decides on it, writing it never waits for a
disk to sync, and the end may be missing after a crash. Two halves: the newer is the file itself, the older has `.1`
appended; lines are transcript records with the port in front of them.
"""

from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Literal

from autosynth.errors import JournalError
from autosynth.wire.stream import Trace
from autosynth.wire.transcript import Record, format_record


class RingFile:
    """A trace file of at most `max_bytes` in two halves.

    Raises:
        JournalError: the file cannot be made.
    """

    def __init__(self, path: Path, *, max_bytes: int = 8 << 20) -> None:
        self._path = path
        self._older = path.with_name(path.name + ".1")
        self._half = max_bytes // 2
        self._size = 0
        self._file = self._begin()

    def hook(self, port: str) -> Trace:
        """Return a trace hook that writes lines `port > @seconds bytes`."""

        def trace(way: Literal[">", "<"], t_s: float, data: bytes) -> None:
            self._write(f"{port} {format_record(Record(way, data, t_s))}")

        return trace

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Write the rest and close."""
        self._file.close()

    def __enter__(self) -> "RingFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def lines(self) -> list[str]:
        """Return the lines kept, oldest first."""
        self.flush()
        return [line for path in (self._older, self._path) if path.exists() for line in path.read_text().splitlines()]

    def _begin(self) -> TextIOWrapper:
        try:
            return self._path.open("w", encoding="ascii", newline="\n")
        except OSError as error:
            message = f"cannot write the wire trace {self._path}: {error}"
            raise JournalError(message) from error

    def _write(self, line: str) -> None:
        if self._size + len(line) > self._half:
            self._file.close()
            self._path.replace(self._older)
            self._file = self._begin()
            self._size = 0
        self._file.write(line)
        self._size += len(line)
