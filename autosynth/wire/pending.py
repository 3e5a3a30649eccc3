"""A command on a bus that awaits its reply."""

import asyncio

from autosynth.wire.member import BusLane


class Pending:
    """A command whose reply has not come."""

    __slots__ = ("expires_s", "future", "lane", "last", "received", "request", "settle", "timer")

    def __init__(
        self, lane: BusLane, request: bytes, future: asyncio.Future[bytes], settle: bool, expires_s: float
    ) -> None:
        self.lane = lane
        self.request = request
        self.future = future
        self.settle = settle
        self.expires_s = expires_s
        self.received: list[bytes] = []
        self.last: bytes | None = None
        self.timer: asyncio.TimerHandle | None = None

    @property
    def heard(self) -> bytes:
        """All that came since it was sent."""
        return b"".join(self.received)
