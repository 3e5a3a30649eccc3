"""Fit of a mixture of compositions to all of an envelope at once, by damped Gauss-Newton steps.

Intensities and baselines are solved exactly at every trial point. Tilt, coupling and skew of the mixture, the shift
of the mass scale and the peaks' width move within Gaussian priors; what elemental analysis says of the mean is one
more observation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array
from autosynth.analysis.descent import Quadratic, descend, solve
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.mass.distribution import Distribution, distribution
from autosynth.analysis.mass.view import NONLINEAR, View

ROUNDS = 60
SETTLED = 1e-4
"""The fit has settled when a step promises less than this, in units of the log-likelihood."""
TILT, COUPLING, SKEW, SHIFT, WIDTH = range(NONLINEAR)
TILT_SD, COUPLING_SD, SKEW_SD = 5.0, 0.3, 0.02
"""Priors of the mixture, broad: a coupling of 0.3 has no molecule of mixed composition left."""
FURTHEST = (1.0, 0.05, 0.02, 1.0, 0.1)
"""Nothing moves further in one round; the shift in its prior standard uncertainties."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What is fitted: views with a standard deviation for every point, and what is known besides.

    Attributes:
        views: Of all ions.
        noise: Standard deviation of each point, a list entry for each view.
        sites: Of the assembly; 0 for an ion of one composition.
        shift, width: Prior mean and standard uncertainty of the scale's shift and of the logarithm of peaks' width.
        mean: What is known of the mean number of sites, or None.
    """

    views: Sequence[View]
    noise: Sequence[Array]
    sites: int
    shift: tuple[float, float]
    width: tuple[float, float]
    mean: Estimate | None = None

    @property
    def centre(self) -> Array:
        """Return the prior means, shape (5,)."""
        return np.array([0.0, 0.0, 0.0, self.shift[0], self.width[0]])

    @property
    def sd(self) -> Array:
        """Return the prior standard uncertainties, shape (5,)."""
        fixed = 1e-9 if self.sites == 0 else 1.0
        return np.array([TILT_SD * fixed, COUPLING_SD * fixed, SKEW_SD * fixed, self.shift[1], self.width[1]])

    def mixed(self, point: Array) -> Distribution:
        """Return the mixture at a point."""
        if self.sites == 0:
            return Distribution(np.ones(1), np.zeros((3, 1)))
        return distribution(self.sites, *point[: SKEW + 1].tolist())


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A point and what the model makes of the data there; information is of the linear unknowns, then the others."""

    point: Array
    linear: Array
    values: tuple[Array, ...]
    """Fitted, for each view."""
    left: Array
    """Measured less fitted, in units of the noise, all views."""
    chi2: float
    loss: float
    information: Array
    score: Array
    prior: Array
    rounds: int = 0
    converged: bool = False

    @property
    def covariance(self) -> Array:
        """Return the covariance of the nonlinear unknowns, shape (5, 5)."""
        whole = solve(self.information + np.diag(self.prior), np.eye(len(self.score)))
        return np.asarray(whole[-NONLINEAR:, -NONLINEAR:])


def at_point(given: Setting, point: Array) -> Fit:
    """Return the best intensities and baselines at a point, with all derivatives there."""
    mixed = given.mixed(point)
    shapes = [view.model(mixed, float(point[SHIFT]), float(point[WIDTH])) for view in given.views]
    still = _blocks([np.vstack((value, view.baseline)) for (value, _), view in zip(shapes, given.views, strict=True)])
    sd = np.concatenate(list(given.noise))
    seen = np.concatenate([view.y for view in given.views]) / sd
    still = still / sd
    linear = solve(still @ still.T, still @ seen)
    heights = _heights(given.views, linear)
    moving = np.concatenate([h * rows for h, (_, rows) in zip(heights, shapes, strict=True)], axis=1) / sd
    fitted = linear @ still
    left = seen - fitted
    rows = np.vstack((still, moving))
    information, score = rows @ rows.T, rows @ left
    chi2 = float(left @ left)
    away = point - given.centre
    prior = np.concatenate((np.zeros(len(still)), given.sd**-2.0))
    score[len(still) :] -= away * given.sd**-2.0
    loss = 0.5 * chi2 + 0.5 * float(np.sum((away / given.sd) ** 2))
    for residual, slope in _besides(given, point, mixed):
        information[-NONLINEAR:, -NONLINEAR:] += np.outer(slope, slope)
        score[-NONLINEAR:] += slope * residual
        loss += 0.5 * residual**2
    ends = np.cumsum([len(view.y) for view in given.views])[:-1]
    return Fit(
        point, linear, tuple(np.split(fitted * sd, ends)), left, chi2, loss, information, score, prior
    )  # fmt: skip


class _Envelope:
    """A mixture seen in envelopes as what `descend` asks of."""

    subject = "the envelope"

    def __init__(self, given: Setting) -> None:
        self.sd = given.sd
        self.furthest = np.array(FURTHEST) * [1.0, 1.0, 1.0, given.shift[1], 1.0]
        self.reach = np.full(NONLINEAR, np.inf)
        self._given = given

    def trial(self, point: Array, last: Fit | None) -> Fit:
        return at_point(self._given, point)

    def quadratic(self, trial: Fit) -> Quadratic:
        return Quadratic(trial.information, trial.score, trial.prior)

    def free(self, trial: Fit) -> NDArray[np.bool_]:
        return np.ones(len(trial.linear), dtype=bool)

    def settled(self, trial: Fit) -> float:
        return SETTLED


def fit(given: Setting, start: Array) -> Fit:
    """Return the minimum below a point, shape (5,): tilt, coupling, skew, shift, logarithm of relative width.

    Raises:
        AnalysisError: the model is not finite at the start.
    """
    found = descend(_Envelope(given), start, ROUNDS)
    return replace(found.trial, rounds=found.rounds, converged=found.converged)


def _besides(given: Setting, point: Array, mixed: Distribution) -> list[tuple[float, Array]]:
    """Return residuals and derivatives of what is known besides the intensities."""
    found: list[tuple[float, Array]] = []
    if given.mean is not None:
        moments, slope = mixed.moments()
        row = np.concatenate((slope[0], [0.0, 0.0])) / given.mean.sd
        found.append(((given.mean.value - moments[0]) / given.mean.sd, row))
    for view in given.views:
        if view.seen is not None:
            shift, sd = view.seen
            found.append(((shift - float(point[SHIFT])) / sd, np.array([0.0, 0.0, 0.0, 1.0 / sd, 0.0])))
    return found


def _heights(views: Sequence[View], linear: Array) -> list[float]:
    """Return each view's intensity of one ion."""
    places = np.cumsum([0, *(1 + len(view.baseline) for view in views)])[:-1]
    return [float(linear[place]) for place in places]


def _blocks(rows: list[Array]) -> Array:
    out = np.zeros((sum(len(each) for each in rows), sum(each.shape[1] for each in rows)))
    down = right = 0
    for each in rows:
        out[down : down + len(each), right : right + each.shape[1]] = each
        down, right = down + each.shape[0], right + each.shape[1]
    return out
