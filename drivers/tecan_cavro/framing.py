"""Where a Cavro answer begins and ends in a stream that may hold anything else.

Bytes outside frames are skipped, as the pump itself does. A frame with a wrong checksum is reported once and dropped;
whatever follows it is read on.
"""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Reply
from drivers.tecan_cavro.codec import ETX, HOST, STX, checksum

_LONGEST = 300  # the pump's buffer is 255 characters
_PRINTABLE = range(0x20, 0x7F)
_LINE_END = b"\r\n"


class OemFraming(Gathered):
    """Finds STX '0' status data ETX checksum."""

    def next(self) -> Reply | None:
        """Return the next answer, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a frame is complete and its checksum wrong.
        """
        while True:
            end = self._frame_end()
            if end is None:
                return None
            if end > 0:
                break
            del self._buffer[:1]
        frame = self._take(end + 2)
        if checksum(frame[:-1]) != frame[-1]:
            message = f"the checksum is {frame[-1]:#04x} instead of {checksum(frame[:-1]):#04x}"
            raise GarbledReplyError(message, received=frame)
        return Reply(frame)

    def _frame_end(self) -> int | None:
        """Return the index of ETX; 0 when no frame begins at the first STX, None when more bytes are needed."""
        start = self._buffer.find(STX)
        del self._buffer[: start if start >= 0 else len(self._buffer)]
        for index, byte in enumerate(self._buffer[1:], start=1):
            if byte == ETX and index >= 3:
                return index if index + 1 < len(self._buffer) else None
            if byte not in _PRINTABLE or (index == 1 and byte != HOST) or index > _LONGEST:
                return 0
        return None


class DtFraming(Gathered):
    """Finds '/0' status data ETX CR LF; waits for the CR LF so that a half-duplex line is free, and does not insist."""

    def next(self) -> Reply | None:
        """Return the next answer, or None when more bytes are needed."""
        while True:
            start = self._buffer.find(b"/0")
            if start < 0:
                del self._buffer[: len(self._buffer) - self._buffer.endswith(b"/")]
                return None
            del self._buffer[:start]
            end = next((i for i, byte in enumerate(self._buffer) if i > 1 and byte not in _PRINTABLE), None)
            if end is None and len(self._buffer) <= _LONGEST:
                return None
            if end is not None and 2 < end <= _LONGEST and self._buffer[end] == ETX:
                return self._whole(end + 1)
            del self._buffer[:2]

    def _whole(self, end: int) -> Reply | None:
        """Return the frame that ends before `end` and its line end, or None while that may still come."""
        tail = bytes(self._buffer[end : end + 2])
        if tail != _LINE_END and _LINE_END.startswith(tail):
            return None
        end += 2 if tail == _LINE_END else 0
        return Reply(self._take(end))
