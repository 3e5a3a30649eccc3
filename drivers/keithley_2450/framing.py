"""Answers are lines that end in LF; the instrument says nothing of itself."""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Reply

_LONGEST = 1 << 20
_SHOWN = 200
"""So many bytes of what was dropped are in the error."""


class LineFraming(Gathered):
    """Cuts the stream into lines."""

    def next(self) -> Reply | None:
        """Return the next line, or None when more bytes are needed.

        Raises:
            GarbledReplyError: no answer is so long; the bytes are dropped.
        """
        end = self._buffer.find(b"\n") + 1
        if (end or len(self._buffer)) > _LONGEST:
            dropped = self._take(end or len(self._buffer))
            message = f"no end of line within {_LONGEST} bytes"
            raise GarbledReplyError(message, received=dropped[:_SHOWN])
        return Reply(self._take(end)) if end else None
