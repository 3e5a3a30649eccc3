"""Where an answer begins and ends: at its length and ETX in Safe mode, at ETX in Basic mode.

The byte after STX tells the modes apart: a length is below the digits that an address begins with. Bytes outside
frames are skipped, and so are the answers of other pumps on the line. An alarm is an event whenever it comes; as it may
also stand in the place of an answer it is a reply as well.
"""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Event, Reply
from drivers.new_era_ne1000.codec import ETX, STX, crc

_SHORTEST, _FIRST_DIGIT, _LAST_DIGIT = 5, 0x30, 0x39
_LONGEST = 64


class NewEraFraming(Gathered):
    """Finds the answers and alarms of the pump at `address`."""

    def __init__(self, address: int = 0) -> None:
        super().__init__()
        self._address = f"{address:02d}".encode()
        self._again: Reply | None = None

    def next(self) -> Reply | Event | None:
        """Return the next frame, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a frame is complete and its checksum wrong.
        """
        if self._again is not None:
            again, self._again = self._again, None
            return again
        while (length := self._length()) is not None:
            if length == 0:
                del self._buffer[:1]
                continue
            frame = self._take(length)
            data = self._data(frame)
            if not data.startswith(self._address):
                continue
            if data[2:4] != b"A?":
                return Reply(frame)
            self._again = Reply(frame)
            return Event(frame)
        return None

    def _length(self) -> int | None:
        """Return how long the frame is that begins at the first STX; 0 when none does, None for more bytes."""
        start = self._buffer.find(STX)
        del self._buffer[: start if start >= 0 else len(self._buffer)]
        if len(self._buffer) < 2:
            return None
        second = self._buffer[1]
        if _FIRST_DIGIT <= second <= _LAST_DIGIT:
            end = next((i for i, byte in enumerate(self._buffer) if i and not 0x20 <= byte < 0x7F), None)
            if end is None:
                return None if len(self._buffer) <= _LONGEST else 0
            return end + 1 if self._buffer[end] == ETX else 0
        if not _SHORTEST <= second < _FIRST_DIGIT:
            return 0
        if len(self._buffer) <= second:
            return None
        return second + 1 if self._buffer[second] == ETX else 0

    def _data(self, frame: bytes) -> bytes:
        if frame[1] >= _FIRST_DIGIT:
            return frame[1:-1]
        data, check = frame[2:-3], frame[-3:-1]
        if crc(data) != check:
            raise GarbledReplyError(f"the checksum is {check.hex()} instead of {crc(data).hex()}", received=frame)
        return data
