"""Fit of a spectrum: one complex line-shape model with its phase, by variable projection and analytic derivatives.

Amounts (never below zero) and corrupted first points are solved exactly at every trial point; the other unknowns move
by damped Gauss-Newton steps with their Gaussian priors. The result is a Gaussian, to be cut off at zero for amounts.
Where it begins decides which minimum it finds (see `start`); it looks for no lines but those it is given.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import zherk

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import least
from autosynth.analysis.descent import Quadratic, descend
from autosynth.analysis.nmr.fid import Complex
from autosynth.analysis.nmr.model import GLOBALS, PHASE, REFERENCE, SHIM, Basis, Setting, basis_at
from autosynth.analysis.nmr.shape import Band, early_points
from autosynth.analysis.nmr.windows import Place, Series, series_of

ROUNDS = 40
SETTLED = 1e-2
"""The fit has settled when a step promises less than this, in units of the log-likelihood."""
FURTHEST, WIDER = 1.0, 2.5
"""No shift, and no width or intensity, moves further in one round, in prior standard uncertainties."""
FARTHEST = 4.0
"""No unknown but the phase goes further from its prior, in standard uncertainties: beyond, the library is wrong."""
STRAINED = 3.5
"""A line that far from its prior, in standard uncertainties, may sit on another's place: the fit begins again."""
EARLY = 3
"""So many first points are left free: what a receiver's recovery or a filter makes of them is not the sample's."""


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Bins of a transform in units of the noise of their real parts."""

    bins: Complex
    on: Band
    early: Complex
    """Rows that stand for themselves: corrupted first points, then the series of windows."""
    series: Series

    @property
    def numbers(self) -> int:
        """Return how many real numbers are fitted."""
        return 2 * len(self.bins)


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """The best point of a fit: `information` (data alone) and `prior` are of amounts, early points, unknowns."""

    amounts: Array
    early: Array
    """Strengths of the rows that stand for themselves, real parts, then imaginary ones."""
    point: Array
    chi2: float
    information: Array
    score: Array
    """Derivative of the log-likelihood at the point; of the data and the priors."""
    prior: Array


@dataclass(frozen=True, slots=True, eq=False)
class Fit(Minimum):
    """The best point of one spectrum from one start."""

    given: Setting
    at: Basis
    model: Complex
    """The fitted spectrum as a sum of the basis."""
    loss: float
    """Half of chi squared with the priors' share."""
    rounds: int
    converged: bool

    @property
    def alone(self) -> Complex:
        """Return the strengths of the rows that stand for themselves: first points, then series."""
        real, imaginary = np.split(self.early, 2)
        return np.asarray(real + 1j * imaginary)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A basis and its products with the data: all that is left to solve is linear and small."""

    at: Basis
    gram: Complex
    """Products of the basis with itself."""
    products: Complex
    """Products of the basis with the data."""
    still: Complex
    normal: Array
    right: Array
    power: float

    def chi2(self, solved: Array) -> float:
        """Return the misfit at these values of what enters linearly."""
        return self.power - 2.0 * float(solved @ self.right) + float(solved @ self.normal @ solved)

    def quadratic(self, given: Setting, solved: Array) -> tuple[Array, Array]:
        """Return the information of the data on all unknowns, linear ones first, and the score."""
        left = self.products - self.gram @ (solved @ self.still).conj()
        sums = np.vstack((self.still, self.at.moving(given, solved[: given.lines.species])))
        return (sums @ self.gram @ sums.conj().T).real, (sums @ left).real


@dataclass(slots=True, eq=False)
class _Trial:
    point: Array
    seen: Seen
    solved: Array
    chi2: float
    loss: float


def data_of(transform: Complex, on: Band, noise_sd: float, places: tuple[Place, ...] = ()) -> Data:
    """Return the bins of a band outside windows in units of `noise_sd`, the noise of the real part of a bin."""
    for each in places:
        on = on.without(each.covers(on.hertz))
    series = series_of(places, on)
    return Data(on.of(transform) / noise_sd, on, np.vstack((early_points(EARLY, on), series.rows(on))), series)


def _products(rows: Complex) -> Complex:
    """Return the products of rows with each other's conjugates; half of them are computed."""
    half = np.asarray(zherk(1.0, rows.T, trans=2), dtype=np.complex128)
    upper = np.triu(half, 1)
    return np.asarray((upper + upper.conj().T + np.diag(half.diagonal().real)).conj())


def seen_at(given: Setting, data: Data, point: Array) -> Seen:
    """Return the basis at a point with its products; all further work is on them, none on bins."""
    at = basis_at(given, point, data.on, data.early)
    gram = _products(at.rows)
    products: Complex = at.rows @ data.bins.conj()
    still = at.linear(given.lines)
    normal, right = (still @ gram @ still.conj().T).real, (still @ products).real
    return Seen(at, gram, products, still, normal, right, float(np.vdot(data.bins, data.bins).real))


def _trial(given: Setting, data: Data, point: Array) -> _Trial:
    """Solve what is linear at a point."""
    seen = seen_at(given, data, point)
    solved = least(seen.normal, seen.right, given.lines.species)
    chi2 = seen.chi2(solved)
    return _Trial(point, seen, solved, chi2, 0.5 * chi2 + 0.5 * float(np.sum((point / given.sd) ** 2)))


class _Spectrum:
    """One spectrum as what `descend` asks of."""

    subject = "the spectrum"

    def __init__(self, given: Setting, data: Data) -> None:
        self.sd = given.sd
        shifts = GLOBALS + len(given.lines.owner)
        furthest = np.full(len(given.sd), WIDER)
        furthest[GLOBALS:shifts] = furthest[REFERENCE] = FURTHEST
        furthest[PHASE] = np.inf
        reach = np.full(len(given.sd), FARTHEST)
        reach[PHASE] = np.inf
        self.furthest, self.reach = furthest * given.sd, reach * given.sd
        self._given, self._data = given, data

    def trial(self, point: Array, last: _Trial | None) -> _Trial:
        return _trial(self._given, self._data, point)

    def quadratic(self, trial: _Trial) -> Quadratic:
        information, score = trial.seen.quadratic(self._given, trial.solved)
        still = len(trial.solved)
        prior = np.concatenate((np.zeros(still), self.sd**-2.0))
        score[still:] -= trial.point * prior[still:]
        return Quadratic(information, score, prior)

    def free(self, trial: _Trial) -> NDArray[np.bool_]:
        return (trial.solved > 0.0) | (np.arange(len(trial.solved)) >= self._given.lines.species)

    def settled(self, trial: _Trial) -> float:
        return SETTLED


def overlaps(found: Fit, data: Data, row: Complex) -> tuple[Array, float]:
    """Return the products of a row of bins with every unknown's derivative, and with what the fit leaves over."""
    sums = np.vstack((found.at.linear(found.given.lines), found.at.moving(found.given, found.amounts)))
    products = found.at.rows @ row.conj()
    left = float(np.vdot(data.bins, row).real - (found.model @ products).real)
    return (sums @ products).real, left


def at_limit(found: Fit) -> bool:
    """Tell whether an unknown of the fit stands where it may go no further; `Fit` is then not the best there is."""
    off = np.abs(found.point[PHASE + 1 :]) / found.given.sd[PHASE + 1 :]
    return bool(np.max(off) >= FARTHEST * (1.0 - 1e-9))


def fit(given: Setting, data: Data, start: Array) -> Fit:
    """Return the best point reached from `start`, and, where that strains the priors, from the library's lines.

    Raises:
        AnalysisError: the model is not finite at the start.
    """
    found = _descend(given, data, start)
    if np.max(np.abs(found.point[GLOBALS:]) / given.sd[GLOBALS:]) < STRAINED:
        return found
    unmoved = np.zeros(len(start))
    again = [unmoved.copy(), unmoved.copy()]
    for point, origin in zip(again, (found.point, start), strict=True):
        point[:SHIM] = origin[:SHIM]
    return min(found, *(_descend(given, data, point) for point in again), key=lambda one: one.loss)


def _descend(given: Setting, data: Data, start: Array, rounds: int = ROUNDS) -> Fit:
    """Return the minimum below a point (see the module for what it consists of).

    Raises:
        AnalysisError: the model is not finite at the start.
    """
    found = descend(_Spectrum(given, data), start, rounds)
    trial, about = found.trial, found.about
    species, seen, solved = given.lines.species, trial.seen, trial.solved
    amounts, early, model = solved[:species], solved[species:], np.asarray(solved @ seen.still)
    return Fit(
        amounts, early, trial.point, trial.chi2, about.information, about.score, about.prior,
        given, seen.at, model, trial.loss, found.rounds, found.converged,
    )  # fmt: skip
