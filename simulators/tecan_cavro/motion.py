"""How far the plunger has come at any moment: a trapezoid of speeds, in closed form.

Distances are half-increments (6000 a full stroke whatever the step mode), speeds half-increments per second, as the
manual's v, V and c are. The model reproduces the manual's table of seconds per stroke (S0 1.25, S11 4.30, S27 60 s)
with the slope code 7. Nothing here knows volumes, valves or time of day.
"""

import math
from dataclasses import dataclass
from typing import Self

FULL_STROKE = 6000.0
"""Half-increments from the top of the syringe to its end."""

SLOPE_UNIT = 2500.0
"""Half-increments per second squared in one unit of the slope code L."""

SPEED_CODES = (
    *(6000, 5600, 5000, 4400, 3800, 3200, 2600, 2200, 2000, 1800, 1600, 1400, 1200, 1000, 800, 600, 400, 200),
    *(190, 180, 170, 160, 150, 140, 130, 120, 110, 100, 90, 80, 70, 60, 50, 40, 30, 20, 18, 16, 14, 12, 10),
)
"""Top speeds of S0 to S40."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """One plunger move: up from `start` to `peak`, along at `peak`, down to `end` over `distance`."""

    distance: float
    start: float
    peak: float
    end: float
    slope: float

    @classmethod
    def plan(cls, distance: float, start: float, top: float, end: float, slope: float) -> Self:
        """Plan a move that never exceeds `top`; a short one peaks below it, a very short one never reaches `end`."""
        low = min(start, top)
        last = min(max(end, low), top)
        peak = min(top, math.sqrt(slope * distance + (low * low + last * last) / 2))
        if peak < last:
            peak = last = math.sqrt(low * low + 2 * slope * distance)
        return cls(distance, low, max(peak, low), last, slope)

    @property
    def rise_s(self) -> float:
        """How long the speed climbs."""
        return (self.peak - self.start) / self.slope

    @property
    def fall_s(self) -> float:
        """How long the speed falls."""
        return (self.peak - self.end) / self.slope

    @property
    def cruise_s(self) -> float:
        """How long the speed stays at its peak."""
        climbed = (self.start + self.peak) / 2 * self.rise_s + (self.peak + self.end) / 2 * self.fall_s
        return max(0.0, self.distance - climbed) / self.peak

    @property
    def duration_s(self) -> float:
        """How long the whole move takes."""
        return self.rise_s + self.cruise_s + self.fall_s

    def travelled(self, elapsed_s: float) -> float:
        """Return the distance covered after `elapsed_s`, all of it once the move is over."""
        rise, cruise = self.rise_s, self.cruise_s
        if elapsed_s <= 0:
            return 0.0
        if elapsed_s <= rise:
            return (self.start + self.slope * elapsed_s / 2) * elapsed_s
        climbed = (self.start + self.peak) / 2 * rise
        if elapsed_s <= rise + cruise:
            return climbed + self.peak * (elapsed_s - rise)
        left_s = rise + cruise + self.fall_s - elapsed_s
        if left_s <= 0:
            return self.distance
        return self.distance - (self.end + self.slope * left_s / 2) * left_s

    def reached_s(self, distance: float) -> float:
        """Return how long after the start `distance` is covered: the inverse of `travelled`."""
        rise = self.rise_s
        climbed = (self.start + self.peak) / 2 * rise
        if distance <= climbed:
            return (math.sqrt(self.start * self.start + 2 * self.slope * distance) - self.start) / self.slope
        cruised = self.peak * self.cruise_s
        if distance <= climbed + cruised:
            return rise + (distance - climbed) / self.peak
        left = max(0.0, self.distance - distance)
        left_s = (math.sqrt(self.end * self.end + 2 * self.slope * left) - self.end) / self.slope
        return max(0.0, self.duration_s - left_s)
