"""What framings have in common: bytes kept until they make a frame.

Where a frame begins and ends only the device's own framing knows: it says so in `next` (see `Framing`).
"""


class Gathered:
    """The bytes that have come and are in no frame yet, in `_buffer`."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def reset(self) -> None:
        """Forget what is incomplete."""
        self._buffer.clear()

    def _take(self, count: int) -> bytes:
        """Take the first `count` bytes out."""
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
