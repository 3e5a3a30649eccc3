"""Where an answer begins and ends: at carriage returns; empty lines and line feeds between them are skipped."""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Reply

_LONGEST = 200


class AlicatFraming(Gathered):
    """Splits at carriage returns."""

    def next(self) -> Reply | None:
        """Return the next line that is not empty, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a line is not printable ASCII, or does not end.
        """
        while (end := self._buffer.find(b"\r")) >= 0:
            self._refuse_endless(end + 1)
            frame = self._take(end + 1)
            if not frame.strip():
                continue
            if not frame.isascii() or not frame.strip().decode().isprintable():
                raise GarbledReplyError("the line is not plain text: is the baud rate right?", received=frame)
            return Reply(frame)
        self._refuse_endless(len(self._buffer))
        return None

    def _refuse_endless(self, length: int) -> None:
        if length > _LONGEST:
            raise GarbledReplyError(f"no end of line within {_LONGEST} bytes", received=self._take(length))
