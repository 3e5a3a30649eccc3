"""What a board's makers chose: geometry, where the switches are, and which firmware habits it has."""

from dataclasses import dataclass

from simulators.grbl_carousel.body import Point
from simulators.grbl_carousel.rack import Rack


@dataclass(frozen=True, slots=True)
class Manner:
    """One sampler's making.

    Attributes:
        rack: Where its tubes stand.
        home_past_zero: Where the carousel's switch is, counted from position 1.
        tube_sensor: Whether a sensor over the bore sits on the probe pin.
        build: What `$I` says.
        reset_locks: Whether a soft reset at rest locks, too.
    """

    rack: Rack
    home_past_zero: float
    tube_sensor: bool
    build: str
    reset_locks: bool

    @property
    def home(self) -> Point:
        """Where the switches are: the lift's is at its upper end."""
        return self.rack.zero + self.home_past_zero, self.rack.up_z

    def ranges(self, travel_x: float, travel_z: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return what the soft limits allow: the travel, from the switch on towards the places and the lower end."""
        x, z = self.home
        downwards = 1.0 if self.rack.down_z > self.rack.up_z else -1.0
        around = 1.0 if self.rack.pitch > 0 else -1.0
        return _span(x, x + around * travel_x), _span(z, z + downwards * travel_z)


def _span(one: float, other: float) -> tuple[float, float]:
    return min(one, other), max(one, other)
