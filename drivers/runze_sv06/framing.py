"""Where a Runze answer begins and ends in a stream that may hold anything else: eight bytes from CC, the sixth DD."""

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Reply
from drivers.runze_sv06.codec import HEAD, LENGTH, TAIL, checksum


class RunzeFraming(Gathered):
    """Counts bytes; never looks for line ends."""

    def next(self) -> Reply | None:
        """Return the next answer, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a frame is complete and its sum wrong.
        """
        while True:
            start = self._buffer.find(HEAD)
            del self._buffer[: start if start >= 0 else len(self._buffer)]
            if len(self._buffer) < LENGTH:
                return None
            if self._buffer[LENGTH - 3] == TAIL:
                break
            del self._buffer[:1]
        frame = self._take(LENGTH)
        if frame[6:] != checksum(frame[:6]):
            raise GarbledReplyError(
                f"the sum is {frame[6:].hex()} instead of {checksum(frame[:6]).hex()}", received=frame
            )
        return Reply(frame)
