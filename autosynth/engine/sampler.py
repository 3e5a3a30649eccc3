"""Reads the sensors once a second into the telemetry, and by doing so feeds the instruments' watchdogs.

A sensor that falls silent holds the run: a temperature nobody knows is not a temperature within limits. So do a host
that slept and an instrument that has left its setpoints (its watchdog tripped, its power failed). Nothing ends the
sampling: what goes wrong in it is recorded and holds the run.
"""

from collections.abc import Awaitable, Container, Mapping
from contextlib import suppress
from typing import Any, Protocol

from autosynth.clock import Clock
from autosynth.contracts.device import State
from autosynth.contracts.gas import GasFlow
from autosynth.contracts.sensing import DigitalInput, Sensor
from autosynth.contracts.thermal import Thermostat
from autosynth.engine.control import Control
from autosynth.engine.machine import RunState
from autosynth.engine.recorder import Recorder
from autosynth.engine.settings import settings_left
from autosynth.engine.unsafe import silent_mill
from autosynth.engine.watchdogs import unread
from autosynth.errors import AutosynthError, ExchangeError
from autosynth.station.model import JarSpec, Station, VesselSpec

PERIOD_S = 1.0
SILENT_READINGS = 3
"""So many failed readings in a row make a sensor silent."""
LOOK_EVERY = 10
"""In every so many rounds of sampling the instruments are asked whether they keep their setpoints."""
GAP_S = 15.0
"""Longer than this nothing may pass between two rounds: half of what the watchdogs allow."""
_LOOK = "look at it, its cable and power"


class Sink(Protocol):
    """Where readings go."""

    def add(self, channel: str, t_s: float, value: float) -> None:
        """Keep one reading."""
        ...


class Sampler:
    """Samples every heated vessel's temperature, and feeds who only stirs, until cancelled."""

    def __init__(
        self,
        station: Station,
        devices: Mapping[str, Thermostat],
        control: Control,
        clock: Clock,
        sink: Sink,
        recorder: Recorder,
    ) -> None:
        self._control = control
        self._clock = clock
        self._sink = sink
        self._recorder = recorder
        self._history = recorder.history
        self._devices = devices
        self._sensors = {
            vessel.name: devices[vessel.heated_by]
            for vessel in station.vessels.values()
            if vessel.heated_by is not None and vessel.heated_by in devices
        }
        self._guards = {
            name: jar for name, jar in station.jars.items() if {jar.milled_by, jar.guarded_by} & set(devices)
        }
        self._swept = {
            name: tellers for name, vessel in station.vessels.items() if (tellers := _tellers(vessel, devices))
        }
        self._stirrers = unread(station, devices)
        self._failures = dict.fromkeys(self._sensors, 0)
        self._unheard: dict[tuple[str, str], int] = {}
        """How often in a row a device has not answered that tells of a vessel."""
        self._suspects: dict[str, str] = {}
        self.last: dict[str, float] = {}
        self.told: dict[str, float] = {}
        """What was read last of each jar or swept vessel, by its channel in the telemetry: "jar.mill_frequency"."""

    async def run(self) -> None:
        """Sample for ever, on a fixed grid of the clock."""
        rounds, last_s = 0, self._clock.now()
        next_s = last_s
        while self._sensors or self._guards or self._swept or self._stirrers:
            now_s = self._clock.now()
            if now_s - last_s > GAP_S:
                self._control.hold(f"nothing was read for {now_s - last_s:.0f} s: the host was suspended", "interlock")
            last_s, rounds = now_s, rounds + 1
            try:
                await self._round(look=rounds % LOOK_EVERY == 0)
            except Exception as error:  # a defect of ours must not leave the run without sensors
                self._defect(error)
            next_s = max(next_s + PERIOD_S, self._clock.now())
            await self._clock.sleep(next_s - self._clock.now())

    async def _round(self, *, look: bool) -> None:
        for vessel, sensor in self._sensors.items():
            read = await self._sample(vessel, sensor)
            silent = not read and self._control.state is not RunState.HELD  # what happened until a restart is over
            self._failures[vessel] = self._failures[vessel] + 1 if silent else 0
            if self._failures[vessel] >= SILENT_READINGS:
                reason = f"the temperature sensor of {vessel} is silent: look at {sensor.name}, its cable and power"
                self._control.hold(reason, who="interlock")
        for vessel, jar in self._guards.items():
            await self._guarded(vessel, jar)
        for vessel, tellers in self._swept.items():
            for teller, what in tellers.items():
                unheard = f"{teller} does not answer, nothing tells the {what} of {vessel}: {_LOOK}"
                await self._heard(vessel, teller, self._tells(teller), unheard)
        for stirrer, vessel in self._stirrers.items():
            unheard = f"{stirrer} does not answer, nothing tells how it stirs {vessel}: {_LOOK}"
            await self._heard(vessel, stirrer, self._fed(stirrer), unheard)
        for device in sorted({device for device, _ in self._history.setpoints} if look else self._suspects):
            await self._look_at(device)

    def _defect(self, error: Exception) -> None:
        if self._control.hold(f"the sensors cannot be read: {type(error).__name__}: {error}", who="interlock"):
            with suppress(AutosynthError):  # no disk: the run is held all the same
                self._recorder.record("fault", {"error": type(error).__name__, "message": str(error)})

    async def _look_at(self, device: str) -> None:
        """Hold the run when a device has left its setpoints, seen twice: once may be a motor starting or bad luck."""
        before = self._wanted(device)
        found: State = {}
        if before:
            try:
                found = await self._devices[device].read_state()
            except ExchangeError:
                return  # who falls silent is noticed by its readings
        suspicion = self._suspects.pop(device, "")
        lost = settings_left(before, found) if before == self._wanted(device) else ""
        if lost and not suspicion:
            self._suspects[device] = lost
        elif lost:
            self._recorder.record("deviation", {"what": "setting lost", "device": device, "reason": lost})
            advice = "look at it and its power; a restart sets it again"
            self._control.hold(f"{device} does not keep what was set: {lost}: {advice}", who="interlock")

    def _wanted(self, device: str) -> dict[str, float | None]:
        """Return what a device is to keep by verb; nothing unless the run is RUNNING or PAUSED and leaves it alone."""
        busy = any(opened.intent.device == device for opened in self._history.open_intents.values())
        if busy or self._control.state not in {RunState.RUNNING, RunState.PAUSED}:
            return {}
        return {verb: value for (name, verb), value in self._history.setpoints.items() if name == device}

    async def _guarded(self, vessel: str, jar: JarSpec) -> None:
        """Read what a jar's mill does, and what its guard tells: one that is silent does not silence the other."""
        if mill := jar.milled_by:
            runs = mill in self._history.milling
            await self._heard(vessel, mill, self._mill_tells(mill), silent_mill(mill, runs=runs))
        if guard := jar.guarded_by:
            lacks = f"nothing tells the lid, the temperature and the pressure of {vessel}"
            silent = f"{guard} does not answer, {lacks}: {_LOOK}"
            await self._heard(vessel, guard, self._tells(guard), silent)

    async def _heard(self, vessel: str, device: str, telling: Awaitable[Mapping[str, float]], silent: str) -> None:
        """Pass on what a device tells of a vessel; when it has not answered too often, hold and say so."""
        try:
            told = await telling
        except ExchangeError:
            held, asked = self._control.state is RunState.HELD, (vessel, device)
            self._unheard[asked] = 0 if held else self._unheard.get(asked, 0) + 1
            if self._unheard[asked] >= SILENT_READINGS:
                self._control.hold(silent, who="interlock")
            return
        self._unheard[vessel, device] = 0
        for name, value in told.items():
            self.told[f"{vessel}.{name}"] = value
            self._sink.add(f"{vessel}.{name}", self._clock.now(), value)

    async def _mill_tells(self, name: str) -> Mapping[str, float]:
        mill: Any = self._devices[name]
        return {"mill_frequency": await mill.read_frequency()}

    async def _tells(self, name: str) -> Mapping[str, float]:
        """Return what a guard or a sweep tells: quantities, contacts (1 is the safe position), a measured flow."""
        device: object = self._devices.get(name)
        told: dict[str, float] = {}
        if isinstance(device, Sensor):
            told |= await device.read_values()
        if isinstance(device, DigitalInput):
            told |= {name: float(closed) for name, closed in (await device.read_inputs()).items()}
        if isinstance(device, GasFlow):
            told["sweep_flow"] = await device.read_flow()
        return told

    async def _fed(self, name: str) -> Mapping[str, float]:
        """Feed the watchdog of a stirrer that tells nothing."""
        watchdog: Any = self._devices[name]
        await watchdog.feed()
        return {}

    async def _sample(self, vessel: str, sensor: Thermostat) -> bool:
        try:
            reading_c = await sensor.read_temperature()
        except ExchangeError:
            return False
        self.last[vessel] = reading_c
        self._sink.add(f"{vessel}.temperature_c", self._clock.now(), reading_c)
        return True


def _tellers(vessel: VesselSpec, devices: Container[str]) -> dict[str, str]:
    """Return what tells of a vessel's sweep and vent, and what each tells."""
    tell = {vessel.swept_by: "sweep", vessel.guarded_by: "vent"}
    return {device: what for device, what in tell.items() if device is not None and device in devices}
