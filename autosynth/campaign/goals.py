"""Objectives and limits of a campaign: expressions over what a run measured, valued when it has ended.

Names are those of the recipe's measurements (`cv.IA2`) and parameters, and `run.time`, how long the run took. Values
are in the canonical unit of their dimension, with the standard uncertainty that the measurements give them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autosynth.campaign.declaration import Declaration, LimitEntry, ObjectiveEntry, ObservedEntry
from autosynth.campaign.optimisers.optimiser import Goal, Limit, Objective
from autosynth.engine.history import History
from autosynth.engine.values import named
from autosynth.errors import InputError, Mark, Problem
from autosynth.language.expression import Expression
from autosynth.language.grammar import GrammarError, parse_tree
from autosynth.language.measured import Measured
from autosynth.language.scopes import Value
from autosynth.recipe.model import Recipe
from autosynth.recipe.scope import Names
from autosynth.recipe.steps import walk
from autosynth.units import DIMENSIONS, Quantity, compatible

Entry = ObjectiveEntry | LimitEntry | ObservedEntry
TIME = "run.time"
ANY = "any"


@dataclass(frozen=True, slots=True)
class Goals:
    """What a campaign looks at: name -> expression, and what an optimiser is told of each."""

    expressions: Mapping[str, Expression] = field(default_factory=dict[str, Expression])
    objectives: tuple[Objective, ...] = ()
    limits: tuple[Limit, ...] = ()

    def measure(
        self, parameters: Mapping[str, Measured | str], history: History, duration_s: float
    ) -> dict[str, dict[str, float | str]]:
        """Return each goal's value after a run as {value, sd, unit, dimension}; what was not measured is left out."""
        names: dict[str, Value] = {**parameters, TIME: Measured(duration_s, 0.0, "time")}
        for measurement, rounds in history.measurements.items():
            names |= named(measurement, rounds[-1]["quantities"])
        found: dict[str, dict[str, float | str]] = {}
        for name, expression in self.expressions.items():
            value = expression.evaluate(names)
            if isinstance(value, Measured) and math.isfinite(value.value) and math.isfinite(value.sd):
                unit = DIMENSIONS[value.dimension].unit
                found[name] = {"value": value.value, "sd": value.sd, "unit": unit, "dimension": value.dimension}
        return found


def read_goals(declared: Declaration, recipe: Recipe) -> Goals:
    """Return a declaration's objectives and limits, their names checked against the recipe.

    Raises:
        InputError: an expression is none, or names what the recipe neither measures nor declares; a bound of another
            dimension.
    """
    problems: list[Problem] = []
    names = known_names(recipe)
    expressions: dict[str, Expression] = {}
    entries: list[tuple[str, Entry]] = [
        *declared.objectives.items(),
        *declared.limits.items(),
        *declared.observe.items(),
    ]
    for name, entry in entries:
        if name in expressions:
            hint = "objectives, limits and what is observed have names of their own"
            problems.append(Problem(f"{name} is there twice", entry.mark, hint, "campaign"))
        expression = _expression(entry, names, problems)
        if expression is not None:
            expressions[name] = expression
    kinds = {name: _kind(expression, names) for name, expression in expressions.items()}
    objectives = tuple(
        _objective(name, entry, kinds[name], problems) for name, entry in declared.objectives.items() if name in kinds
    )
    limits = tuple(
        _limit(name, entry, kinds[name], problems) for name, entry in declared.limits.items() if name in kinds
    )
    if problems:
        raise InputError(*problems)
    return Goals(expressions, objectives, limits)


def known_names(recipe: Recipe) -> Names:
    """Return the names that a goal may use."""
    measured = [str(getattr(step, "as_", "") or "") for _, step in walk(recipe.steps)]
    known = [(name, parameter.dimension) for name, parameter in recipe.parameters.items()]
    return Names([*known, (TIME, "time")], [name for name in measured if name])


def _expression(entry: Entry, names: Names, problems: list[Problem]) -> Expression | None:
    mark = entry.where("of")
    try:
        tree, rounds = parse_tree(entry.of)
    except GrammarError as error:
        place = entry.origin.document.shifted(mark, error.column)
        problems.append(Problem(error.message, place, error.hint, "expression"))
        return None
    expression = Expression(entry.of, tree, mark)
    try:
        kind = expression.dimension(names)
    except InputError as error:
        problems.extend(error.problems)
        return None
    if rounds is not None or kind in {"truth", "text"}:
        problems.append(Problem(f"{entry.of} is no number", mark, "name a measured quantity: cv.IA2", "expression"))
        return None
    return expression


def _kind(expression: Expression, names: Names) -> str:
    return expression.dimension(names)


def _objective(name: str, entry: ObjectiveEntry, kind: str, problems: list[Problem]) -> Objective:
    worst = _bound(entry.worst, kind, entry.where("worst"), problems)
    return Objective(name, Goal(entry.goal), _unit(kind), worst)


def _limit(name: str, entry: LimitEntry, kind: str, problems: list[Problem]) -> Limit:
    low = _bound(entry.at_least, kind, entry.where("at_least"), problems)
    high = _bound(entry.at_most, kind, entry.where("at_most"), problems)
    if low is not None and high is not None and not low < high:
        problems.append(Problem(f"{name}: at_least is not below at_most", entry.mark, "change one", "campaign"))
        return Limit(name, low, None, _unit(kind))
    return Limit(name, low, high, _unit(kind)) if (low, high) != (None, None) else Limit(name, 0.0, None, _unit(kind))


def _unit(kind: str) -> str:
    return DIMENSIONS[kind].unit if kind in DIMENSIONS else ""


def _bound(given: Quantity | str | None, kind: str, mark: Mark, problems: list[Problem]) -> float | None:
    """Return a bound in the canonical unit; None without one, or after noting that it is of another kind."""
    if given is None:
        return None
    if isinstance(given, str) or (kind != ANY and not compatible(given.dimension, kind)):
        problems.append(Problem("this bound is of another kind than what it bounds", mark, "", "units"))
        return None
    return given.value


def best(objective: Objective, values: Sequence[float]) -> int:
    """Return which of these values is best."""
    return max(range(len(values)), key=lambda place: objective.sign * values[place])
