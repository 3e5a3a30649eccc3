"""From a campaign's file to the space that it varies, and to the rows of a design.

Numbers of a variable are in the canonical unit of its parameter's dimension, in which a row's setting is written too:
so a value goes from an optimiser into a run and back without being rounded.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from autosynth.campaign.declaration import Declaration, DesignEntry, VariableEntry
from autosynth.campaign.space.designs import Design, grid, latin_hypercube, simplex
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import LinearConstraint, Mixture, Variable
from autosynth.campaign.table.rows import Row
from autosynth.errors import InputError, Mark, Problem
from autosynth.language.validation import closest
from autosynth.recipe.model import Recipe, outside
from autosynth.recipe.parts import Parameter
from autosynth.units import DIMENSIONS, Quantity, compatible


def space_of(declared: Declaration, recipe: Recipe) -> Space | None:
    """Return what a campaign varies; None for one that only has a table.

    Raises:
        InputError: a variable is no parameter, is a choice, has no limits or limits outside the recipe's; or mixtures
            and constraints do not fit them. All at once.
    """
    if not declared.vary:
        return None
    problems: list[Problem] = []
    variables = [
        variable
        for name, entry in declared.vary.items()
        if (variable := _variable(name, entry, recipe, problems)) is not None
    ]
    kinds = {name: recipe.parameters[name].dimension for name in declared.vary if name in recipe.parameters}
    mixtures, constraints = _mixtures(declared, kinds, problems), _constraints(declared, kinds, problems)
    if problems:
        raise InputError(*problems)
    try:
        return Space(tuple(variables), tuple(mixtures), tuple(constraints))
    except InputError as error:
        mark = declared.origin.key("vary")
        raise InputError(*(Problem(each.message, mark, each.hint, each.rule) for each in error.problems)) from error


def _variable(name: str, entry: VariableEntry, recipe: Recipe, problems: list[Problem]) -> Variable | None:
    parameter = recipe.parameters.get(name)
    if parameter is None:
        told = f"{name!r} is not a parameter of the recipe"
        problems.append(Problem(told, entry.mark, closest(name, recipe.parameters), "campaign"))
        return None
    if parameter.dimension == "text":
        hint = "make a campaign for each choice, or write a table"
        problems.append(Problem(f"{name} is a choice: only numbers are varied", entry.mark, hint, "campaign"))
        return None
    low = _limit(name, parameter, entry.from_, parameter.min, entry.where("from"), problems)
    high = _limit(name, parameter, entry.to, parameter.max, entry.where("to"), problems)
    if low is None or high is None:
        return None
    return Variable(name, low, high, DIMENSIONS[parameter.dimension].unit, entry.whole)


def _limit(
    name: str,
    parameter: Parameter,
    given: Quantity | str | None,
    limit: Quantity | str | None,
    mark: Mark,
    problems: list[Problem],
) -> float | None:
    """Return one end of what a variable may be, in canonical units; None after noting what is wrong with it."""
    value = limit if given is None else given
    if value is None:
        hint = "write vary: {NAME: {from: ..., to: ...}}"
        problems.append(Problem(f"{name} has no limits here and none in the recipe", mark, hint, "campaign"))
        return None
    if isinstance(value, str) or not compatible(value.dimension, parameter.dimension):
        told = f"{name}: this is no {parameter.dimension.replace('_', ' ')}"
        problems.append(Problem(told, mark, "give it the parameter's unit", "units"))
        return None
    complaint = outside(parameter, Quantity(value.value, parameter.dimension))
    if complaint:
        problems.append(Problem(f"{name}: {complaint}", mark, "the recipe's limits hold here too", "campaign"))
        return None
    return value.value


def _mixtures(declared: Declaration, kinds: Mapping[str, str], problems: list[Problem]) -> list[Mixture]:
    found: list[Mixture] = []
    for name, entry in declared.mixtures.items():
        total = _fitting(entry.total, entry.parts, kinds, entry.where("total"), problems)
        _known(entry.parts, declared, entry.where("parts"), problems)
        if total is not None:
            found.append(Mixture(name, entry.parts, total))
    return found


def _constraints(declared: Declaration, kinds: Mapping[str, str], problems: list[Problem]) -> list[LinearConstraint]:
    found: list[LinearConstraint] = []
    for name, entry in declared.constraints.items():
        bound = _fitting(entry.at_most, tuple(entry.of), kinds, entry.where("at_most"), problems)
        _known(entry.of, declared, entry.where("of"), problems)
        if bound is not None:
            kind = kinds.get(next(iter(entry.of)), "number")
            found.append(LinearConstraint(name, tuple(entry.of.items()), bound, DIMENSIONS[kind].unit))
    return found


def _known(names: Iterable[str], declared: Declaration, mark: Mark, problems: list[Problem]) -> None:
    for name in names:
        if name not in declared.vary:
            problems.append(Problem(f"{name!r} is not varied", mark, closest(name, declared.vary), "campaign"))


def _fitting(
    value: Quantity | str, names: Iterable[str], kinds: Mapping[str, str], mark: Mark, problems: list[Problem]
) -> float | None:
    """Return a total or a bound of these variables in canonical units, if it is of their kind."""
    wrong = [name for name in names if name in kinds and not _fits(value, kinds[name])]
    if not isinstance(value, Quantity) or wrong:
        told = f"this is of another kind than {', '.join(wrong) or 'a number'}"
        problems.append(Problem(told, mark, "give it their unit", "units"))
        return None
    return value.value


def _fits(value: Quantity | str, kind: str) -> bool:
    return isinstance(value, Quantity) and compatible(value.dimension, kind)


def setting(value: float, dimension: str) -> str:
    """Return a value of a parameter as the text of a row, in the canonical unit, exactly."""
    return f"{value!r} {DIMENSIONS[dimension].unit}".strip()


def settings_of(values: Mapping[str, float], recipe: Recipe) -> dict[str, str]:
    """Return the settings of a row at a point of the space."""
    return {name: setting(value, recipe.parameters[name].dimension) for name, value in values.items()}


def fixed_settings(declared: Declaration, recipe: Recipe) -> dict[str, str]:
    """Return the parameters that are the same in all rows.

    Raises:
        InputError: one is no parameter, varied besides, or outside its limits.
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name, value in declared.fixed.items():
        mark = declared.where("fixed", name)
        parameter = recipe.parameters.get(name)
        if parameter is None:
            told = f"{name!r} is not a parameter of the recipe"
            problems.append(Problem(told, mark, closest(name, recipe.parameters), "campaign"))
            continue
        if name in declared.vary:
            problems.append(Problem(f"{name} is fixed and varied", mark, "remove one", "campaign"))
        if isinstance(value, Quantity) and not compatible(value.dimension, parameter.dimension):
            problems.append(Problem(f"{name}: it is of another kind", mark, "give it the parameter's unit", "units"))
            continue
        if complaint := outside(parameter, value):
            problems.append(Problem(f"{name}: {complaint}", mark, "", "campaign"))
        found[name] = value if isinstance(value, str) else setting(value.value, parameter.dimension)
    if problems:
        raise InputError(*problems)
    return found


def designed(declared: Declaration, space: Space, recipe: Recipe, seed: int) -> tuple[tuple[Row, ...], list[str]]:
    """Return the rows of a design, numbered, and a sentence for each point that was left out.

    Raises:
        InputError: the design does not fit the space.
    """
    entry = declared.design
    if entry is None:
        return (), []
    mark = declared.origin.key("design")
    try:
        design = _design(entry, space, recipe, seed)
    except InputError as error:
        raise InputError(*(Problem(each.message, mark, each.hint, each.rule) for each in error.problems)) from error
    rows = tuple(
        Row(str(number), settings_of(values, recipe), mark) for number, values in enumerate(design.points, start=1)
    )
    return rows, [f"left out, {'; '.join(each.reasons)}" for each in design.refused]


def _design(entry: DesignEntry, space: Space, recipe: Recipe, seed: int) -> Design:
    if entry.kind == "grid":
        return grid(space, entry.levels)
    if entry.kind == "latin hypercube":
        return latin_hypercube(space, entry.rows or 1, np.random.default_rng([seed, 0]))
    others = {name: value.value for name, value in entry.others.items() if isinstance(value, Quantity)}
    del recipe
    return simplex(space, entry.degree if entry.kind == "simplex lattice" else None, others)
