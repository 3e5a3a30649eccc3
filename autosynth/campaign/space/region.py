"""The region of points that a space allows, as matrices: equalities of mixtures, inequalities of constraints."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import OptimizeResult, linprog

from autosynth.analysis.arrays import Array
from autosynth.campaign.space.space import TOLERANCE, Space
from autosynth.errors import InputError, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """`equal @ x = totals` and `at_most @ x <= bounds` between lows and highs, columns in the order of the names."""

    lows: Array
    highs: Array
    integer: Array
    """Shape (variables,): 1 where whole numbers only, else 0."""
    equal: Array
    totals: Array
    at_most: Array
    bounds: Array

    def inside(self, rows: Array) -> Array:
        """Return for rows (n, variables) which of them fulfil limits, mixtures and constraints, shape (n,) of bool."""
        slack = TOLERANCE * np.maximum(np.maximum(np.abs(self.lows), np.abs(self.highs)), 1e-300)
        kept = np.all((rows >= self.lows - slack) & (rows <= self.highs + slack), axis=1)
        kept &= np.all(np.where(self.integer > 0, rows == np.round(rows), True), axis=1)
        for parts, total in zip(self.equal, self.totals, strict=True):
            kept &= np.abs(_excess(rows * parts, total)) <= TOLERANCE
        for factors, bound in zip(self.at_most, self.bounds, strict=True):
            kept &= _excess(rows * factors, bound) <= TOLERANCE
        return np.asarray(kept)

    def directions(self) -> tuple[Array, ...]:
        """Return in which directions continuous variables may move with every mixture's total kept.

        One array (n, variables) for each mixture and each other variable, in units of the limits' span.
        """
        span = np.where(self.integer > 0, 0.0, self.highs - self.lows)
        mixed = self.equal.any(axis=0)
        alone = [np.diag(span)[[column]] for column in np.flatnonzero((span > 0) & ~mixed)]
        return (*alone, *filter(len, (_kept_total(parts, span) for parts in self.equal)))

    def room(self, rows: Array, moves: Array) -> tuple[Array, Array]:
        """Return how far rows (n, variables) may go along their moves: back (<= 0) and forth (>= 0), each (n,)."""
        rates = np.concatenate((moves, -moves, moves @ self.at_most.T), axis=1)
        left = np.concatenate((self.highs - rows, rows - self.lows, self.bounds - rows @ self.at_most.T), axis=1)
        left = np.maximum(left, 0.0)
        reach = np.divide(left, rates, out=np.full_like(rates, np.inf), where=np.abs(rates) > 1e-300)
        forth = np.min(np.where(rates > 1e-300, reach, np.inf), axis=1)
        back = np.max(np.where(rates < -1e-300, reach, -np.inf), axis=1)
        return back, forth


def _excess(terms: Array, bound: float) -> Array:
    """Return how far sums of terms (n, variables) are above a bound, (n,), relative to the largest number in them."""
    size = np.maximum(abs(bound), np.abs(terms).max(axis=1))
    return np.asarray((terms.sum(axis=1) - bound) / np.maximum(size, 1e-300))


def _kept_total(parts: Array, span: Array) -> Array:
    """Return the directions (n, variables) in which the parts (variables,) of a mixture move without their total."""
    columns = np.flatnonzero((parts > 0) & (span > 0))
    found = np.zeros((max(len(columns) - 1, 0), len(span)))
    if len(found):
        found[:, columns] = null_space(span[None, columns]).T * span[columns]
    return found


def region_of(space: Space) -> Region:
    """Return the region of a space; an integer variable's limits are drawn in to whole numbers."""
    column = {name: number for number, name in enumerate(space.names)}
    equal, at_most = np.zeros((len(space.mixtures), len(column))), np.zeros((len(space.constraints), len(column)))
    for number, mixture in enumerate(space.mixtures):
        equal[number, [column[name] for name in mixture.components]] = 1.0
    for number, constraint in enumerate(space.constraints):
        for name, factor in constraint.coefficients:
            at_most[number, column[name]] = factor
    integer = np.array([variable.integer for variable in space.variables], dtype=float)
    return Region(
        np.where(integer > 0, np.ceil(space.lows), space.lows),
        np.where(integer > 0, np.floor(space.highs), space.highs),
        integer,
        equal,
        np.array([mixture.total for mixture in space.mixtures], dtype=float),
        at_most,
        np.array([constraint.at_most for constraint in space.constraints], dtype=float),
    )


def inner_point(region: Region) -> Array:
    """Return a point (variables,) of the region that keeps from its walls as far as it can, by linear programming.

    Whole numbers are chosen first, then the others among them: beside a large whole number a solver would take a
    small volume for rounding.

    Raises:
        InputError: no point fulfils all mixtures and constraints together.
    """
    row = _deepest(region, 1e-7)
    if row is not None and region.integer.any():
        chosen = {
            name: np.where(region.integer > 0, np.round(row), getattr(region, name)) for name in ("lows", "highs")
        }
        row = _deepest(replace(region, **chosen), 1e-10)
    exact = None if row is None else _exact(region, row)
    if exact is None or not region.inside(exact[None])[0]:
        message = "no point fulfils the limits, mixtures and constraints of this campaign together: loosen one"
        raise InputError(Problem(message, rule="space"))
    return exact


def _deepest(region: Region, tolerance: float) -> Array | None:
    """Return the solver's row (variables,) farthest from the walls, to a tolerance relative to each variable's span."""
    span = region.highs - region.lows
    whole = region.integer * (span > 0)
    moving = ((whole == 0) & (span > 0)).astype(float)
    unit, lean = np.where(moving > 0, span, whole), np.where(moving > 0, 1.0, span)
    walls = np.vstack((np.eye(len(unit)), -np.eye(len(unit)))) * (span > 0)
    rows = np.vstack((walls, region.at_most * unit))
    rest = np.concatenate((lean, 0.0 * lean, region.bounds - region.at_most @ region.lows + _rounding(region)))
    size = np.maximum(np.abs(rows).max(axis=1), 1e-300)
    shares = region.equal * unit
    largest = np.maximum(shares.max(axis=1, initial=0.0), 1e-300)
    found: OptimizeResult = linprog(
        np.append(0.0 * unit, -1.0),
        A_ub=np.column_stack((rows, np.abs(rows) @ moving)) / size[:, None],
        b_ub=rest / size,
        A_eq=np.column_stack((shares, 0.0 * largest)) / largest[:, None],
        b_eq=(region.totals - region.equal @ region.lows) / largest,
        bounds=[*((0.0, each) for each in lean), (0.0, 1.0)],
        integrality=np.append(whole, 0.0),
        options={"primal_feasibility_tolerance": tolerance},
    )
    return None if found.x is None else region.lows + unit * np.asarray(found.x[:-1], dtype=float)


def _rounding(region: Region) -> Array:
    """Return half of what a space takes for rounding in each constraint, (constraints,)."""
    terms = np.abs(region.at_most * region.lows).max(axis=1, initial=0.0)
    return np.asarray(TOLERANCE / 2 * np.maximum(np.abs(region.bounds), terms))


def _exact(region: Region, row: Array) -> Array:
    """Return a solver's row without its rounding: whole numbers whole, limits kept, totals met by the freest part."""
    exact = np.clip(np.where(region.integer > 0, np.round(row), row), region.lows, region.highs)
    for parts, total in zip(region.equal, region.totals, strict=True):
        room = np.where(parts > 0, np.minimum(exact - region.lows, region.highs - exact), -1.0)
        exact[int(np.argmax(room))] += total - parts @ exact
    return exact
