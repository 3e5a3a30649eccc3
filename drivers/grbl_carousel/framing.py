"""Which lines of a GRBL board answer a command and which come of themselves.

`ok`, `error:N` and status reports are answers. Settings and bracketed information precede the `ok` that ends them and
are one answer with it. A banner, an alarm and a message come of themselves; what a banner interrupts is never ended.
"""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Event, Reply
from drivers.grbl_carousel.codec import ALARM, BANNER, OK

_LONGEST = 256
"""No line of GRBL is longer than its buffers, by far."""
_MOST = 1 << 14


class GrblFraming(Gathered):
    """Cuts the stream into lines and gathers those that an `ok` ends."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def reset(self) -> None:
        """Forget what is incomplete."""
        super().reset()
        self._held.clear()

    def next(self) -> Reply | Event | None:
        """Return the next answer or event, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a line is of no known kind, or does not end; it is dropped.
        """
        while end := self._buffer.find(b"\n") + 1:
            self._refuse_endless(end)
            line = self._take(end)
            words = line.strip()
            if words == OK or words.startswith(b"error:"):
                held = bytes(self._held)
                self._held.clear()
                return Reply(held + line)
            if words.startswith(b"<"):
                return Reply(line)
            if words.startswith((BANNER, ALARM, b"[MSG:", b">")):
                self._held.clear()
                return Event(line)
            if words.startswith((b"$", b"[")) and len(self._held) < _MOST:
                self._held += line
            elif words:
                self._held.clear()
                raise GarbledReplyError("no line of GRBL begins like this", received=line)
        self._refuse_endless(len(self._buffer))
        return None

    def _refuse_endless(self, length: int) -> None:
        if length > _LONGEST:
            self._held.clear()
            dropped = self._take(length)
            raise GarbledReplyError(f"no end of line within {_LONGEST} bytes", received=dropped)
