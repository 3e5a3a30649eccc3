"""Reads the sensors once a second into the telemetry, and by doing so feeds the instruments' watchdogs.

A sensor that falls silent holds the run: a temperature nobody knows is not a temperature within limits.
"""

from collections.abc import Mapping
from typing import Protocol

from autosynth.clock import Clock
from autosynth.contracts.thermal import Thermostat
from autosynth.engine.control import Control
from autosynth.errors import ExchangeError
from autosynth.station.model import Station

PERIOD_S = 1.0
SILENT_READINGS = 3
"""So many failed readings in a row make a sensor silent."""


class Sink(Protocol):
    """Where readings go."""

    def add(self, channel: str, t_s: float, value: float) -> None:
        """Keep one reading."""
        ...


class Sampler:
    """Samples every heated vessel's temperature until cancelled."""

    def __init__(
        self, station: Station, devices: Mapping[str, Thermostat], control: Control, clock: Clock, sink: Sink
    ) -> None:
        self._control = control
        self._clock = clock
        self._sink = sink
        self._sensors = {
            vessel.name: devices[vessel.heated_by]
            for vessel in station.vessels.values()
            if vessel.heated_by is not None and vessel.heated_by in devices
        }
        self.last: dict[str, float] = {}

    async def run(self) -> None:
        """Sample for ever, on a fixed grid of the clock."""
        failures = dict.fromkeys(self._sensors, 0)
        next_s = self._clock.now()
        while self._sensors:
            for vessel, sensor in self._sensors.items():
                failures[vessel] = 0 if await self._sample(vessel, sensor) else failures[vessel] + 1
                if failures[vessel] == SILENT_READINGS:
                    self._control.hold(f"the temperature sensor of {vessel} is silent", who="interlock")
            next_s += PERIOD_S
            await self._clock.sleep(next_s - self._clock.now())

    async def _sample(self, vessel: str, sensor: Thermostat) -> bool:
        try:
            reading_c = await sensor.read_temperature()
        except ExchangeError:
            return False
        self.last[vessel] = reading_c
        self._sink.add(f"{vessel}.temperature_c", self._clock.now(), reading_c)
        return True
