"""A simulated bench in this process: every address becomes a stream, and the bench's wake-ups become the loop's.

One scheduler serves all streams of a bench, so that the bench is advanced once per event and never polled. While no
stream is heeded closely, bytes that come of themselves are fetched on a grid of time, many at once, as a computer's
driver hands them over. In virtual time the loop asks the bench on its way to the next timer, and no timer goes off
before what arrived until then was fetched; on any other loop the bench is woken by a timer of its own. The bench knows
only the times it is told; it may outlive the host that talks to it, and then a second `MemoryBench` with the right
`offset_s` carries on. Nothing here sleeps, starts a thread or knows a device.
"""

import asyncio
import contextlib
import math

from autosynth.clock import Clock, VirtualLoop
from autosynth.errors import NotConnectedError
from autosynth.wire.bench import Bench, BenchStream
from autosynth.wire.stream import Lost, Receive

LEISURE_S = 0.0625
"""How late bytes may be fetched that nobody waits for: the grid's step, below any silence that counts."""
VIRTUAL_LEISURE_S = 0.5
"""The same in virtual time, where no timer goes off before what arrived until then was fetched."""
_ROUNDING_S = 1e-6
"""How far the loop's time and the bench's may differ by rounding when a wake-up comes."""


class MemoryBench:
    """The scheduler of one simulated bench; bench time is the clock's time plus `offset_s`."""

    def __init__(self, bench: Bench, clock: Clock, *, offset_s: float = 0.0) -> None:
        self.bench = bench
        self.next_s = self.due_s = math.inf
        """The loop's times of the bench's next event and of the next wake-up for it; part of a `Course`."""
        self._clock = clock
        self._offset_s = offset_s
        self._told_s = offset_s
        self._event_s: float | None = None
        self._wake_s: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._followed_by: VirtualLoop | None = None
        self._open: list[MemoryStream] = []
        self._heeded = 0
        self._late = False

    def stream(self, address: str) -> "MemoryStream":
        """Return a stream to `address`, not yet open."""
        return MemoryStream(self, address)

    def now_s(self) -> float:
        """Return the bench's time: it never goes back, whatever the loop's rounding does."""
        now_s = self._clock.now() + self._offset_s
        if now_s > self._told_s:
            self._told_s = now_s
        return self._told_s

    def advance(self) -> None:
        """Bring the bench to the present and set the timer for its next wake-up; for changes made beside a stream."""
        self._set_timer(self.bench.advance(self.now_s()))

    def look(self) -> None:
        """Bring the bench to the present for who looks at it beside all streams; without streams it is not woken."""
        event_s = self.bench.advance(self.now_s())
        if self._open:
            self._set_timer(event_s)

    def close(self) -> None:
        """Stop waking; the bench itself lives on."""
        self._set_timer(None)

    def join(self, stream: "MemoryStream") -> None:
        """Serve `stream` from now on."""
        self._open.append(stream)
        self._heeded += stream.heeded
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualLoop):
            self._followed_by = loop
            loop.follow(self)
        self.advance()

    def leave(self, stream: "MemoryStream") -> None:
        """Serve `stream` no longer; without streams the bench is not woken."""
        if stream in self._open:
            self._open.remove(stream)
            self._heeded -= stream.heeded
        if not self._open:
            self._set_timer(None)
            if self._followed_by is not None:
                self._followed_by.leave(self)
                self._followed_by = None

    def heed(self, stream: "MemoryStream") -> None:
        """Note that an open stream is heeded closely from now on, or no longer."""
        self._heeded += 1 if stream.heeded else -1
        if stream.heeded and self._late:
            self.advance()

    def _set_timer(self, event_s: float | None) -> None:
        self._late = event_s is not None and not self._heeded
        wake_s = event_s
        if event_s is not None and self._late:
            leisure_s = LEISURE_S if self._followed_by is None else VIRTUAL_LEISURE_S
            wake_s = math.ceil(event_s / leisure_s) * leisure_s
        if wake_s == self._wake_s and event_s == self._event_s:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._event_s, self._wake_s = event_s, wake_s
        if event_s is None or wake_s is None:
            self.next_s = self.due_s = math.inf
            return
        loop = self._followed_by or asyncio.get_running_loop()
        now_s = loop.time()
        self.next_s = now_s + max(event_s - self._told_s, 0.0)
        self.due_s = now_s + max(wake_s - self._told_s, 0.0)
        if self._followed_by is None:
            self._timer = loop.call_at(self.due_s, self.happen)

    def happen(self) -> bool:
        """Bring the bench to the present, and tell those for whom bytes have arrived; part of a `Course`."""
        self._timer = None
        now_s = self.now_s()
        if self._wake_s is not None and now_s < self._wake_s <= now_s + _ROUNDING_S:
            now_s = self._told_s = self._wake_s
        self._wake_s = None
        self._set_timer(self.bench.advance(now_s))
        told = False
        for stream in [each for each in self._open if (port := each.port) is not None and not port.idle(now_s)]:
            told = stream.collect(now_s) or told
        return told


class MemoryStream:
    """One port of a simulated bench; a `ByteStream`."""

    def __init__(self, memory: MemoryBench, address: str) -> None:
        self._memory = memory
        self._address = address
        self.port: BenchStream | None = None
        """The bench's end of it while it is open."""
        self.heeded = True
        self._receive: Receive
        self._lost: Lost

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Connect to the simulated port."""
        if self.port is not None:
            return
        try:
            self.port = self._memory.bench.connect(self._address, self._memory.now_s())
        except (ConnectionError, KeyError) as error:
            message = f"the simulated bench gives no port {self._address}: {error}"
            raise NotConnectedError(message, advice="Check the address and whether a fault unplugged it.") from error
        self._receive = receive
        self._lost = lost
        self._memory.join(self)

    def write(self, data: bytes) -> None:
        """Send `data` at the present time."""
        if self.port is None:
            message = f"the simulated port {self._address} is not open"
            raise NotConnectedError(message, sent=data)
        try:
            self.port.write(self._memory.now_s(), data)
        except ConnectionError as error:
            raise self._drop(error) from error
        self._memory.advance()
        if early := self.port.read(self._memory.now_s()):  # a device that answers in no time causes no wake-up
            asyncio.get_running_loop().call_soon(self._receive, early)

    def heed(self, *, closely: bool) -> None:
        """Pass on what has come; look closely from now on, or only now and then."""
        if self.heeded is closely:
            return
        if closely:
            self.collect(self._memory.now_s())
        self.heeded = closely
        if self.port is not None:
            self._memory.heed(self)

    async def aclose(self) -> None:
        """Give the simulated port back."""
        if self.port is not None:
            port, self.port = self.port, None
            self._memory.leave(self)
            with contextlib.suppress(ConnectionError):
                port.close(self._memory.now_s())

    def collect(self, now_s: float) -> bool:
        """Pass on what has arrived by `now_s`; return whether anybody was told anything."""
        if self.port is None:
            return False
        try:
            data = self.port.read(now_s)
        except ConnectionError as error:
            self._drop(error)
            return True
        if data:
            self._receive(data)
        return bool(data)

    def _drop(self, error: ConnectionError) -> NotConnectedError:
        self.port = None
        self._memory.leave(self)
        message = f"the simulated port {self._address} was lost: {error}"
        failure = NotConnectedError(message, advice="Plug it in again and reconnect.")
        failure.__cause__ = error
        self._lost(failure)
        return failure
