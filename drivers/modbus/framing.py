"""Where an answer of one Modbus station begins and ends in a stream that may hold anything else.

The silence between frames is not seen here, only bytes: an answer is what begins with the station and a function that
is asked, is as long as it says, and has the right sum. Answers of other stations, late ones of them and noise are
skipped. Only what looks like an answer of the station, is complete and has a wrong sum is reported.
"""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Reply
from drivers.modbus.codec import LONGEST, size, sound

_NEEDED = 3
"""Bytes that tell how long an answer is."""


class ModbusFraming(Gathered):
    """Finds the answers of one station by their sums."""

    def __init__(self, station: int) -> None:
        super().__init__()
        self._station = station

    def next(self) -> Reply | None:
        """Return the next answer of the station, or None when more bytes are needed.

        Raises:
            GarbledReplyError: something looks like its answer and has a wrong sum.
        """
        keep, broken = len(self._buffer), 0
        for start in range(len(self._buffer)):
            if self._buffer[start] != self._station:
                continue
            if len(self._buffer) - start < _NEEDED:
                keep = min(keep, start)
                break
            length = size(bytes(self._buffer[start : start + _NEEDED]))
            if length is None:
                continue
            if not length or len(self._buffer) - start < length:
                keep = min(keep, start)
            elif sound(bytes(self._buffer[start : start + length])):
                self._take(start)
                return Reply(self._take(length))
            elif not broken and keep > start:  # inside an answer that is not whole yet, chance makes such bytes
                broken = start + length
        self._forget(keep, broken)
        return None

    def _forget(self, keep: int, broken: int) -> None:
        """Forget what cannot become an answer any more, and report what is a spoilt one."""
        if broken:
            raise GarbledReplyError("an answer with a wrong sum", received=self._take(broken))
        self._take(max(keep, len(self._buffer) - LONGEST))
