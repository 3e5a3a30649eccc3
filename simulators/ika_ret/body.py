"""A hotplate stirrer: heater, sensor, motor, and the plate's own over-temperature cut-out.

It binds its vessel's temperature in the twin whenever the closed form changes. The medium's heat capacity follows the
vessel's content when the heater is switched or the content has changed by a tenth; liquid is taken to arrive at the
vessel's temperature. A stuck sensor freezes what is read and what the controller sees, not what is hot.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from simulators.ika_ret.thermal import Plant, Trajectory, regulated, steady

DRIFT_STEP_S = 60.0
"""So often the controller is told anew how far its sensor has drifted."""


class Surroundings(Protocol):
    """What the hotplate asks of the twin."""

    def bind_temperature(self, vessel: str, temperature_c: Callable[[float], float], t_s: float) -> None:
        """Give the vessel a temperature over time."""
        ...

    def stirring(self, vessel: str, rpm: float, t_s: float) -> None:
        """Stir the vessel."""
        ...

    def volume_ml(self, vessel: str) -> float:
        """Return the vessel's content."""
        ...


@dataclass(frozen=True, slots=True)
class Vessel:
    """What stands on the plate; capacities are assumed (glass, and a liquid between acetone and water)."""

    name: str | None
    glass_j_k: float = 30.0
    liquid_j_k_ml: float = 2.0


class HotplateBody:
    """Plate, medium and motor.

    Attributes:
        target_c: Temperature set-point.
        target_rpm: Speed set-point.
        heating: Whether the heater is on.
        stirring: Whether the motor is on.
        cut_out: Whether the plate exceeded its safety temperature; only a power cycle clears it.
    """

    def __init__(
        self, twin: Surroundings, vessel: Vessel, plant: Plant, safety_c: float, rpm_s: float, *, sensor: bool
    ):
        self.target_c = 0.0
        self.target_rpm = 0.0
        self.heating = self.stirring = self.cut_out = False
        self.safety_c = safety_c
        self.sensor = sensor
        self._twin = twin
        self._vessel = vessel
        self._plant = plant
        self._rpm_s = rpm_s
        self._volume_ml = 0.0
        self._drift: tuple[float, float] | None = None
        self._drifts_on_s = float("inf")
        self._stuck_c: float | None = None
        self._stuck_until_s = float("-inf")
        self._speed = (0.0, 0.0, 0.0)
        self._trips_s: float | None = None
        self._trajectory: Trajectory = steady(plant, 0.0, plant.ambient_c, plant.ambient_c, 0.0)
        self._replan(0.0)

    def plate_c(self, t_s: float) -> float:
        """Return the plate's true temperature."""
        return self._trajectory.plate_c(t_s)

    def medium_c(self, t_s: float) -> float:
        """Return the medium's true temperature."""
        return self._trajectory.medium_c(t_s)

    def sensed_c(self, t_s: float) -> float:
        """Return what the external sensor shows; the plate's temperature if none is plugged in."""
        if self._stuck_c is not None:
            return self._stuck_c
        return (self.medium_c(t_s) if self.sensor else self.plate_c(t_s)) + self._offset_c(t_s)

    def _offset_c(self, t_s: float) -> float:
        """Return by how much the sensor has drifted."""
        since_s, per_h = self._drift or (t_s, 0.0)
        return per_h * (t_s - since_s) / 3600.0

    def rpm(self, t_s: float) -> float:
        """Return the motor's speed: it climbs and falls evenly."""
        since_s, start, goal = self._speed
        reach = self._rpm_s * (t_s - since_s)
        return min(goal, start + reach) if goal > start else max(goal, start - reach)

    def heat(self, t_s: float, *, on: bool, target_c: float) -> None:
        """Switch the heater or change its set-point."""
        self.heating = on and not self.cut_out
        self.target_c = target_c
        self._replan(t_s)

    def stir(self, t_s: float, *, on: bool, target_rpm: float) -> None:
        """Switch the motor or change its set-point."""
        self._speed = (t_s, self.rpm(t_s), target_rpm if on else 0.0)
        self.stirring = on
        self.target_rpm = target_rpm
        if self._vessel.name is not None:
            self._twin.stirring(self._vessel.name, target_rpm if on else 0.0, t_s)

    def jam_sensor(self, t_s: float, for_s: float) -> None:
        """Freeze the sensor at what it shows now."""
        self._stuck_c = self.sensed_c(t_s)
        self._stuck_until_s = t_s + for_s
        self._replan(t_s)

    def drift(self, t_s: float, per_h: float) -> None:
        """Let the sensor read so many K more every hour from now on; the controller believes it."""
        self._drift = (t_s, per_h)
        self._replan(t_s)

    def repair(self) -> None:
        """Clear the cut-out: what a power cycle does."""
        self.cut_out = False

    def advance(self, t_s: float) -> float | None:
        """Trip the cut-out or free the sensor if it is time; return when either next happens."""
        while (next_s := self._next_s()) is not None and next_s <= t_s:
            if self._trips_s == next_s:
                self.cut_out, self.heating = True, False
            elif self._stuck_until_s == next_s:
                self._stuck_c, self._stuck_until_s = None, float("-inf")
            self._replan(next_s)
        return self._next_s()

    def _next_s(self) -> float | None:
        stuck = self._stuck_c is not None and self._stuck_until_s < float("inf")
        drifting_s = self._drifts_on_s if self._drift is not None and self.heating else None
        times = [
            at_s for at_s in (self._trips_s, self._stuck_until_s if stuck else None, drifting_s) if at_s is not None
        ]
        return min(times, default=None)

    def look_at_vessel(self, t_s: float) -> None:
        """Replan if the vessel's content has changed by more than a tenth since the last plan."""
        name = self._vessel.name
        if name is not None and abs(self._twin.volume_ml(name) - self._volume_ml) > 0.1 * self._volume_ml + 0.1:
            self._replan(t_s)

    def _replan(self, t_s: float) -> None:
        """Work out the temperatures from now on."""
        plate_c, medium_c = self._trajectory.at(t_s)
        plant = self._loaded()
        self._drifts_on_s = t_s + DRIFT_STEP_S
        if not self.heating:
            self._trajectory = steady(plant, t_s, plate_c, medium_c, 0.0)
        elif self._stuck_c is not None:
            power_w = plant.holding_w(self.target_c, on_medium=self.sensor)
            power_w += plant.gain_w_k * (self.target_c - self._stuck_c)
            self._trajectory = steady(plant, t_s, plate_c, medium_c, min(max(power_w, 0.0), plant.power_w))
        else:
            target_c = self.target_c - self._offset_c(t_s)
            self._trajectory = regulated(plant, t_s, plate_c, medium_c, target_c, on_medium=self.sensor)
        self._trips_s = self._trajectory.plate_exceeds_s(self.safety_c) if self.heating else None
        if self._vessel.name is not None:
            self._twin.bind_temperature(self._vessel.name, self._trajectory.medium_c, t_s)

    def _loaded(self) -> Plant:
        name = self._vessel.name
        self._volume_ml = 0.0 if name is None else self._twin.volume_ml(name)
        return replace(self._plant, medium_j_k=self._vessel.glass_j_k + self._volume_ml * self._vessel.liquid_j_k_ml)
