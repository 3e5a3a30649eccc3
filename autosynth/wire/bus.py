"""One stream shared by the lanes of one or more devices, with at most one command awaiting its reply.

The rule that everything here serves: a late reply is never taken for the answer to another command. So after
silence, garbage or a cancelled wait the bus listens until it is quiet before it speaks again, and bytes that came
unasked are dropped and counted. Only `urgent` skips the queue; it takes the last reply before quiet, because the
first may belong to the command that gave way; none waits long for another urgent one (see `turns`). The bus never
repeats a command: whether that is safe only the protocol above can know.
"""

import asyncio

from autosynth.clock import Clock
from autosynth.errors import ExchangeError, GarbledReplyError, NoReplyError, NotConnectedError
from autosynth.wire.gap import INSTANT_S, Gap
from autosynth.wire.lane import Framing
from autosynth.wire.member import BusLane
from autosynth.wire.pending import Alarm, Pending
from autosynth.wire.stream import ByteStream, Heeding, Trace
from autosynth.wire.turns import Turns

_SILENCE_ADVICE = "Whether the device acted is unknown: ask for its state before doing anything again."
_GAVE_WAY = "it gave way to an urgent command"
_OWED = "it was sent; what came may be the answer of another that gave way to it"
_BABBLE_ADVICE = "Nothing was sent. Look for what talks on the line: wiring, noise, another host, a broken device."


def _now() -> float:
    return asyncio.get_running_loop().time()


class Bus:
    """A port and those who speak on it.

    `quiet_s` is the silence that ends a drain and `drain_s` its bound; `byte_s` is the time one byte takes on the
    line, so that a deadline counts from the last byte sent. Attributes `exchanges`, `stale_bytes` and `timeouts`
    count since the bus was made.
    """

    def __init__(
        self, stream: ByteStream, clock: Clock, *, quiet_s: float = 0.1, drain_s: float = 2.0, byte_s: float = 0.0
    ) -> None:
        self.exchanges = 0
        self.stale_bytes = 0
        self.timeouts = 0
        self._stream = stream
        self._heeding = stream if isinstance(stream, Heeding) else None
        self._clock = clock
        self._quiet_s = quiet_s
        self._drain_s = drain_s
        self._byte_s = byte_s
        self.gap = Gap(clock)
        """What is heard and said on the line, and the silence before anything is said."""
        self._lanes: list[BusLane] = []
        self._traces: tuple[Trace, ...] = ()
        self._lock = asyncio.Lock()
        self._turns = Turns(self._give_way)
        self._pending: Pending | None = None
        self._alarm = Alarm(lambda: self._pending, self._expire)
        self._speaker: BusLane | None = None
        self._unsure_since_s: float | None = None
        self._lost: Exception | None = NotConnectedError("the port has not been opened")

    @property
    def connected(self) -> bool:
        """Return whether the port is open and has not been lost."""
        return self._lost is None

    async def open(self) -> None:
        """Open the port; opening an open port changes nothing.

        Raises:
            NotConnectedError: the port cannot be opened.
        """
        if self._lost is None:
            return
        await self._stream.open(self._receive, self._fail_all)
        self._lost = None
        for lane in self._lanes:
            lane.forget()
        self._heed()

    async def reconnect(self) -> None:
        """Close what is left of the port and open it anew; a command still waiting fails.

        Raises:
            NotConnectedError: the port cannot be opened.
        """
        await self._close(NotConnectedError("the port is being reopened"))
        await self.open()
        self._unsure_since_s = _now()
        self._heed()

    def lane(self, device: str, framing: Framing) -> BusLane:
        """Return a new lane for `device`; the last lane to be closed closes the port."""
        lane = BusLane(self, device, framing)
        self._lanes.append(lane)
        return lane

    def on_trace(self, hook: Trace) -> None:
        """Show every chunk of bytes, either way, to `hook` from now on, beside the hooks already there."""
        self._traces = (*self._traces, hook)

    async def exchange(self, lane: BusLane, request: bytes, deadline_s: float) -> bytes:
        """Wait for the bus, send and return the reply (see `Wire.exchange`)."""
        async with self._lock:
            await self._own(lane)
            return await self._talk(lane, request, deadline_s, settle=False)

    async def urgent(self, lane: BusLane, request: bytes, deadline_s: float) -> bytes:
        """Send and return the reply (see `Wire.urgent`), in its turn, after the silence that frames need.

        On a line that is never silent it is said all the same: a stop that may not be heard beats one not said.
        """
        async with self._turns.turn(lane):
            if not await self._turns.clear(lane):
                raise NoReplyError(_GAVE_WAY, lane.device, request, advice=_SILENCE_ADVICE)
            await self._silent(self._quiet_s)
            settle = self._unsure_since_s is not None or self._pending is not None
            self._give_way()
            self._turns.speak(lane, _now() + deadline_s + self._byte_s * len(request))
            reply = await self._talk(lane, request, deadline_s, settle=settle)
            if not self._turns.answered(lane):
                raise NoReplyError(_OWED, lane.device, request, reply, advice=_SILENCE_ADVICE)
            return reply

    async def send(self, lane: BusLane, request: bytes) -> None:
        """Wait for the bus and send a command that is never answered."""
        async with self._lock:
            await self._own(lane)
            self._write(lane, request)

    async def _own(self, lane: BusLane) -> None:
        """Wait until all is silent and nothing urgent is said: a command begun beside that would take its reply."""
        while await self._silent(self._drain_s):
            if self._unsure_since_s is None and not self._turns.taken:
                return
            await self._until_sure()
        self.timeouts += 1
        raise NoReplyError("the line is never silent", lane.device, advice=_BABBLE_ADVICE)

    async def _silent(self, patience_s: float) -> bool:
        """Wait for the silence between frames, looking closely; see `Gap.passed`."""
        if self._heeding is not None and self.gap.length_s > 0.0:
            self._heeding.heed(closely=True)
        try:
            return await self.gap.passed(patience_s)
        finally:
            self._heed()

    async def leave(self, lane: BusLane) -> None:
        """Take `lane` off the bus; without lanes the port is closed."""
        if lane in self._lanes:
            self._lanes.remove(lane)
            if self._speaker is lane:
                self._speaker = None
            if not self._lanes:
                await self._close(NotConnectedError("the port was closed"))

    async def _talk(self, lane: BusLane, request: bytes, deadline_s: float, *, settle: bool) -> bytes:
        loop = asyncio.get_running_loop()
        expires_s = loop.time() + deadline_s + self._byte_s * len(request)
        pending = Pending(lane, request, loop.create_future(), settle, expires_s)
        if self._heeding is not None:
            self._heeding.heed(closely=True)  # what came before the command is no answer to it
        self._pending = pending
        try:
            self._write(lane, request)
            self._alarm.watch(expires_s)
            self.exchanges += 1
            return await pending.future
        except (GarbledReplyError, asyncio.CancelledError):
            self._unsure_since_s = _now()
            raise
        finally:
            if pending.timer is not None:
                pending.timer.cancel()
            if self._pending is pending:
                self._pending = None
            if pending.future.done() and not pending.future.cancelled():
                pending.future.exception()  # looked at, even when the write itself failed
            self._heed()

    def _heed(self) -> None:
        """Look closely while a reply is awaited or silence is listened for."""
        if self._heeding is not None:
            self._heeding.heed(closely=self._pending is not None or self._unsure_since_s is not None)

    def _write(self, lane: BusLane, request: bytes) -> None:
        if self._lost is not None:
            message = f"not connected: {self._lost}"
            raise NotConnectedError(message, lane.device, request, advice="Check cable and power, then reconnect.")
        self.stale_bytes += lane.drop_incomplete()
        self._speaker = lane
        self.gap.spoke_s = _now() + self._byte_s * len(request)
        for trace in self._traces:
            trace(">", self._clock.now(), request)
        self._stream.write(request)

    def _receive(self, data: bytes) -> None:
        self.gap.heard_s = _now()
        for trace in self._traces:
            trace("<", self._clock.now(), data)
        pending = self._pending
        if pending is not None:
            pending.received.append(data)
            pending.lane.feed(data)
        elif self._speaker is not None:
            self._speaker.feed(data)
        else:
            self.stale_bytes += len(data)

    def answered(self, lane: BusLane, data: bytes) -> None:
        """Take a complete reply from a lane's framing: it ends the wait, or is stale."""
        pending = self._pending
        if pending is None or pending.lane is not lane or pending.future.done():
            self.stale_bytes += len(data)
        elif pending.settle:
            pending.last = data
            if pending.timer is not None:
                pending.timer.cancel()
            pending.timer = asyncio.get_running_loop().call_later(self._quiet_s, self._expire, pending)
        else:
            pending.future.set_result(data)

    def garbled(self, lane: BusLane, error: GarbledReplyError) -> None:
        """Take what a lane's framing could not accept: it fails the command that waits, or is stale."""
        pending = self._pending
        if pending is None or pending.lane is not lane or pending.future.done():
            self.stale_bytes += len(error.received)
            return
        failure = GarbledReplyError(error.message, lane.device, pending.request, pending.heard, advice=_SILENCE_ADVICE)
        failure.__cause__ = error
        pending.future.set_exception(failure)

    def _expire(self, pending: Pending) -> None:
        if pending.future.done():
            return
        if pending.last is not None:
            pending.future.set_result(pending.last)
            return
        self.timeouts += 1
        self._give_up(pending, "no complete reply came in time")

    def _give_way(self) -> None:
        if self._pending is not None:
            self._give_up(self._pending, _GAVE_WAY)

    def _give_up(self, pending: Pending, why: str) -> None:
        self._unsure_since_s = _now()
        if not pending.future.done():
            error = NoReplyError(why, pending.lane.device, pending.request, pending.heard, advice=_SILENCE_ADVICE)
            pending.future.set_exception(error)

    async def _until_sure(self) -> None:
        while self._unsure_since_s is not None or self._turns.taken:
            await self._turns.over()
            if self._unsure_since_s is not None:
                await self._drain(self._unsure_since_s)

    async def _drain(self, since_s: float) -> None:
        """Listen until nothing is owed, and nothing came for the quiet time or the bound is over; forget fragments."""
        bound_s = max(_now() + self._drain_s, self._turns.owed_s())
        left_s = self._sure_s(since_s) - _now()
        while self._lost is None and left_s > INSTANT_S and _now() < bound_s - INSTANT_S:
            await self._clock.sleep(min(left_s, bound_s - _now()))
            left_s = self._sure_s(since_s) - _now()
        for lane in self._lanes:
            if left_s <= INSTANT_S or not lane.listening:
                self.stale_bytes += lane.forget()
        if self._unsure_since_s == since_s:
            self._unsure_since_s = None
        self._heed()

    def _sure_s(self, since_s: float) -> float:
        return max(max(since_s, self.gap.heard_s) + self._quiet_s, self._turns.owed_s())

    def _fail_all(self, error: Exception) -> None:
        """Note that the port is gone and fail the command that waits."""
        if self._lost is not None:
            return
        self._lost = error
        pending = self._pending
        if pending is not None and not pending.future.done():
            message = error.message if isinstance(error, ExchangeError) else str(error)
            failure = NotConnectedError(message, pending.lane.device, pending.request, pending.heard)
            failure.__cause__ = error
            pending.future.set_exception(failure)

    async def _close(self, why: NotConnectedError) -> None:
        self._fail_all(why)
        self._lost = why
        self._alarm.cancel()
        await self._stream.aclose()
