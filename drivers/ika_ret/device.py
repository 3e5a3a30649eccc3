"""An IKA hotplate as Stirrer, Thermostat and Watchdog.

Setting commands are never answered, so every setpoint is read back before anything is started, and repeated when it
was not taken (they are absolute). NAMUR cannot say whether heating is on. The driver knows in two ways: it remembers
what it has started, and it means "off" by STOP_1 together with a setpoint of 0 °C, which can be read back and which a
plate that cannot cool never heats for. After a restart of the host with another setpoint `heating` is None: perhaps.
A heater that went off by itself (the plate lost its power) shows only in what cools: see `Cooling`. Stirring is seen in
the measured speed. How it is talked to is in `talk`; `read_state` never asks one channel twice running, since an answer
does not say whether it is a setpoint or measured.
"""

from contextlib import suppress

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.stroke import AnyStroke, SetSpeed, SetTemperature
from autosynth.contracts.thermal import Stirrer, Thermostat, Watchdog
from autosynth.errors import ArgumentError, DeviceRefusedError, ExchangeError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.ika_ret.codec import (
    Channel,
    decode_text,
    decode_value,
    encode,
    measured,
    set_value,
    setpoint,
)
from drivers.ika_ret.cooling import Cooling
from drivers.ika_ret.options import OFF_C, read_options
from drivers.ika_ret.settle import settle
from drivers.ika_ret.talk import NamurTalk

WATCHDOG_S = (20.0, 1500.0)
_TOLERANCE = {Channel.EXTERNAL: 0.05, Channel.SPEED: 0.5}
_NOT_TAKEN_ADVICE = (
    "Is the plate in local mode, or its own limit lower? One that fell back to other values than the station's is "
    "switched off and on."
)
_COMMAND_S = 0.5
_STARTS, _START_S = 4, 1.0
"""So often a motor that stands is started, and how long it is given to turn."""


class IkaHotplate:
    """One hotplate on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self.name = settings.name
        self.speed_max_rpm = self._options.speed_max_rpm
        self.temperature_min_c = OFF_C
        self.temperature_max_c = self._options.temperature_max_c
        self._wire = wire
        self._clock = clock
        self._talk = NamurTalk(settings.name, wire, clock, self._options)
        self._watch_s: float | None = None
        self._safe_c, self._safe_rpm = OFF_C, 0.0
        self._heating: bool | None = None
        self._target_c: float | None = None
        self._stirring: bool | None = None
        self._cooling = Cooling()
        self._suspicious = False

    async def connect(self) -> Identity:
        """Ask for the name; nothing is changed."""
        return Identity(model=decode_text(await self._talk.question("IN_NAME")))

    async def read_state(self) -> State:
        """Ask for setpoints, speed and temperature."""
        target_c = await self._talk.ask(setpoint(Channel.EXTERNAL), Channel.EXTERNAL)
        speed_rpm = await self._talk.ask(setpoint(Channel.SPEED), Channel.SPEED)
        temperature_c = await self.read_temperature()
        turning_rpm = await self._talk.ask(measured(Channel.SPEED), Channel.SPEED)
        if self._suspicious and self._cooling.proven(self._clock.now(), await self._plate_c()):
            self._switched(heating=False)
        heating = False if target_c == OFF_C else self._heating
        stirring = turning_rpm > 0 if self._stirring is None else self._stirring
        return {
            "target_c": None if heating is False else target_c,
            "heating": heating,
            "speed_rpm": speed_rpm if stirring else 0.0,
            "stirring": stirring and speed_rpm > 0,
            "turning_rpm": turning_rpm,
            "temperature_c": temperature_c,
        }

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave, without what is measured; see `Device.expect`."""
        kept = {key: value for key, value in state.items() if key not in {"temperature_c", "turning_rpm"}}
        match stroke:
            case SetSpeed(speed_rpm):
                self._check_speed(speed_rpm)
                return {**kept, "speed_rpm": float(speed_rpm), "stirring": speed_rpm > 0}
            case SetTemperature(temperature_c):
                self._check_temperature(temperature_c)
                return {**kept, "target_c": temperature_c, "heating": temperature_c is not None}
            case other:
                raise ArgumentError(f"{other.VERB} is no stroke of a hotplate", self.name)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long the commands take; raises ArgumentError as `expect` does."""
        self.expect(state, stroke)
        return _COMMAND_S

    async def set_speed(self, speed_rpm: float) -> Outcome:
        """Stir at `speed_rpm`, 0 stops; the setpoint is read back first, and the motor has to turn.

        Starting is not answered and may get lost, as with the plate's power; starting twice is starting once. What
        was armed is armed again before anything is started, as with heating.
        """
        self._check_speed(speed_rpm)
        if speed_rpm == 0:
            await self._talk.tell("STOP_4")
        await self._set(Channel.SPEED, speed_rpm)
        for attempt in range(_STARTS if speed_rpm > 0 else 1):
            if attempt > 0:
                await self._clock.sleep(_START_S)
            if speed_rpm > 0:
                await self._watch(self._watch_s)
                await self._talk.tell("START_4")
            self._stirring = speed_rpm > 0
            state = await self.read_state()
            if speed_rpm == 0 or float(state["turning_rpm"] or 0.0) > 0:
                return Outcome(state)
        self._stirring = None
        message = f"it was told to stir at {speed_rpm:g} rpm and stands still"
        raise DeviceRefusedError(message, self.name, advice="Look at the motor, its power and what it stirs.")

    async def set_temperature(self, temperature_c: float | None) -> Outcome:
        """Control at `temperature_c`, None switches off; the setpoint is read back first."""
        self._check_temperature(temperature_c)
        halts = self._talk.halts
        self._switched(heating=None)
        if temperature_c is None:
            await self._talk.tell("STOP_1")
        await self._set(Channel.EXTERNAL, OFF_C if temperature_c is None else temperature_c, halts)
        if temperature_c is not None:
            await self._watch(self._watch_s)
            await self._talk.order("START_1", halts)
        self._switched(heating=temperature_c is not None, target_c=temperature_c)
        return Outcome(await self.read_state())

    async def read_temperature(self) -> float:
        """Return the temperature of the sensor that the options name, °C."""
        sensed_c = await self._talk.ask(measured(self._options.sensor), self._options.sensor)
        if self._heating and self._target_c is not None:
            self._suspicious = self._cooling.suspected(self._clock.now(), sensed_c, self._target_c)
        return sensed_c

    async def arm(self, timeout_s: float, safe_temperature_c: float | None, safe_speed_rpm: float) -> None:
        """Make the plate fall back to the safe values when it hears nothing for `timeout_s`.

        A watchdog that has tripped (the host was silent for too long) is not cleared here: clearing disarms it, and a
        host that died then would leave a plate that nobody watches. The plate keeps to its safe values and takes no
        others; when one is to be set and is not taken, it is cleared (see `_set`).

        Raises:
            ArgumentError: a value is outside what the plate takes.
            DeviceRefusedError: the plate echoed another value.
        """
        if not WATCHDOG_S[0] <= timeout_s <= WATCHDOG_S[1] or timeout_s != int(timeout_s):
            message = f"a watchdog of {timeout_s} s is not a whole number of {WATCHDOG_S[0]:g} to {WATCHDOG_S[1]:g} s"
            raise ArgumentError(message, self.name)
        self._check_speed(safe_speed_rpm)
        self._check_temperature(safe_temperature_c)
        self._safe_c, self._safe_rpm = OFF_C if safe_temperature_c is None else safe_temperature_c, safe_speed_rpm
        await self._watch(timeout_s)
        self._watch_s = timeout_s

    async def _watch(self, timeout_s: float | None) -> None:
        """Say what is safe and after what silence; a plate that lost its power has forgotten it."""
        if timeout_s is not None:
            await self._talk.echoed("OUT_SP_12@", self._safe_c)
            await self._talk.echoed("OUT_SP_42@", self._safe_rpm)
            await self._talk.echoed("OUT_WD2@", timeout_s)

    async def feed(self) -> None:
        """Show that the host lives; any command does."""
        await self._talk.ask(measured(Channel.SPEED), Channel.SPEED)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Compare the setpoints and the speed with the intent; see `settle`."""
        self.expect(intent.before, intent.stroke)
        return settle(intent, await self.read_state())

    async def make_safe(self) -> None:
        """Stop heating at once, ahead of all else; stirring goes on, since standing can be worse."""
        self._switched(heating=None)
        commands = ("STOP_1", set_value(Channel.EXTERNAL, OFF_C), setpoint(Channel.EXTERNAL))
        request = b"".join(encode(command, self._options.line_end) for command in commands)
        try:
            taken = decode_value(await self._talk.urgent(request), Channel.EXTERNAL)
        except (NoReplyError, GarbledReplyError):
            taken = None
        if taken != OFF_C:
            await self._talk.tell("STOP_1")
            await self._set(Channel.EXTERNAL, OFF_C)
        self._switched(heating=False)

    async def aclose(self) -> None:
        """Give the wire up. An armed watchdog stays armed: soon the plate falls back to the safe values by itself.

        Only that is safe whatever became of the host's last commands. Until it is armed anew (or OUT_WD2@0 is sent)
        a plate that fell back takes no other setpoints.
        """
        await self._wire.aclose()

    def _switched(self, *, heating: bool | None, target_c: float | None = None) -> None:
        """Note what was done to the heater; what was read before tells nothing of it any more."""
        self._heating, self._target_c, self._suspicious = heating, target_c, False
        self._cooling.forget()

    async def _plate_c(self) -> float:
        return await self._talk.ask(measured(Channel.PLATE), Channel.PLATE)

    async def _set(self, channel: Channel, value: float, halts: int = 0) -> None:
        """Set and read back, again when the plate did not take it; the last time its watchdog may have tripped.

        What heats is an order: not given once the plate was made safe, which `halts` does not count.
        """
        taken = None
        attempts = self._options.retries + (1 if self._watch_s is None else 2)
        for attempt in range(attempts):
            if attempt == attempts - 1 and self._watch_s is not None and not await self._freed(self._watch_s):
                break
            if channel is Channel.EXTERNAL and value != OFF_C:
                await self._talk.order(set_value(channel, value), halts)
            else:
                await self._talk.tell(set_value(channel, value))
            taken = await self._talk.ask(setpoint(channel), channel)
            if abs(taken - value) <= _TOLERANCE[channel]:
                return
        message = f"setpoint {channel} is {taken:g} instead of {value:g}"
        raise DeviceRefusedError(message, self.name, advice=_NOT_TAKEN_ADVICE)

    async def _freed(self, watch_s: float) -> bool:
        """Clear a watchdog that has tripped and arm it again; return whether the plate stood at its safe values.

        Between the two nobody watches: a plate that stands at anything else is left as it is, for it has not fallen
        back and may be heating; one that cannot be armed again is switched off.
        """
        for channel, safe in ((Channel.EXTERNAL, self._safe_c), (Channel.SPEED, self._safe_rpm)):
            if abs(await self._talk.ask(setpoint(channel), channel) - safe) > _TOLERANCE[channel]:
                return False
        try:
            await self._talk.echoed("OUT_WD2@", 0)
            await self._talk.echoed("OUT_WD2@", watch_s)
        except BaseException:  # given up in between as well
            self._switched(heating=None)
            with suppress(ExchangeError):
                await self._talk.tell("STOP_1")
            raise
        return True

    def _check_speed(self, speed_rpm: float) -> None:
        low, high = self._options.speed_min_rpm, self._options.speed_max_rpm
        if speed_rpm != 0 and not low <= speed_rpm <= high:
            raise ArgumentError(f"{speed_rpm} rpm is neither 0 nor {low:g} to {high:g} rpm", self.name)
        if speed_rpm != int(speed_rpm):
            raise ArgumentError(f"{speed_rpm} rpm is no whole number", self.name)

    def _check_temperature(self, temperature_c: float | None) -> None:
        high = self._options.temperature_max_c
        if temperature_c is None:
            return
        if not OFF_C < temperature_c <= high:
            raise ArgumentError(f"{temperature_c} °C is not above {OFF_C:g} and up to {high:g} °C", self.name)
        if abs(temperature_c * 10 - round(temperature_c * 10)) > 1e-6:
            raise ArgumentError(f"{temperature_c} °C is finer than 0.1 °C", self.name)


_stirrer: type[Stirrer] = IkaHotplate
_thermostat: type[Thermostat] = IkaHotplate
_watchdog: type[Watchdog] = IkaHotplate
