"""What a campaign may vary: variables with limits and units, mixtures that add up, linear constraints.

Values of an experiment are a mapping from a variable's name to a number in that variable's unit. A point outside the
space is refused with the reason, never moved to the nearest allowed one. Pure data; `numpy` rows hold the variables in
the order of `Space.names`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array
from autosynth.campaign.space.spacecheck import space_problems
from autosynth.campaign.space.variables import LinearConstraint, Mixture, Variable
from autosynth.errors import InputError, Problem

TOLERANCE = 1e-9
"""What rounding of floating-point numbers may take from a limit, a total or a constraint, relative to its size."""


@dataclass(frozen=True, slots=True)
class Space:
    """All points that may be tried.

    Raises:
        InputError: no variables, a name twice, limits in the wrong order or not finite, an integer variable without a
            whole number between its limits, a mixture of one component, of unknown, integer or shared components, of
            different units or that its components' limits cannot add up to, or a constraint on an unknown variable,
            without variables or with a number that is not finite; all of them at once.
    """

    variables: tuple[Variable, ...]
    mixtures: tuple[Mixture, ...] = ()
    constraints: tuple[LinearConstraint, ...] = ()
    names: tuple[str, ...] = field(init=False)
    """The variables' names, in the order of the columns of every array."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(variable.name for variable in self.variables))
        if found := space_problems(self.variables, self.mixtures, self.constraints):
            raise InputError(*(Problem(text, rule="space") for text in found))

    @property
    def lows(self) -> Array:
        """Lowest values, in the order of `names`."""
        return np.array([variable.low for variable in self.variables], dtype=np.float64)

    @property
    def highs(self) -> Array:
        """Highest values, in the order of `names`."""
        return np.array([variable.high for variable in self.variables], dtype=np.float64)

    def refusals(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """Return why this point is not one of the space, a sentence each; none if it is."""
        missing = [f"{name} has no value" for name in self.names if name not in values]
        unknown = [f"{name} is no variable of this campaign" for name in values if name not in self.names]
        if missing or unknown:
            return (*missing, *unknown)
        outside = [text for variable in self.variables for text in _outside(variable, values[variable.name])]
        return (*outside, *self._sums(values))

    def _sums(self, values: Mapping[str, float]) -> list[str]:
        found: list[str] = []
        for mixture in self.mixtures:
            parts = [values[name] for name in mixture.components]
            total = sum(parts)
            if not abs(total - mixture.total) <= TOLERANCE * max(abs(mixture.total), *map(abs, parts)):
                found.append(f"the parts of {mixture.name} add up to {total:g}, not to {mixture.total:g}")
        for rule in self.constraints:
            terms = [factor * values[name] for name, factor in rule.coefficients]
            if not sum(terms) - rule.at_most <= TOLERANCE * max(abs(rule.at_most), *map(abs, terms)):
                most = f"{rule.at_most:g} {rule.unit}".rstrip()
                found.append(f"{rule.name}: the sum, {sum(terms):g}, is more than {most}")
        return found

    def row(self, values: Mapping[str, float]) -> Array:
        """Return the values as an array of shape (variables,).

        Raises:
            InputError: the point is not one of the space.
        """
        if found := self.refusals(values):
            raise InputError(*(Problem(text, rule="space") for text in found))
        return np.array([values[name] for name in self.names], dtype=np.float64)

    def values(self, row: Sequence[float] | Array) -> dict[str, float]:
        """Return an array's numbers by name; those of integer variables are of type int."""
        return {
            variable.name: round(float(number)) if variable.integer else float(number)
            for variable, number in zip(self.variables, row, strict=True)
        }

    @property
    def logarithmic(self) -> NDArray[np.bool_]:
        """Which variables a model sees on a logarithmic scale, in the order of `names`."""
        return np.array([variable.logarithmic for variable in self.variables], dtype=bool)

    def scaled(self, rows: Array) -> Array:
        """Return rows (n, variables) as models see them: each variable's limits at 0 and 1; a fixed variable is 0.

        Variables that reach over a decade do so in their logarithm (`Variable.logarithmic`).
        """
        logs = self.logarithmic
        lows, highs = _seen(self.lows, logs), _seen(self.highs, logs)
        return (_seen(rows, logs) - lows) / np.where(highs > lows, highs - lows, 1.0)


def _seen(rows: Array, logs: NDArray[np.bool_]) -> Array:
    return np.where(logs, np.log(np.where(logs, rows, 1.0)), rows)


def _outside(variable: Variable, value: float) -> list[str]:
    unit = f" {variable.unit}" if variable.unit else ""
    slack = TOLERANCE * max(abs(variable.low), abs(variable.high), 1e-300)
    if not variable.low - slack <= value <= variable.high + slack:
        return [f"{variable.name} {value:g}{unit} is not in {variable.low:g} to {variable.high:g}{unit}"]
    if variable.integer and value != round(value):
        return [f"{variable.name} {value:g}{unit} is not a whole number"]
    return []
