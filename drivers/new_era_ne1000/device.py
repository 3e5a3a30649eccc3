"""An NE-1000 as Infuser: one stroke is one volume, counted by the pump, ended by the pump.

The pump stops by itself when it has pushed its target volume, and when it has heard nothing for the time of its own
watchdog, which is fed by whatever is asked. No program of the pump is used. What it has pushed its counter tells; after
a loss of power or a stall that is not trusted until it is cleared. Alarms tell of these once only, so a pump whose
counter is lost is marked for later hosts: with a target volume of 0.001, which no stroke has.
"""

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.infusion import Infuser
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import ClearCounter, InfuseTo
from autosynth.errors import ArgumentError, DeviceBusyError, DeviceRefusedError, ExchangeError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.new_era_ne1000.codec import (
    ML_PER_MIN,
    RUNNING,
    format_number,
    parse_dispensed,
    parse_quantity,
    parse_version,
)
from drivers.new_era_ne1000.faults import COUNTER_LOST, TIMED_OUT, alarm_advice, alarm_text
from drivers.new_era_ne1000.options import Scale, read_options
from drivers.new_era_ne1000.settle import settle
from drivers.new_era_ne1000.talk import SafeTalk

MARK = "0.001"
"""The target volume of a pump whose counter is lost: less than half of any syringe's last digit."""
_UNMARKED = "1.000"
_COMMANDS_S = 1.5
_POLL_S, _POLL_NEAR_S = 1.0, 0.1
_STANDING = "S"


class NewEraInfuser:
    """One pump on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self._scale = Scale(self._options, settings.calibration, settings.name)
        self.name = settings.name
        self.syringe_ml = self._scale.full_ml
        self.rate_min_ml_min, self.rate_max_ml_min = self._scale.rates_ml_min
        self.resolution_ml = self._scale.step_ml
        self._wire = wire
        self._clock = clock
        self._talk = SafeTalk(settings.name, wire, clock, self._options, self._alarmed)
        self._trusted: bool | None = None
        self._marked = True
        self._alarm = ""
        self._counted_ml = 0.0

    async def connect(self) -> Identity:
        """Arm the pump's watchdog and ask who is there; nothing moves or stops."""
        await self._talk.arm()
        model, firmware = parse_version((await self._talk.say("VER")).data)
        return Identity(model=model, firmware=firmware)

    async def read_state(self) -> State:
        """Ask for status and counter."""
        answer = await self._talk.say("DIS")
        counted_ml = self._scale.calibration.gain * parse_dispensed(answer.data)[0]
        if counted_ml < self._counted_ml - self._scale.step_ml / 2:
            self._lose("R")
        self._counted_ml = counted_ml
        running = answer.status in RUNNING
        if self._trusted is None:
            self._trusted = parse_quantity((await self._talk.say("VOL")).data)[0] != float(MARK)
        if not self._marked and not running:
            await self._talk.say(f"VOL{MARK}")
            self._marked = True
        return {"infused_ml": counted_ml, "running": running, "trusted": self._trusted}

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave; see `Device.expect`."""
        match stroke:
            case InfuseTo(to_ml, rate_ml_min):
                self._scale.rate(rate_ml_min)
                target_ml, now_ml = self._scale.target_ml(to_ml), float(state["infused_ml"] or 0.0)
                if state.get("trusted") is False:
                    raise self._refusal()
                if self._nothing_left(target_ml, now_ml):
                    return {**state, "running": False}
                return {**state, "infused_ml": target_ml, "running": False}
            case ClearCounter():
                return {**state, "infused_ml": 0.0, "running": False, "trusted": True}
            case other:
                raise ArgumentError(f"{other.VERB} is no stroke of a pump that only pushes", self.name)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take from `state`; raises ArgumentError as `expect` does."""
        expected = self.expect(state, stroke)
        if not isinstance(stroke, InfuseTo):
            return _COMMANDS_S
        volume_ml = float(expected["infused_ml"] or 0.0) - float(state["infused_ml"] or 0.0)
        return _COMMANDS_S + 60.0 * max(volume_ml, 0.0) / stroke.rate_ml_min

    async def infuse_to(self, to_ml: float, rate_ml_min: float) -> Outcome:
        """Push until the pump has counted `to_ml`; see `Infuser`."""
        target_ml, rate = self._scale.target_ml(to_ml), self._scale.rate(rate_ml_min)
        if self._trusted is False:
            raise self._refusal()
        self._alarm, halts = "", self._talk.halts
        before = await self.read_state()
        start_ml = self._counted_ml
        if before["trusted"] is False:
            raise self._refusal()
        if before["running"]:
            raise DeviceRefusedError("it is pushing already", self.name, advice="Reconcile that stroke, or stop it.")
        if self._nothing_left(target_ml, start_ml):
            return Outcome(before)
        await self._prepare(target_ml - start_ml, rate)
        taken = await self._talk.start(halts)
        actual_ml_min = self._rate_ml_min(rate)
        state = await self._until_stopped(60.0 * (target_ml - start_ml) / actual_ml_min, halts)
        moved_ml = self._counted_ml - start_ml
        if state["trusted"] is False or self._counted_ml < target_ml - self._scale.step_ml:
            raise self._strayed(target_ml, taken=taken or moved_ml != 0.0, halted=self._talk.halts != halts)
        calibration = self._scale.calibration
        note = f"at {actual_ml_min:.4g} mL/min" if abs(actual_ml_min - rate_ml_min) > 0.02 * rate_ml_min else ""
        return Outcome(state, moved_ml, calibration.stroke_sd_ml, calibration.gain_rel_sd, note=note)

    async def clear_counter(self) -> Outcome:
        """Set the syringe up and let the pump count from zero; see `Infuser`."""
        if (await self.read_state())["running"]:
            raise DeviceRefusedError("it is pushing", self.name, advice="Stop it first.")
        await self._end_pause()
        if parse_quantity((await self._talk.say("DIA")).data)[0] != float(self._diameter):
            await self._talk.say(f"DIA{self._diameter}")
        settings = (f"VOL{self._scale.unit}", "PHN1", "FUNRAT", "DIRINF", "CLDINF", "CLDWDR", f"VOL{_UNMARKED}")
        for command in settings:
            await self._talk.say(command)
        self._trusted, self._marked, self._counted_ml = True, True, 0.0
        state = await self.read_state()
        if state["infused_ml"] != 0.0:
            raise DeviceRefusedError("its counter is not cleared", self.name, advice="Look at the pump.")
        return Outcome(state)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Wait until the pump stands and judge the intent by its counter; see `settle`."""
        state = await self.read_state()
        if state["running"]:
            duration_s = self.duration_s({**intent.before, "trusted": True}, intent.stroke)
            state = await self._until_stopped(duration_s, self._talk.halts)
        return settle(intent, state, self._scale)

    async def make_safe(self) -> None:
        """Stop at once, ahead of all else; the counter keeps what was pushed."""
        await self._talk.stop()

    async def aclose(self) -> None:
        """Give the wire up; the pump's own watchdog stops what it may be pushing."""
        await self._wire.aclose()

    @property
    def _diameter(self) -> str:
        return format_number(self._options.diameter_mm)

    async def _prepare(self, volume_ml: float, rate: str) -> None:
        """Set direction, rate and volume, and read back what decides how much is pushed.

        Raises:
            DeviceRefusedError: the pump has taken other values.
        """
        await self._end_pause()
        volume = f"{self._scale.volume(volume_ml)}{self._scale.unit}"
        if parse_quantity((await self._talk.say("DIA")).data)[0] != float(self._diameter):
            message = f"its diameter is not {self._diameter} mm"
            raise DeviceRefusedError(message, self.name, advice="Clear its counter: that sets the syringe up.")
        for command in ("DIRINF", f"RAT{rate}", f"VOL{volume[:-2]}"):
            await self._talk.say(command)
        for question, wanted in (("RAT", rate), ("VOL", volume)):
            told = parse_quantity((await self._talk.say(question)).data)
            if told != parse_quantity(wanted):
                message = f"{question} is {told[0]:g}{told[1]} instead of {wanted}"
                raise DeviceRefusedError(message, self.name, advice="Clear its counter: that sets the syringe up.")

    async def _end_pause(self) -> None:
        """End a stroke that was paused: it would be continued instead of begun."""
        for _ in range(2):
            if (await self._talk.say("")).status == _STANDING:
                return
            await self._talk.say("STP")
        if (await self._talk.say("")).status != _STANDING:
            raise DeviceRefusedError("it does not stand still", self.name, advice="Look at the pump.")

    async def _until_stopped(self, duration_s: float, halts: int) -> State:
        """Ask often enough for the pump's watchdog, and more often near the end.

        A pump that was told to stop since `halts` is told again: its start may have been on the way meanwhile.

        Raises:
            DeviceBusyError: it pushes much longer than `duration_s`.
            WireError: it does not say that it has stopped.
        """
        start_s, most_s = self._clock.now(), min(_POLL_S, self._options.watchdog_s / 3.0)
        while (state := await self.read_state())["running"]:
            if self._talk.halts != halts:
                await self._talk.stop()
                return await self.read_state()
            passed_s = self._clock.now() - start_s
            if passed_s > 1.5 * duration_s + 5.0:
                message = f"it still pushes after {passed_s:.1f} s, {duration_s:.1f} s were expected"
                raise DeviceBusyError(message, self.name, advice="Stop it when it must not go on.")
            await self._clock.sleep(max(min(duration_s - passed_s, most_s), _POLL_NEAR_S))
        return state

    def _alarmed(self, alarm: str) -> None:
        """Note an alarm; those of its watchdog leave the counter as it is."""
        if alarm in COUNTER_LOST or alarm != TIMED_OUT:
            self._lose(alarm)
        elif not self._alarm:
            self._alarm = alarm

    def _lose(self, alarm: str) -> None:
        self._trusted, self._marked, self._alarm = False, False, alarm

    def _nothing_left(self, target_ml: float, now_ml: float) -> bool:
        """Return whether nothing is left to push.

        Raises:
            ArgumentError: more has been counted already.
        """
        if target_ml < now_ml - self._scale.step_ml:
            raise ArgumentError(f"it has counted {now_ml:.6g} mL already, more than {target_ml:.6g} mL", self.name)
        return target_ml - now_ml <= self._scale.step_ml / 2

    def _rate_ml_min(self, rate: str) -> float:
        number, unit = parse_quantity(rate)
        return self._scale.calibration.gain * number * ML_PER_MIN[unit]

    def _refusal(self) -> ArgumentError:
        return ArgumentError("its counter is not trusted", self.name, advice=alarm_advice("R"))

    def _strayed(self, target_ml: float, *, taken: bool, halted: bool) -> ExchangeError:
        if not taken and not halted and not self._alarm:
            message = "it did not answer the command and did not carry it out"
            return NoReplyError(message, self.name, b"RUN", advice="Check the cable.")
        why = "it was stopped" if halted else alarm_text(self._alarm) if self._alarm else "somebody has stopped it"
        message = f"{why}: it has counted {self._counted_ml:.6g} mL instead of {target_ml:.6g} mL"
        return DeviceRefusedError(
            message, self.name, advice="Look at the syringe: what was pushed is asked of the pump before anything else."
        )


_: type[Infuser] = NewEraInfuser
