"""A device's place on a bus: its framing, its events, and what of a frame is still incomplete."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Framing, Reply

if TYPE_CHECKING:
    from autosynth.wire.bus import Bus


class BusLane:
    """A lane of a `Bus`; satisfies `Wire`. Event handlers run on the loop's thread and must not raise."""

    def __init__(self, bus: "Bus", device: str, framing: Framing) -> None:
        self.device = device
        self.last: tuple[bytes, bytes] = (b"", b"")
        """The last command that was answered, and its answer: the evidence for what a driver concludes from it."""
        self._bus = bus
        self._framing = framing
        self._handler: Callable[[bytes], None] | None = None
        self._loose = 0

    async def exchange(self, request: bytes, *, deadline_s: float) -> bytes:
        """Send `request` and return the frame that answers it; see `Wire`."""
        reply = await self._bus.exchange(self, request, deadline_s)
        self.last = (request, reply)
        return reply

    async def urgent(self, request: bytes, *, deadline_s: float) -> bytes:
        """Send `request` before anything that waits and return its reply; see `Wire`."""
        return await self._bus.urgent(self, request, deadline_s)

    async def send(self, request: bytes) -> None:
        """Send a command that the device never answers."""
        await self._bus.send(self, request)

    def on_event(self, handler: Callable[[bytes], None]) -> None:
        """Hand every event frame to `handler` from now on."""
        self._handler = handler

    async def aclose(self) -> None:
        """Leave the bus."""
        await self._bus.leave(self)

    @property
    def listening(self) -> bool:
        """Return whether somebody takes this lane's events."""
        return self._handler is not None

    def feed(self, data: bytes) -> None:
        """Take bytes that are ours and pass complete frames on."""
        framing = self._framing
        framing.feed(data)
        self._loose += len(data)
        while True:
            try:
                frame = framing.next()
            except GarbledReplyError as error:
                self._loose = 0
                self._bus.garbled(self, error)
                continue
            if frame is None:
                return
            self._loose = max(self._loose - len(frame.data), 0)
            if isinstance(frame, Reply):
                self._bus.answered(self, frame.data)
            elif self._handler is not None:
                self._handler(frame.data)

    def drop_incomplete(self) -> int:
        """Forget the beginning of a frame that nobody asked for; a lane with events keeps it. Return its bytes."""
        if not self._loose or self._handler is not None:
            return 0
        return self.forget()

    def forget(self) -> int:
        """Forget the beginning of any frame and return how many bytes that was."""
        dropped, self._loose = self._loose, 0
        self._framing.reset()
        return dropped
