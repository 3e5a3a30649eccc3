"""What a campaign varies: variables with limits and units, mixtures that add up, linear constraints."""

from dataclasses import dataclass

DECADE = 10.0
"""How wide a variable's limits must be, as a factor, to be seen on a logarithmic scale: assumed."""
FURTHEST = 1e9
"""Limits further apart than this factor are seen as from zero, on a linear scale: assumed."""
ARBITRARY_ZERO = ("°C", "℃", "degC")


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing that is varied: its name, the lowest and highest value allowed (both included) and their unit.

    `integer` allows whole numbers only (rounds, additions, replicates).
    """

    name: str
    low: float
    high: float
    unit: str = ""
    integer: bool = False

    @property
    def logarithmic(self) -> bool:
        """Whether models see it on a logarithmic scale: from above zero over a decade or more.

        Rates, equilibria and costs mostly follow factors of times, amounts and concentrations. Whole numbers, and
        temperatures whose zero is arbitrary, are left as they are; so is what reaches down to about nothing.
        """
        wide = 0.0 < DECADE * self.low <= self.high <= FURTHEST * self.low
        return not self.integer and self.unit not in ARBITRARY_ZERO and wide


@dataclass(frozen=True, slots=True)
class Mixture:
    """Variables that are parts of a whole: they add up to `total`, in the unit they share."""

    name: str
    components: tuple[str, ...]
    total: float = 1.0


@dataclass(frozen=True, slots=True)
class LinearConstraint:
    """`sum of coefficient * variable <= at_most`, each coefficient in the units that make the sum one of `unit`.

    "At least" is written with every sign changed.
    """

    name: str
    coefficients: tuple[tuple[str, float], ...]
    at_most: float
    unit: str = ""
