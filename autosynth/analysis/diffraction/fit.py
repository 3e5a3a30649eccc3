"""Whole-pattern fit without structure factors (Pawley, J. Appl. Cryst. 14 (1981) 357) by variable projection.

Intensities (never below zero) and background are solved exactly at every trial point; the other unknowns move by damped
Gauss-Newton steps with their Gaussian priors and analytic derivatives. It begins at low angles, where what the library
leaves open moves no line by half its width, and goes on to higher ones with what it has learnt, so that no line settles
on its neighbour's place. It looks for no lines but those it is given.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dsyrk

from autosynth.analysis.arrays import Array
from autosynth.analysis.descent import Quadratic, descend
from autosynth.analysis.diffraction.model import ZERO, Basis, Setting, background, basis_at
from autosynth.analysis.diffraction.nonnegative import Side, nonnegative

ROUNDS = 30
SETTLED = 1e-2
"""The fit has settled when a step promises less than this, in units of the log-likelihood as misfit widens it."""
FURTHEST = 1.0
"""No unknown moves further in one round, in prior standard uncertainties."""
FARTHEST = 3.0
"""No unknown goes further from its prior, in standard uncertainties: beyond, the library is of something else."""
FLAT = 1e-10
"""Added to the power of a spline: over a gap in the pattern some are not told apart."""
FIRST_LINES = 6
"""The first range has at least so many lines."""


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A pattern: angles (degrees), intensities and noise, each of shape (points,)."""

    x_deg: Array
    y: Array
    sd: Array

    def below(self, limit_deg: float) -> "Data":
        """Return the points up to an angle."""
        count = int(np.searchsorted(self.x_deg, limit_deg, side="right"))
        return Data(self.x_deg[:count], self.y[:count], self.sd[:count])


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The best point found. `information` (of the data) is of areas, background and unknowns, in this order."""

    given: Setting
    point: Array
    areas: Array
    """Intensity times degrees, shape (lines,)."""
    free: Side
    """Which areas are above zero."""
    splines: Array
    """Coefficients of the background, in units of intensity."""
    at: Basis
    fitted: Array
    """The whole model in units of intensity, shape (points,)."""
    behind: Array
    """Its background."""
    chi2: float
    loss: float
    information: Array
    score: Array
    """Derivative of the log-likelihood of data and priors."""
    rounds: int
    converged: bool

    @property
    def unknowns(self) -> int:
        """Return how many numbers were fitted: areas above zero, background, and the nonlinear ones."""
        return int(self.free.sum()) + len(self.splines) + len(self.point)

    def at_limit(self, place: int) -> bool:
        """Tell whether an unknown stands where it may go no further."""
        return bool(abs(self.point[place]) >= FARTHEST * self.given.sd[place] * (1.0 - 1e-9))


@dataclass(slots=True, eq=False)
class _Trial:
    point: Array
    at: Basis
    products: Array
    areas: Array
    free: Side
    splines: Array
    left: Array
    chi2: float
    loss: float


def _trial(given: Setting, data: Data, behind: Array, point: Array, free: Side | None) -> _Trial:
    at = basis_at(given, point, data.x_deg, data.sd)
    count = len(at.rows)
    rows = np.vstack((at.rows, behind))
    half = np.asarray(dsyrk(1.0, rows.T, trans=1))
    products = half + np.triu(half, 1).T
    seen = rows @ (data.y / data.sd)
    under = products[count:, count:] + np.diag(FLAT * products.diagonal()[count:])
    link = np.linalg.solve(under, products[count:, :count])
    areas, side = nonnegative(
        products[:count, :count] - products[:count, count:] @ link, seen[:count] - link.T @ seen[count:], free
    )
    splines = np.asarray(np.linalg.solve(under, seen[count:] - products[count:, :count] @ areas), dtype=np.float64)
    left = np.asarray(data.y / data.sd - areas @ at.rows - splines @ behind, dtype=np.float64)
    chi2 = float(left @ left)
    loss = 0.5 * chi2 + 0.5 * float(np.sum((point / given.sd) ** 2))
    return _Trial(point, at, products, areas, side, splines, left, chi2, loss)


class _Pattern:
    """A pattern as what `descend` asks of."""

    subject = "the pattern"

    def __init__(self, given: Setting, data: Data, behind: Array) -> None:
        self.sd = given.sd
        self.furthest = FURTHEST * given.sd
        self.reach = FARTHEST * given.sd
        self._given, self._data, self._behind = given, data, behind

    def trial(self, point: Array, last: _Trial | None) -> _Trial:
        return _trial(self._given, self._data, self._behind, point, None if last is None else last.free)

    def quadratic(self, trial: _Trial) -> Quadratic:
        moving, still = trial.at.moving(trial.areas), len(trial.products)
        cross = np.hstack((moving @ trial.at.rows.T, moving @ self._behind.T))
        information = np.zeros((still + len(moving), still + len(moving)))
        information[:still, :still] = trial.products
        information[still:, :still], information[:still, still:] = cross, cross.T
        information[still:, still:] = moving @ moving.T
        prior = np.concatenate((np.zeros(still), self.sd**-2.0))
        score = np.concatenate((trial.at.rows @ trial.left, self._behind @ trial.left, moving @ trial.left))
        score[still:] -= trial.point * prior[still:]
        return Quadratic(information, score, prior)

    def free(self, trial: _Trial) -> NDArray[np.bool_]:
        return np.concatenate((trial.free, np.ones(len(trial.splines), dtype=bool)))

    def settled(self, trial: _Trial) -> float:
        return SETTLED * max(1.0, trial.chi2 / len(self._data.y))


def settle(given: Setting, data: Data, start: Array, rounds: int = ROUNDS) -> Fit:
    """Return the minimum below a point.

    Raises:
        AnalysisError: the model is not finite at the start.
    """
    behind = background(data.x_deg, data.sd, given.fwhm_deg)
    found = descend(_Pattern(given, data, behind), start, rounds)
    trial, about = found.trial, found.about
    under = trial.splines @ behind * data.sd
    fitted = data.y - trial.left * data.sd
    return Fit(
        given, trial.point, trial.areas, trial.free, trial.splines, trial.at, fitted, under, trial.chi2, trial.loss,
        about.information, about.score, found.rounds, found.converged,
    )  # fmt: skip


def fit(given: Setting, data: Data, before: Fit | None = None) -> Fit:
    """Return the fit of a pattern from the library's values, by way of its lower angles.

    A fit of the same phases with fewer unlisted lines is another start, and what comes of the better one is returned:
    a line that nobody had told of may have pulled the others away.

    Raises:
        AnalysisError: the model is not finite.
    """
    point = np.zeros(len(given.sd))
    for limit_deg in ranges(given, data):
        point = settle(given.below(limit_deg), data.below(limit_deg), point).point
    found = settle(given, data, point)
    if before is None:
        return found
    point = np.concatenate((before.point, np.zeros(len(given.sd) - len(before.point))))
    return min(found, settle(given, data, point), key=lambda one: one.loss)


def ranges(given: Setting, data: Data) -> list[float]:
    """Return the angles (degrees) up to which to fit first, ascending, without the pattern's own end."""
    centre, slope = given.centres(np.zeros(len(given.sd)), given.radiation[0].angstrom)
    slope = slope.copy()
    slope[ZERO] = 0.0
    moved = 2.0 * np.sqrt(np.sum((slope * given.sd[:, None]) ** 2, axis=0))
    order = np.argsort(centre)
    centre, moved = centre[order], np.maximum.accumulate(moved[order])
    safe = max(int(np.searchsorted(moved, 0.5 * given.fwhm_deg)), min(FIRST_LINES, len(centre)) - 1)
    limit = float(centre[min(safe, len(centre) - 1)]) + 5.0 * given.fwhm_deg
    found = []
    while limit < float(data.x_deg[-1]) - 10.0 * given.fwhm_deg:
        found.append(limit)
        limit += limit - float(data.x_deg[0])
    return found


def misfit(found: Fit, data: Data, best: Fit) -> float:
    """Return the root of unexplained over explicable power, 0 for a fit as good as the noise."""
    signal = float(np.sum(((data.y - best.behind) / data.sd) ** 2))
    excess = max(found.chi2 - (len(data.y) - found.unknowns), 0.0)
    return float(np.sqrt(excess / signal)) if signal > 0.0 else 0.0
