"""A command on a bus that awaits its reply, and the alarm that rings when none comes."""

import asyncio
from collections.abc import Callable

from autosynth.wire.gap import INSTANT_S
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


class Alarm:
    """Rings no later than the command that waits expires; one serves many that are answered.

    `waiting` returns that command, and `expire` ends its wait.
    """

    def __init__(self, waiting: Callable[[], Pending | None], expire: Callable[[Pending], None]) -> None:
        self._waiting = waiting
        self._expire = expire
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, expires_s: float) -> None:
        """See to it that it rings at `expires_s` of the event loop's time, or before."""
        if self._timer is not None:
            if self._timer.when() <= expires_s:
                return
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(expires_s, self._ring, loop)

    def cancel(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        pending = self._waiting()
        if pending is not None and pending.expires_s > loop.time() + INSTANT_S:
            self.watch(pending.expires_s)
        elif pending is not None:
            self._expire(pending)
