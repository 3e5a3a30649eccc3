"""What a campaign varies: variables with limits and units, mixtures that add up, linear constraints."""

from dataclasses import dataclass


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
