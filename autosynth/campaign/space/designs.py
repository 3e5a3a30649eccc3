"""Designs: experiments planned before anything is known. Grid, Latin hypercube, lattice and centroid of a mixture.

A point that breaks a limit, a mixture or a constraint is left out and listed with the reason; a Latin hypercube draws
others for those left out and says how many. Mixtures are planned in pseudo-components, parts above their lower limits
(Cornell, Experiments with Mixtures, 3rd ed., 2002, chapters 2 and 4).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from scipy.stats import qmc

from autosynth.analysis.arrays import Array
from autosynth.campaign.space.region import region_of
from autosynth.campaign.space.sampling import sample, spread
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import Mixture
from autosynth.errors import InputError, Problem

MOST = 100_000
"""Points of a design, more than any bench can do; assumed."""
REDRAWS = 20


@dataclass(frozen=True, slots=True)
class Refused:
    """A point that a design would have and the space does not allow, and why."""

    values: Mapping[str, float]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """Planned experiments in the order to be done, what was left out, and how many were drawn in place of others."""

    name: str
    points: tuple[Mapping[str, float], ...]
    refused: tuple[Refused, ...] = ()
    redrawn: int = 0


def grid(space: Space, levels: Mapping[str, int | Sequence[float]]) -> Design:
    """Return every combination of levels: the full factorial.

    Args:
        space: what is varied.
        levels: for each variable outside mixtures a number of evenly spaced levels from limit to limit (one: the
            middle), or the levels themselves; for each mixture, by its name, the degree of its simplex lattice.

    Raises:
        InputError: a variable or mixture without levels, an unknown one, a number of levels below 1, whole numbers that
            evenly spaced levels do not meet, more than 100 000 points, or none that the space allows.
    """
    mixed = {name for mixture in space.mixtures for name in mixture.components}
    wanted = {*(name for name in space.names if name not in mixed), *(mixture.name for mixture in space.mixtures)}
    wrong = [f"the grid has no levels for {name}" for name in sorted(wanted - set(levels))]
    wrong += [f"{name} is neither a mixture nor a variable outside one" for name in sorted(set(levels) - wanted)]
    if wrong:
        raise InputError(*(Problem(text, rule="design") for text in wrong))
    axes: list[list[dict[str, float]]] = [
        [{variable.name: level} for level in _levels(space, variable.name, levels[variable.name])]
        for variable in space.variables
        if variable.name not in mixed
    ]
    for mixture in space.mixtures:
        degree = levels[mixture.name]
        if not isinstance(degree, int):
            raise _wrong(f"{mixture.name}: a mixture's levels are the degree of its lattice, a whole number")
        axes.append(list(_parts(space, mixture, lattice(len(mixture.components), degree))))
    if (size := int(np.prod([float(len(axis)) for axis in axes]))) > MOST:
        raise _wrong(f"the grid has {size} points; {MOST} are the most")
    return _kept(space, "grid", (_joined(parts) for parts in product(*axes)))


def latin_hypercube(space: Space, size: int, rng: np.random.Generator) -> Design:
    """Return `size` points such that each variable alone is spread over `size` equal strata, as far as all are allowed.

    The parts of a mixture are spread by the sticks that are broken off for them (`sampling.spread`).

    Raises:
        InputError: `size` is below 1 or above 100 000, or no point fulfils all constraints.
    """
    if not 1 <= size <= MOST:
        raise _wrong(f"a Latin hypercube of {size} points: 1 to {MOST} are possible")
    region, kept, drawn = region_of(space), np.empty((0, len(space.names))), 0
    for _ in range(REDRAWS):
        units = np.asarray(qmc.LatinHypercube(len(space.names), rng=rng).random(size - len(kept)))
        rows = spread(space, units)
        drawn += len(rows)
        kept = np.concatenate((kept, rows[region.inside(rows).astype(bool)]))
        if len(kept) == size:
            break
    else:
        drawn += size - len(kept)
        kept = np.concatenate((kept, sample(space, size - len(kept), rng).rows))
    return Design("latin hypercube", tuple(space.values(row) for row in kept), redrawn=drawn - size)


def simplex(space: Space, degree: int | None, others: Mapping[str, float] | None = None) -> Design:
    """Return a mixture design: the lattice of this degree, or the centroids if it is None.

    Args:
        space: with one mixture.
        degree: m of the {q, m} lattice: every part takes 0, 1/m, ... 1 of the whole above the lower limits.
        others: values of the variables outside the mixture, the same in every experiment.

    Raises:
        InputError: the space has no mixture or several, a degree below 1, a variable without a value, more than
            100 000 points, or none that the space allows.
    """
    if len(space.mixtures) != 1:
        raise _wrong(f"a mixture design is of one mixture; the campaign has {len(space.mixtures)}: plan a grid")
    mixture = space.mixtures[0]
    parts = centroids(len(mixture.components)) if degree is None else lattice(len(mixture.components), degree)
    name = "simplex centroid" if degree is None else "simplex lattice"
    return _kept(space, name, ({**values, **(others or {})} for values in _parts(space, mixture, parts)))


def lattice(parts: int, degree: int) -> Array:
    """Return the {q, m} simplex lattice: shape (points, parts), every row a multiple of 1 / degree that sums to one.

    Raises:
        InputError: a degree below 1, or more than 100 000 points.
    """
    if degree < 1:
        raise _wrong(f"a simplex lattice of degree {degree}: 1 or more is possible")
    bars = list(combinations(range(degree + parts - 1), parts - 1)) if _binomial(degree + parts - 1, parts - 1) else []
    edges = np.array([(-1, *each, degree + parts - 1) for each in bars], dtype=float)
    return (np.diff(edges, axis=1) - 1.0)[::-1] / degree


def centroids(parts: int) -> Array:
    """Return the simplex centroids: every subset of parts in equal shares, shape (2**parts - 1, parts).

    Raises:
        InputError: more than 100 000 points.
    """
    if 2**parts > MOST:
        raise _wrong(f"the centroids of {parts} parts are more than {MOST} points")
    chosen = [each for count in range(1, parts + 1) for each in combinations(range(parts), count)]
    rows = np.zeros((len(chosen), parts))
    for row, each in zip(rows, chosen, strict=True):
        row[list(each)] = 1.0 / len(each)
    return rows


def _binomial(whole: int, part: int) -> float:
    count = float(np.prod([(whole - k) / (k + 1) for k in range(part)]))
    if count > MOST:
        raise _wrong(f"the simplex lattice has {count:.0f} points; {MOST} are the most")
    return count


def _parts(space: Space, mixture: Mixture, shares: Array) -> Iterator[dict[str, float]]:
    lows = {variable.name: variable.low for variable in space.variables}
    above = mixture.total - sum(lows[name] for name in mixture.components)
    for row in shares:
        yield {name: lows[name] + above * float(share) for name, share in zip(mixture.components, row, strict=True)}


def _levels(space: Space, name: str, asked: int | Sequence[float]) -> list[float]:
    variable = space.variables[space.names.index(name)]
    if not isinstance(asked, int):
        return [float(each) for each in asked]
    if asked < 1:
        raise _wrong(f"{name}: {asked} levels; at least one is needed")
    found = np.linspace(variable.low, variable.high, asked) if asked > 1 else [0.5 * (variable.low + variable.high)]
    if variable.integer and not all(float(each).is_integer() for each in found):
        raise _wrong(
            f"{name}: {asked} levels from {variable.low:g} to {variable.high:g} are not whole: name the levels"
        )
    return [float(each) for each in found]


def _joined(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: value for each in parts for name, value in each.items()}


def _kept(space: Space, name: str, points: Iterator[dict[str, float]]) -> Design:
    kept: list[Mapping[str, float]] = []
    refused: list[Refused] = []
    for point in points:
        if reasons := space.refusals(point):
            refused.append(Refused(point, reasons))
        else:
            kept.append(space.values([point[each] for each in space.names]))
    if not kept:
        first = f", the first because {refused[0].reasons[0]}" if refused else ""
        raise _wrong(f"none of the {len(refused)} points of the {name} is allowed{first}")
    return Design(name, tuple(kept), tuple(refused))


def _wrong(text: str) -> InputError:
    return InputError(Problem(text, rule="design"))
