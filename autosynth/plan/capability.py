"""What the devices of a station can do, and how sure a dose of theirs is: limits, strokes, times.

Limits are those of the drivers, narrowed by the station. Strokes are split as the engine splits them. Overheads of
exchanges are [assumed] and enter durations only.
"""

import math
from functools import cached_property

from autosynth.contracts.driver import Limits
from autosynth.contracts.liquid import kept_rate_ml_min
from autosynth.errors import InputError
from autosynth.language.interval import Interval
from autosynth.plan.tree import Span
from autosynth.station.drivers import FindDriver, device_limits
from autosynth.station.model import Station
from autosynth.station.plumbing import Path, Plumbing

COVERAGE = 3.0
"""Standard uncertainties by which bounds reach beyond the asked value."""
TOLERANCE_INCREMENTS = 1.01
"""A movement below so many increments is none; the engine's own number."""
OVERHEAD_LIKELY_S, OVERHEAD_HIGH_S = 1.0, 4.0
"""What a stroke takes besides its movement: turning valves, asking, recording [assumed]."""


class Capability:
    """The devices of one station."""

    def __init__(self, station: Station, plumbing: Plumbing, find: FindDriver) -> None:
        self.station = station
        self.plumbing = plumbing
        self._find = find
        self._limits: dict[str, Limits] = {}
        self._reach = {pump: frozenset(plumbing.vessels(pump)) for pump in plumbing.pumps}
        self._wastes = {pump: _waste(plumbing, pump) for pump in plumbing.pumps}
        self._paths: dict[tuple[str, str], Path] = {}
        self._clearings: dict[tuple[str, str, float, float], Span] = {}
        self._unshared: dict[tuple[str, str, str], float] = {}

    def limits(self, device: str) -> Limits:
        """Return what a device can do here."""
        if device not in self._limits:
            self._limits[device] = device_limits(self.station, device, self._find)
        return self._limits[device]

    def path(self, pump: str, vessel: str) -> Path:
        """Return the path from a pump's syringe to a vessel.

        Raises:
            InputError: there is none.
        """
        if (pump, vessel) not in self._paths:
            self._paths[pump, vessel] = self.plumbing.path(pump, vessel)
        return self._paths[pump, vessel]

    def clearing(self, pump: str, vessel: str, rate_ml_min: Interval) -> Span:
        """Return how long it takes to push the way to a vessel clear with gas after a liquid that came at this rate.

        Gas is drawn at the station's rate, and brings what stands in the lines no faster than the liquid came.

        Raises:
            InputError: there is no way.
        """
        draw_ml_min = self.station.draw_rate_ml_min
        low, high = min(rate_ml_min.low, draw_ml_min), min(rate_ml_min.high, draw_ml_min)
        asked = (pump, vessel, low, high)
        if asked not in self._clearings:
            gas_ml = self.path(pump, vessel).dead_volume_ml + self.station.push.excess_ml
            drawn = self.moving(pump, Interval(gas_ml, gas_ml), Interval(draw_ml_min, draw_ml_min))
            self._clearings[asked] = drawn + self.moving(pump, Interval(gas_ml, gas_ml), Interval(low, high))
        return self._clearings[asked]

    def pump(self, *vessels: str) -> str | None:
        """Return the pump that the engine takes for these vessels: the first that reaches them all."""
        return next((pump for pump, reach in self._reach.items() if reach.issuperset(vessels)), None)

    def waste(self, pump: str) -> str | None:
        """Return the waste of a pump, if it reaches one."""
        return self._wastes.get(pump)

    @cached_property
    def line_ml(self) -> dict[str, float]:
        """Return the volume of each line."""
        return {line.name: line.volume_ml for line in self.station.lines}

    def unshared_ml(self, pump: str, source: str, target: str) -> float:
        """Return how much more a vessel gives for a moment than is transferred: it fills its own part of the path."""
        key = (pump, source, target)
        if key not in self._unshared:
            target_lines = set(self.path(pump, target).lines)
            own = (self.line_ml[name] for name in self.path(pump, source).lines if name not in target_lines)
            self._unshared[key] = sum(own)
        return self._unshared[key]

    def kept_ml_min(self, pump: str, rate_ml_min: float) -> float:
        """Return the rate that a pump keeps when it is asked for one."""
        return kept_rate_ml_min(rate_ml_min, self.limits(pump).rate_step_ml_min or 0.0)

    def stroke_ml(self, pump: str, rate_ml_min: float) -> float:
        """Return the largest stroke that the engine makes at a rate."""
        lasting_ml = self.kept_ml_min(pump, rate_ml_min) * self.station.max_stroke_s / 60.0
        return min(lasting_ml, self.station.host_death.volume_ml, self.limits(pump).syringe_ml or math.inf)

    def strokes(self, pump: str, volume_ml: float, rate_ml_min: float) -> int:
        """Return into how many strokes a volume is split, syringes included."""
        largest = self.stroke_ml(pump, rate_ml_min)
        return max(1, math.ceil(volume_ml / largest * (1 - 1e-9))) if largest > 0 else 1

    def dose_sd_ml(self, pump: str, volume_ml: float) -> float:
        """Return the standard uncertainty of a dose: the pump's gain, and each stroke that drew it."""
        calibration = self.station.devices[pump].calibration
        strokes = self.strokes(pump, volume_ml, self.station.draw_rate_ml_min)
        return math.hypot(calibration.gain_rel_sd * volume_ml, calibration.stroke_sd_ml * math.sqrt(strokes))

    def overdraw_ml(self, pump: str, volume_ml: float) -> float:
        """Return how much more than its content is drawn from a vessel at most that is emptied."""
        return self.station.devices[pump].calibration.overdraw_ml(volume_ml, self.dose_sd_ml(pump, volume_ml))

    def smallest_ml(self, pump: str) -> float:
        """Return the volume below which a movement is none."""
        return TOLERANCE_INCREMENTS * (self.limits(pump).resolution_ml or 0.0)

    def margin_ml(self, pump: str, volume_ml: float, *paths: Path) -> float:
        """Return how far what arrives may be from what was asked: uncertainty, increments, film on the lines."""
        film = self.station.carry_over * sum(path.dead_volume_ml for path in paths)
        return COVERAGE * self.dose_sd_ml(pump, volume_ml) + 2.0 * self.smallest_ml(pump) + film

    def moving(self, pump: str, volume_ml: Interval, rate_ml_min: Interval) -> Span:
        """Return how long a pump takes to draw or expel a volume, valves turned and strokes accounted."""
        slowest_ml_min = self.kept_ml_min(pump, rate_ml_min.low)
        if not math.isfinite(volume_ml.high) or slowest_ml_min <= 0:
            return Span()
        low = 60.0 * volume_ml.low / rate_ml_min.high if math.isfinite(rate_ml_min.high) else 0.0
        high = 60.0 * volume_ml.high / slowest_ml_min
        strokes = self.strokes(pump, volume_ml.high, rate_ml_min.low)
        likely = 0.5 * (low + high) + OVERHEAD_LIKELY_S * strokes
        return Span(0.9 * low, likely, 1.2 * high + OVERHEAD_HIGH_S * strokes)


def _waste(plumbing: Plumbing, pump: str) -> str | None:
    try:
        return plumbing.waste(pump)
    except InputError:
        return None
