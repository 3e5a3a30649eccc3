"""Closed intervals, for static checks: the result contains every value that the arguments allow.

Names that occur twice are not recognised as the same (x - x is wider than 0): bounds may be generous, never too narrow
beyond rounding.
"""

import math
from dataclasses import dataclass
from typing import Final

from autosynth.language.kinds import (
    ANY,
    common_kind,
    kind_of_difference,
    kind_of_product,
    kind_of_quotient,
    kind_of_root,
    kind_of_sum,
)
from autosynth.language.logic import Truth

NUMBER = "number"
"""The dimension of most of them: plans count in mL and mol without naming these."""


@dataclass(init=False, slots=True, unsafe_hash=True)
class Interval:
    """All numbers from low to high, both included, in the canonical unit; infinite ends mean nothing is known there.

    Final, not frozen, and made by a hand-written `__init__`: a check makes thousands of them.
    """

    low: Final[float]
    high: Final[float]
    dimension: Final[str]

    def __init__(self, low: float, high: float, dimension: str = NUMBER) -> None:
        if not low <= high:
            raise ValueError(f"an interval runs upwards, not from {low} to {high}")
        self.low = low
        self.high = high
        self.dimension = dimension

    def __add__(self, other: "Interval") -> "Interval":
        low, high = self.low + other.low, self.high + other.high
        if low <= high and self.dimension == NUMBER == other.dimension:
            return Interval(low, high)
        return _spanning(low, high, kind_of_sum(self.dimension, other.dimension))

    def __sub__(self, other: "Interval") -> "Interval":
        low, high = self.low - other.high, self.high - other.low
        if low <= high and self.dimension == NUMBER == other.dimension:
            return Interval(low, high)
        return _spanning(low, high, kind_of_difference(self.dimension, other.dimension))

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low, self.dimension)

    def __mul__(self, other: "Interval") -> "Interval":
        if self.low >= 0.0 and other.low >= 0.0 and self.dimension == NUMBER == other.dimension:
            low, high = self.low * other.low, self.high * other.high
            if low <= high:  # not where infinity meets zero
                return Interval(low, high)
        kind, factor = kind_of_product(self.dimension, other.dimension)
        corners = [_times(a, b) * factor for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners), kind)

    def __truediv__(self, other: "Interval") -> "Interval":
        kind, factor = kind_of_quotient(self.dimension, other.dimension)
        if other.low <= 0.0 <= other.high:
            return Interval(-math.inf, math.inf, kind)
        corners = [_over(a, b) * factor for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), max(corners), kind)

    def __abs__(self) -> "Interval":
        if self.low >= 0.0:
            return self
        low = 0.0 if self.high >= 0.0 else -self.high
        return Interval(low, max(-self.low, self.high), self.dimension)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def sqrt(self) -> "Interval":
        """Return the square roots of the part that is not negative; nothing known when there is none."""
        kind, factor = kind_of_root(self.dimension)
        if self.high < 0.0:
            return Interval(-math.inf, math.inf, kind)
        return Interval(math.sqrt(max(self.low, 0.0)) * factor, math.sqrt(self.high) * factor, kind)

    def minimum(self, other: "Interval") -> "Interval":
        """Return the interval of the smaller of two numbers."""
        kind = common_kind(self.dimension, other.dimension)
        return Interval(min(self.low, other.low), min(self.high, other.high), kind)

    def maximum(self, other: "Interval") -> "Interval":
        """Return the interval of the larger of two numbers."""
        kind = common_kind(self.dimension, other.dimension)
        return Interval(max(self.low, other.low), max(self.high, other.high), kind)

    def below(self, other: "Interval", *, or_equal: bool) -> Truth:
        """Say whether every, no or some pair of numbers fulfils self < other (or <=)."""
        if self.dimension != other.dimension:
            common_kind(self.dimension, other.dimension)
        if self.high < other.low or (or_equal and self.high == other.low):
            return Truth.TRUE
        if self.low > other.high or (not or_equal and self.low == other.high):
            return Truth.FALSE
        return Truth.UNDECIDED

    def equal(self, other: "Interval") -> Truth:
        """Say whether every, no or some pair of numbers is equal."""
        common_kind(self.dimension, other.dimension)
        if self.low == self.high == other.low == other.high:
            return Truth.TRUE
        return Truth.FALSE if self.high < other.low or other.high < self.low else Truth.UNDECIDED


EVERYTHING = Interval(-math.inf, math.inf, ANY)


def _times(one: float, other: float) -> float:
    return one * other if one and other else 0.0


def _over(one: float, other: float) -> float:
    return 0.0 if math.isinf(other) else one / other


def _spanning(low: float, high: float, dimension: str) -> Interval:
    """Return the interval between two ends, an end that is infinity minus infinity being unknown."""
    return Interval(-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high, dimension)
