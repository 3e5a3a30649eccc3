"""How far along its straight way a move has come: pieces of constant acceleration, closed form in time.

Every move starts and ends at rest: unlike the real planner, corners are not rounded and blocks are not joined, so a
sequence of short moves takes a little longer here. Lengths are in the board's units (mm, or degrees as mm).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of constant acceleration: what holds when it begins, and how long it lasts."""

    t_s: float
    way: float
    speed: float
    acceleration: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A move along a straight line of `length`."""

    pieces: tuple[Piece, ...]
    length: float

    @property
    def ends_s(self) -> float:
        """When the move is at rest again."""
        last = self.pieces[-1]
        return last.t_s + last.duration_s

    def at(self, t_s: float) -> tuple[float, float]:
        """Return the way gone and the speed (per second) at a time."""
        if t_s >= self.ends_s:
            return self.length, 0.0
        piece = next((p for p in reversed(self.pieces) if p.t_s <= t_s), self.pieces[0])
        after_s = max(t_s - piece.t_s, 0.0)
        way = piece.way + (piece.speed + 0.5 * piece.acceleration * after_s) * after_s
        return min(way, self.length), piece.speed + piece.acceleration * after_s

    def braked(self, t_s: float, acceleration: float) -> "Profile":
        """Return the move as it goes when it must come to rest from `t_s` on; a move nearly over just ends."""
        way, speed = self.at(t_s)
        stop = way + speed * speed / (2.0 * acceleration)
        if stop >= self.length:
            return self
        before = tuple(piece for piece in self.pieces if piece.t_s < t_s)
        return Profile((*before, Piece(t_s, way, speed, -acceleration, speed / acceleration)), stop)

    def reaches_s(self, way: float) -> float:
        """Return when the way has been gone, by halving: it never shrinks; to a microsecond."""
        low_s, high_s = self.pieces[0].t_s, self.ends_s
        while high_s - low_s > 1e-6:
            middle_s = 0.5 * (low_s + high_s)
            low_s, high_s = (middle_s, high_s) if self.at(middle_s)[0] < way else (low_s, middle_s)
        return high_s


def trapezoid(length: float, speed: float, acceleration: float, t_s: float) -> Profile:
    """Return a move over `length` (above zero) from rest to rest, at most at `speed` per second."""
    top = min(speed, sqrt(length * acceleration))
    ramp_s = top / acceleration
    ramp = 0.5 * top * ramp_s
    even_s = max((length - 2.0 * ramp) / top, 0.0)
    pieces = (
        Piece(t_s, 0.0, 0.0, acceleration, ramp_s),
        Piece(t_s + ramp_s, ramp, top, 0.0, even_s),
        Piece(t_s + ramp_s + even_s, length - ramp, top, -acceleration, ramp_s),
    )
    return Profile(pieces, length)


def limited(parts: Sequence[float], limits: Sequence[float]) -> float:
    """Return the most a quantity may be along a unit direction when each axis has a limit of its own."""
    return min(limit / abs(part) for part, limit in zip(parts, limits, strict=True) if part != 0.0)
