"""The SourceMeter as a potentiostat: a scan is a list sweep in the instrument, its points are fetched while it runs.

However a scan ends, the output is switched off and asked whether it is; if that cannot be established, the error says
so. A host that dies leaves the output on at the sweep's last potential: there is no watchdog in this instrument.
"""

import asyncio
import contextlib
from collections.abc import Callable

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.contracts.stroke import AnyStroke, Scan
from autosynth.errors import ArgumentError, DeviceRefusedError, ExchangeError, IdentityError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.keithley_2450 import codec
from drivers.keithley_2450.options import read_options
from drivers.keithley_2450.staircase import check_method, staircase, timing
from drivers.keithley_2450.talk import Talk

_FETCH = 200
_SET_UP_S = 3.0
_LOOK_S = 0.5
"""So often, at least, a scan that waits sees whether it was stopped."""


class Keithley2450:
    """A 2450 or 2450-EC; a `Potentiostat`. `scans_done` counts since this object was made.

    `raw` is a line that says what the numbers are, then what the instrument answered when asked for points: source,
    reading and seconds of each, in its own polarity.
    """

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self.name = settings.name
        self.on_point: Callable[[Point], None] | None = None
        self.raw = b""
        self._options = read_options(settings.options)
        self.potential_min_v = self._options.potential_min_v
        self.potential_max_v = self._options.potential_max_v
        self.current_max_a = self._options.current_max_a
        self._wire = wire
        self._clock = clock
        self._talk = Talk(settings.name, wire, clock, self._options.reply_s)
        self._scans_done = 0

    async def connect(self) -> Identity:
        """Ask who is there and whether it speaks SCPI; changes nothing."""
        identity = codec.parse_identity(await self._talk.ask(codec.IDENTITY), self.name)
        try:
            language = (await self._talk.ask(codec.LANGUAGE)).strip().decode("ascii", "replace")
        except NoReplyError:
            language = "unknown"
        if language not in ("SCPI", "unknown"):
            message = f"the instrument speaks {language} instead of SCPI"
            raise IdentityError(message, self.name, advice="Send *LANG SCPI and switch it off and on.")
        return Identity(identity.model, identity.serial_number, identity.firmware, {"language": language})

    async def read_state(self) -> State:
        """Return the state of output and sweep."""
        on = await self._talk.output_on()
        return {"cell_on": on, "running": on and await self._talk.running(), "scans_done": self._scans_done}

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state after a scan: the output off and one scan more."""
        check_method(self._method(stroke), self._options, self.name)
        done = state.get("scans_done")
        count = int(done) if isinstance(done, int | float) else 0
        return {**state, "cell_on": False, "running": False, "scans_done": count + 1}

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return the time of the scan with its quiet time and set-up."""
        method = self._method(stroke)
        return method.quiet_s + method.duration_s + _SET_UP_S

    async def scan(self, method: Voltammetry) -> Outcome:
        """Run one scan; see `Potentiostat`."""
        check_method(method, self._options, self.name)
        levels_v = staircase(method)
        halts, self.raw = self._talk.halts, codec.raw_header(self._options.sign)
        await self._talk.switch_off()
        try:
            timed = timing(method, self._options, self.name)
            await self._talk.tell(*codec.set_up(method, levels_v, timed, self._options), halts=halts)
            await self._talk.tell(*codec.switch_on(method.begin_v, self._options), halts=halts)
            await self._rest(method.quiet_s, halts)
            await self._talk.start(halts)
            overloads = await self._collect(len(levels_v) * method.scans, method, halts)
        except (ExchangeError, asyncio.CancelledError):
            with contextlib.suppress(ExchangeError):
                await self._talk.switch_off()
            raise
        await self._talk.switch_off()
        self._scans_done += 1
        note = f"{len(levels_v) * method.scans} points" + (f", {overloads} overloaded" if overloads else "")
        return Outcome(await self.read_state(), note=note)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Switch off what is still on. A scan whose data nobody has is as good as not made, and may be made again."""
        self._method(intent.stroke)
        found = await self.read_state()
        if found["cell_on"]:
            await self._talk.switch_off()
        was = "the output was still on and was switched off" if found["cell_on"] else "the output is off"
        reason = f"{was}; the data were not kept, so the scan is made anew"
        return Reconciliation(Verdict.NOT_STARTED, await self.read_state(), reason)

    async def make_safe(self) -> None:
        """Abort the sweep and switch the output off, ahead of anything that waits for an answer."""
        await self._talk.switch_off(urgent=True)

    async def aclose(self) -> None:
        """Leave the output off, as far as the instrument can still be reached, and give the wire back."""
        with contextlib.suppress(ExchangeError):
            await self.make_safe()
        await self._wire.aclose()

    async def _collect(self, total: int, method: Voltammetry, halts: int) -> int:
        """Fetch the points of a running sweep until all are there; return how many are overloaded.

        Raises:
            NoReplyError: no more points come.
            DeviceRefusedError: the sweep ended early, or was stopped.
        """
        point_s = method.step_v / method.rate_v_s
        patience_s = self._options.silence_s + 2 * point_s + self._options.poll_s
        held = overloads = 0
        heard_s = self._clock.now()
        while held < total:
            await self._rest(max(self._options.poll_s, point_s), halts)
            ready = min(await self._talk.count(), total)
            if ready > held:
                overloads += await self._fetch(held, ready, method.current_range_a)
                held, heard_s = ready, self._clock.now()
            elif not await self._talk.running():
                await self._explain_end(held, total)
            elif self._clock.now() - heard_s > patience_s:
                message = f"a running sweep gives no more points after {held} of {total}"
                raise NoReplyError(message, self.name, codec.message(codec.COUNT))
        return overloads

    async def _fetch(self, held: int, ready: int, limit_a: float) -> int:
        overloads = 0
        for first in range(held + 1, ready + 1, _FETCH):
            last = min(first + _FETCH - 1, ready)
            reply = await self._talk.ask(codec.fetch(first, last))
            self.raw += reply
            for point in codec.parse_points(reply, last - first + 1, self._options.sign, limit_a):
                overloads += point.overload
                if self.on_point is not None:
                    self.on_point(point)
        return overloads

    async def _explain_end(self, held: int, total: int) -> None:
        """Say why a sweep is no longer running, unless its last points have come meanwhile."""
        if await self._talk.count() > held:
            return
        errors = "; ".join(await self._talk.errors()) or "the instrument gives no reason"
        message = f"the sweep ended after {held} of {total} points: {errors}"
        raise DeviceRefusedError(message, self.name, codec.message(codec.STATE))

    async def _rest(self, wait_s: float, halts: int) -> None:
        """Wait, but not beyond a stop.

        Raises:
            DeviceRefusedError: the scan was stopped.
        """
        end_s = self._clock.now() + wait_s
        while True:
            if halts != self._talk.halts:
                raise DeviceRefusedError("the scan was stopped", self.name)
            left_s = end_s - self._clock.now()
            if left_s <= 0.0:
                return
            await self._clock.sleep(min(left_s, _LOOK_S))

    def _method(self, stroke: AnyStroke) -> Voltammetry:
        if not isinstance(stroke, Scan):
            message = f"a potentiostat cannot {stroke.VERB}"
            raise ArgumentError(message, self.name)
        return stroke.method
