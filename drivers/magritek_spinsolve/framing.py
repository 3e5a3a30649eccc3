"""Where a Spinsolve message ends: at `</Message>`; there is no length and no terminator.

Messages come glued together or cut anywhere, with or without a declaration, byte order mark and white space. What
answers a question at once is a reply. Notifications, and the answers to shims, which come minutes later, are events.
"""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Event, Reply
from drivers.magritek_spinsolve.document import body

_END = b"</Message>"
_LONGEST = 4 << 20
"""The list of protocols has some 64 kB; nothing is so long by far [assumed]."""
_EVENTS = frozenset({"StatusNotification", "CheckShimResponse", "QuickShimResponse", "PowerShimResponse"})


class XmlFraming(Gathered):
    """Cuts the stream into messages and tells answers from what comes by itself by the name of its element."""

    def __init__(self) -> None:
        super().__init__()
        self._seen = 0

    def reset(self) -> None:
        """Forget what is incomplete."""
        super().reset()
        self._seen = 0

    def next(self) -> Reply | Event | None:
        """Return the next message, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a message is not the XML that this protocol has, or none ends; its bytes are dropped.
        """
        end = self._buffer.find(_END, max(self._seen - len(_END), 0))
        if end < 0:
            self._seen = len(self._buffer)
            self._refuse_endless()
            return None
        self._seen = 0
        frame = _without_rest(self._take(end + len(_END)))
        return Event(frame) if body(frame).tag in _EVENTS else Reply(frame)

    def _refuse_endless(self) -> None:
        if len(self._buffer) > _LONGEST:
            dropped = self._take(len(self._buffer))
            self._seen = 0
            message = f"no end of a message within {_LONGEST} bytes"
            raise GarbledReplyError(message, received=dropped[:200])


def _without_rest(data: bytes) -> bytes:
    """Return the last message that begins in `data`, with its declaration: a former one broke off before it."""
    start = max(data.rfind(b"<Message"), 0)
    declared = data.rfind(b"<?xml", 0, start)
    if declared >= 0 and not data[data.find(b"?>", declared) + 2 : start].strip():
        start = declared
    return data[start:]
