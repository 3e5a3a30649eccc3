"""A tap on a device's byte stream: counts what is sent, and silences or spoils what comes back.

It sits below the bus, so that bus, framing and driver are all under test and no method is replaced.
"""

from enum import StrEnum

from autosynth.wire.stream import ByteStream, Lost, Receive


class Mode(StrEnum):
    """What the tap does to bytes from the device."""

    PASS = "pass"  # noqa: S105 - not a password
    SILENT = "silent"
    NOISY = "noisy"


class Tap:
    """Put around a stream by a rig; `sent` counts bytes from the host.

    `drop` numbers the answers that get lost (see `count_from_here`); `noise` precedes every answer in noisy mode.
    """

    def __init__(self, noise: bytes = b"\x00\xfe\x85~;") -> None:
        self.sent = 0
        self.mode = Mode.PASS
        self.drop: frozenset[int] = frozenset()
        self.noise = noise
        self._stream: ByteStream | None = None
        self._receive: Receive | None = None
        self._bursts = 0
        self._written = False

    def around(self, stream: ByteStream) -> "Tap":
        """Return itself, a ByteStream around `stream`."""
        self._stream = stream
        return self

    def count_from_here(self) -> None:
        """Number answers anew, from 0; an answer is all that comes between two things sent."""
        self._bursts, self._written = -1, True

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Open the stream below."""
        self._receive = receive
        await self._below().open(self._hear, lost)

    def write(self, data: bytes) -> None:
        """Count and pass on."""
        self.sent += len(data)
        self._written = True
        self._below().write(data)

    async def aclose(self) -> None:
        """Close the stream below."""
        await self._below().aclose()

    def _hear(self, data: bytes) -> None:
        if self._written:
            self._bursts += 1
            fresh, self._written = True, False
        else:
            fresh = False
        if self._receive is None or self.mode is Mode.SILENT or self._bursts in self.drop:
            return
        self._receive(self.noise + data if fresh and self.mode is Mode.NOISY else data)

    def _below(self) -> ByteStream:
        if self._stream is None:
            message = "a tap must be put around a stream first"
            raise RuntimeError(message)
        return self._stream
