"""Measured values and their first-order uncertainty.

Distinct names are taken as independent; a name that occurs twice is one and the same number (x - x is exactly 0). Where
a function bends strongly over one standard uncertainty, first order is an approximation; `min` and `max` take the
uncertainty of the argument that wins. 95 % means 1.96 standard uncertainties (normal distribution).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

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

COVERAGE = 1.96


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its standard uncertainty in the canonical unit; NaN in either means unknown."""

    value: float
    sd: float = 0.0
    dimension: str = "number"


@dataclass(frozen=True, slots=True)
class Linear:
    """A value and its first-order dependence on each name: name -> derivative times that name's sd."""

    value: float
    parts: Mapping[str, float]
    dimension: str

    @property
    def sd(self) -> float:
        """Return the standard uncertainty: parts of distinct names add in quadrature."""
        return math.hypot(*self.parts.values()) if self.parts else 0.0

    def __add__(self, other: "Linear") -> "Linear":
        return self._with(other, self.value + other.value, 1.0, 1.0, kind_of_sum(self.dimension, other.dimension))

    def __sub__(self, other: "Linear") -> "Linear":
        kind = kind_of_difference(self.dimension, other.dimension)
        return self._with(other, self.value - other.value, 1.0, -1.0, kind)

    def __neg__(self) -> "Linear":
        return self._scaled(-self.value, -1.0, self.dimension)

    def __mul__(self, other: "Linear") -> "Linear":
        kind, factor = kind_of_product(self.dimension, other.dimension)
        return self._with(other, self.value * other.value * factor, other.value * factor, self.value * factor, kind)

    def __truediv__(self, other: "Linear") -> "Linear":
        kind, factor = kind_of_quotient(self.dimension, other.dimension)
        if other.value == 0.0:
            return Linear(math.nan, {}, kind)
        value = self.value / other.value * factor
        return self._with(other, value, factor / other.value, -value / other.value, kind)

    def __abs__(self) -> "Linear":
        return -self if self.value < 0.0 else self

    def sqrt(self) -> "Linear":
        """Return the square root; unknown for a negative number, and for an uncertain zero."""
        kind, factor = kind_of_root(self.dimension)
        if not self.value >= 0.0 or (self.value == 0.0 and self.parts):
            return Linear(math.nan, {}, kind)
        root = math.sqrt(self.value) * factor
        return self._scaled(root, 0.5 * root / self.value if self.value else 0.0, kind)

    def minimum(self, other: "Linear") -> "Linear":
        """Return the smaller, with its own uncertainty; unknown if either is."""
        return self._chosen(other, self.value <= other.value)

    def maximum(self, other: "Linear") -> "Linear":
        """Return the larger, with its own uncertainty; unknown if either is."""
        return self._chosen(other, self.value >= other.value)

    def below(self, other: "Linear", *, or_equal: bool) -> Truth:
        """Decide self < other (or <=): only if the whole 95 % interval of the difference lies on one side."""
        low, high = self._difference(other)
        if math.isnan(low):
            return Truth.UNDECIDED
        if high < 0.0 or (or_equal and high == 0.0):
            return Truth.TRUE
        if low > 0.0 or (low == 0.0 and not or_equal):
            return Truth.FALSE
        return Truth.UNDECIDED

    def equal(self, other: "Linear") -> Truth:
        """Decide self == other: exactly for exact numbers; uncertain ones can only be shown to differ."""
        low, high = self._difference(other)
        if math.isnan(low):
            return Truth.UNDECIDED
        if low == high:
            return Truth.of(low == 0.0)
        return Truth.UNDECIDED if low <= 0.0 <= high else Truth.FALSE

    def _difference(self, other: "Linear") -> tuple[float, float]:
        common_kind(self.dimension, other.dimension)
        difference = self._with(other, self.value - other.value, 1.0, -1.0, ANY)
        half = COVERAGE * difference.sd
        if not (math.isfinite(difference.value) and math.isfinite(half)):
            return math.nan, math.nan
        return difference.value - half, difference.value + half

    def _chosen(self, other: "Linear", first: bool) -> "Linear":
        kind = common_kind(self.dimension, other.dimension)
        if math.isnan(self.value) or math.isnan(other.value):
            return Linear(math.nan, {}, kind)
        winner = self if first else other
        return Linear(winner.value, winner.parts, kind)

    def _scaled(self, value: float, slope: float, dimension: str) -> "Linear":
        return Linear(value, {name: slope * part for name, part in self.parts.items()}, dimension)

    def _with(self, other: "Linear", value: float, slope: float, other_slope: float, dimension: str) -> "Linear":
        parts = {name: slope * part for name, part in self.parts.items()}
        for name, part in other.parts.items():
            parts[name] = parts.get(name, 0.0) + other_slope * part
        return Linear(value, parts, dimension)
