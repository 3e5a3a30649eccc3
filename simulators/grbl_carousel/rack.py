"""Where the tubes stand: places around the carousel, the magnet some of them on from the needle, the lift's ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rack:
    """The geometry, in the board's units; all of it assumed and an option of the device."""

    pitch: float
    positions: int
    magnet_offset: int
    zero: float
    up_z: float
    down_z: float

    def x_of(self, place: int) -> float:
        """Return where the carousel stands when tube `place` is under the needle."""
        return self.zero + (place - 1) * self.pitch

    def place_at(self, x: float, within: float) -> int | None:
        """Return the tube under the needle, or None when there is none within that distance; it turns endlessly."""
        steps = (x - self.zero) / self.pitch
        nearest = round(steps)
        return nearest % self.positions + 1 if abs(steps - nearest) * abs(self.pitch) <= within else None

    def over_bore(self, place: int) -> int:
        """Return the position over the bore while tube `place` is under the needle."""
        return (place + self.magnet_offset - 1) % self.positions + 1

    def is_down(self, z: float, within: float) -> bool:
        """Tell whether the lift is down."""
        return abs(z - self.down_z) <= within

    def is_up(self, z: float, within: float) -> bool:
        """Tell whether the lift is up and out of the way."""
        return abs(z - self.up_z) <= within
