"""A simulated bench in this process: every address becomes a stream, and the bench's wake-ups become loop timers.

One scheduler serves all streams of a bench, so that the bench is advanced once per event and never polled. While no
stream is heeded closely, bytes that come of themselves are fetched on a grid of time, many at once, as a computer's
driver hands them over. The bench knows only the times it is told; it may outlive the host that talks to it, and then a
second `MemoryBench` with the right `offset_s` carries on. Nothing here sleeps, starts a thread or knows a device.
"""

import asyncio
import contextlib
import math

from autosynth.clock import Clock
from autosynth.errors import NotConnectedError
from autosynth.wire.bench import Bench, BenchStream
from autosynth.wire.stream import Lost, Receive

LEISURE_S = 0.0625
"""How late bytes may be fetched that nobody waits for: the grid's step, below any silence that counts."""


class MemoryBench:
    """The scheduler of one simulated bench; bench time is the clock's time plus `offset_s`."""

    def __init__(self, bench: Bench, clock: Clock, *, offset_s: float = 0.0) -> None:
        self.bench = bench
        self._clock = clock
        self._offset_s = offset_s
        self._told_s = offset_s
        self._wake_s: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._open: list[MemoryStream] = []
        self._heeded = 0
        self._late = False

    def stream(self, address: str) -> "MemoryStream":
        """Return a stream to `address`, not yet open."""
        return MemoryStream(self, address)

    def now_s(self) -> float:
        """Return the bench's time: it never goes back, whatever the loop's rounding does."""
        self._told_s = max(self._told_s, self._clock.now() + self._offset_s)
        return self._told_s

    def advance(self) -> None:
        """Bring the bench to the present and set the timer for its next wake-up; for changes made beside a stream."""
        self._set_timer(self.bench.advance(self.now_s()))

    def close(self) -> None:
        """Stop waking; the bench itself lives on."""
        self._set_timer(None)

    def join(self, stream: "MemoryStream") -> None:
        """Serve `stream` from now on."""
        self._open.append(stream)
        self._heeded += stream.heeded
        self.advance()

    def leave(self, stream: "MemoryStream") -> None:
        """Serve `stream` no longer; without streams the bench is not woken."""
        if stream in self._open:
            self._open.remove(stream)
            self._heeded -= stream.heeded
        if not self._open:
            self._set_timer(None)

    def heed(self, stream: "MemoryStream") -> None:
        """Note that an open stream is heeded closely from now on, or no longer."""
        self._heeded += 1 if stream.heeded else -1
        if stream.heeded and self._late:
            self.advance()

    def _set_timer(self, wake_s: float | None) -> None:
        self._late = wake_s is not None and not self._heeded
        if wake_s is not None and self._late:
            wake_s = math.ceil(wake_s / LEISURE_S) * LEISURE_S
        if self._timer is not None:
            if wake_s == self._wake_s:
                return
            self._timer.cancel()
        self._wake_s = wake_s
        if wake_s is None:
            self._timer = None
        else:
            delay_s = max(wake_s - self._told_s, 0.0)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _wake(self) -> None:
        self._timer = None
        if self._wake_s is not None and self._wake_s > self._told_s:
            self._told_s = self._wake_s
        now_s = self.now_s()
        self._set_timer(self.bench.advance(now_s))
        for stream in tuple(self._open):
            stream.collect(now_s)


class MemoryStream:
    """One port of a simulated bench; a `ByteStream`."""

    def __init__(self, memory: MemoryBench, address: str) -> None:
        self._memory = memory
        self._address = address
        self._port: BenchStream | None = None
        self.heeded = True
        self._receive: Receive
        self._lost: Lost

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Connect to the simulated port."""
        if self._port is not None:
            return
        try:
            self._port = self._memory.bench.connect(self._address, self._memory.now_s())
        except (ConnectionError, KeyError) as error:
            message = f"the simulated bench gives no port {self._address}: {error}"
            raise NotConnectedError(message, advice="Check the address and whether a fault unplugged it.") from error
        self._receive = receive
        self._lost = lost
        self._memory.join(self)

    def write(self, data: bytes) -> None:
        """Send `data` at the present time."""
        if self._port is None:
            message = f"the simulated port {self._address} is not open"
            raise NotConnectedError(message, sent=data)
        try:
            self._port.write(self._memory.now_s(), data)
        except ConnectionError as error:
            raise self._drop(error) from error
        self._memory.advance()
        if early := self._port.read(self._memory.now_s()):  # a device that answers in no time causes no wake-up
            asyncio.get_running_loop().call_soon(self._receive, early)

    def heed(self, *, closely: bool) -> None:
        """Pass on what has come; look closely from now on, or only now and then."""
        if self.heeded is closely:
            return
        if closely:
            self.collect(self._memory.now_s())
        self.heeded = closely
        if self._port is not None:
            self._memory.heed(self)

    async def aclose(self) -> None:
        """Give the simulated port back."""
        if self._port is not None:
            port, self._port = self._port, None
            self._memory.leave(self)
            with contextlib.suppress(ConnectionError):
                port.close(self._memory.now_s())

    def collect(self, now_s: float) -> None:
        """Pass on what has arrived by `now_s`."""
        if self._port is None:
            return
        try:
            data = self._port.read(now_s)
        except ConnectionError as error:
            self._drop(error)
            return
        if data:
            self._receive(data)

    def _drop(self, error: ConnectionError) -> NotConnectedError:
        self._port = None
        self._memory.leave(self)
        message = f"the simulated port {self._address} was lost: {error}"
        failure = NotConnectedError(message, advice="Plug it in again and reconnect.")
        failure.__cause__ = error
        self._lost(failure)
        return failure
