"""Where a NAMUR answer begins and ends: at line feeds, with spaces and carriage returns around it stripped.

The line is 7E1. Bytes with the eighth bit set mean that one side is set otherwise (or noise), and are refused; a
simulated line over a pseudo-terminal carries the same text as 8N1, because the kernel offers no parity there.
"""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Reply

_LONGEST = 200


class NamurFraming(Gathered):
    """Splits at line feeds and skips empty lines."""

    def next(self) -> Reply | None:
        """Return the next line that is not empty, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a line is not printable ASCII, or does not end.
        """
        while (end := self._buffer.find(b"\n")) >= 0:
            self._refuse_endless(end + 1)
            frame = self._take(end + 1)
            if not frame.isascii() or not frame.strip().decode().isprintable():
                raise GarbledReplyError("the line is not plain text: is the port set to 7E1?", received=frame)
            if frame.strip():
                return Reply(frame)
        self._refuse_endless(len(self._buffer))
        return None

    def _refuse_endless(self, length: int) -> None:
        if length > _LONGEST:
            raise GarbledReplyError(f"no end of line within {_LONGEST} bytes", received=self._take(length))
