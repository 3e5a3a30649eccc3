"""Which lines of the instrument answer a command and which come of themselves.

Lines end in LF. Answers begin with the letter of the command; what a running script prints begins with another
character, so that the first one decides. The answer to `t` has two lines, the last ending in `*`. Older firmware
glues the answer to `e` to the first line of the script's output; it is split here. Data packages that arrived together
are one event.
"""

import re

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Event, Reply

_ANSWERS = frozenset(b"tivelrZYhHGS")
_LONGEST = 4096
_PACKAGES = re.compile(rb"(?:P[^\n]{0,%d}\n)+" % (_LONGEST - 2))


class MethodScriptFraming(Gathered):
    """Cuts the stream into lines; a line of unknown beginning is an event, for the device to judge."""

    def next(self) -> Reply | Event | None:
        """Return the next line, two-line answer, or data packages that have come.

        Raises:
            GarbledReplyError: no line of this instrument is so long; the bytes are dropped.
        """
        if packages := self._packages():
            return Event(self._take(packages))
        end = self._buffer.find(b"\n") + 1
        if end and self._buffer[0] == ord("t") and not self._buffer.startswith(b"t!"):
            end = self._buffer.find(b"*\n") + 2
            end = 0 if end == 1 else end
        self._refuse_endless(end or len(self._buffer))
        if not end:
            return None
        if self._buffer[0] not in _ANSWERS:
            return Event(self._take(end))
        return Reply(self._take(1 if self._buffer.startswith(b"eM") else end))

    def _packages(self) -> int:
        """Return how many bytes of whole packages stand at the beginning."""
        found = _PACKAGES.match(self._buffer)
        return 0 if found is None else found.end()

    def _refuse_endless(self, length: int) -> None:
        if length > _LONGEST:
            dropped = self._take(length)
            message = f"no end of line within {_LONGEST} bytes"
            raise GarbledReplyError(message, received=dropped)
