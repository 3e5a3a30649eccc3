"""Answers are lines that end in LF; the instrument says nothing of itself."""

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Reply

_LONGEST = 1 << 20


class LineFraming:
    """Cuts the stream into lines."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def next(self) -> Reply | None:
        """Return the next line, or None when more bytes are needed.

        Raises:
            GarbledReplyError: no answer is so long; the bytes are dropped.
        """
        end = self._buffer.find(b"\n") + 1
        if end:
            line = bytes(self._buffer[:end])
            del self._buffer[:end]
            return Reply(line)
        if len(self._buffer) > _LONGEST:
            self._buffer.clear()
            message = f"no end of line within {_LONGEST} bytes"
            raise GarbledReplyError(message)
        return None

    def reset(self) -> None:
        """Forget what is incomplete."""
        self._buffer.clear()
