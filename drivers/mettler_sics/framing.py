"""Where MT-SICS lines begin and end, and which of them nobody asked for just now.

The line of a balance that has got its power back, `I4 A "serial"`, is an event whenever it comes; as it is also the
answer to `I4`, it is a reply as well. After a `B` the second answer of the same command is an event, and so are the
lines of the document that some commands put between the two. What is awaited is remembered through a resynchronisation
of the line: the answer comes all the same, minutes later.
"""

import re

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Event, Reply
from drivers.mettler_sics.codec import parse_answer, restarted

_LONGEST = 16384
_JOBS = 8
"""So many commands may be at work at once; more are none of this instrument."""
_PLAIN = re.compile(rb"(?:S|I[0-9]|E[STL])[ \r\n]")
"""How answers begin that are no part of a document."""


class SicsFraming(Gathered):
    """Splits at line feeds and skips empty lines."""

    def __init__(self) -> None:
        super().__init__()
        self._working: list[tuple[str, ...]] = []
        self._again: Reply | None = None

    def next(self) -> Reply | Event | None:
        """Return the next line that is not empty, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a line is not plain text, or does not end.
        """
        if self._again is not None:
            again, self._again = self._again, None
            return again
        while (end := self._buffer.find(b"\n")) >= 0:
            self._refuse_endless(end + 1)
            frame = self._take(end + 1)
            if frame.strip():
                return self._line(frame)
        self._refuse_endless(len(self._buffer))
        return None

    def _line(self, frame: bytes) -> Reply | Event:
        answer = parse_answer(frame)
        reading = any(head[0] == "QRD" for head in self._working)
        if answer is None and reading and not _PLAIN.match(frame):
            return Event(frame)
        if not frame.isascii() or not frame.strip().decode().isprintable():
            raise GarbledReplyError("the line is not plain text", received=frame)
        if answer is None:
            if restarted(frame):
                self._working.clear()
                self._again = Reply(frame)
                return Event(frame)
            return Reply(frame)
        awaited = answer.head in self._working
        if answer.code == "B":
            self._working = [*(head for head in self._working if head != answer.head), answer.head][-_JOBS:]
            return Reply(frame)
        self._working = [head for head in self._working if head != answer.head]
        return Event(frame) if awaited else Reply(frame)

    def _refuse_endless(self, length: int) -> None:
        if length > _LONGEST:
            raise GarbledReplyError(f"no end of line within {_LONGEST} bytes", received=self._take(length))
