"""Fit of bands to a spectrum by variable projection with analytic derivatives.

Areas (never below zero) and the baseline are solved exactly at every trial point; the scale, positions and logarithms
of widths move by damped Gauss-Newton steps within their Gaussian priors. Position and width vectors are deviations
from the library. It looks for no bands but those it is given (see `unknown`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array
from autosynth.analysis.bands import Band
from autosynth.analysis.bounded import least
from autosynth.analysis.descent import Quadratic, descend
from autosynth.analysis.infrared.shape import profiles
from autosynth.analysis.infrared.spectrum import Region

ROUNDS = 60
SETTLED = 1e-3
"""The fit has settled when a step promises less than this, in units of the log-likelihood."""
FURTHEST = 2.0
"""Nothing moves further in one round, in prior standard uncertainties."""
FARTHEST = 4.0
"""Nothing goes further from its prior, in standard uncertainties: beyond, the library is wrong, and that is told."""
SCALE = 0
"""Place of the scale's shift among the nonlinear unknowns."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Bands to fit, an entry each in every array, listed ones first; and what all share."""

    position: Array
    position_sd: Array
    width: Array
    width_sd: Array
    gaussian: Array
    scale_sd: float
    listed: int

    @property
    def sd(self) -> Array:
        """Return the prior standard uncertainties: scale, positions, logarithms of widths, shape (1 + 2 bands,)."""
        return np.concatenate(([self.scale_sd], self.position_sd, self.width_sd))

    def places(self, point: Array) -> tuple[Array, Array]:
        """Return positions on the instrument's scale and widths at a point."""
        position, width = np.split(point[1:], 2)
        return np.asarray(self.position + position + point[SCALE]), np.asarray(self.width * np.exp(width))

    def with_unknown(self, position: float, width: float, position_sd: float, width_sd: float) -> "Setting":
        """Return the setting with one Lorentzian more that belongs to nothing listed."""
        return Setting(
            np.append(self.position, position), np.append(self.position_sd, position_sd),
            np.append(self.width, width), np.append(self.width_sd, width_sd),
            np.append(self.gaussian, 0.0), self.scale_sd, self.listed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The best point. `information` (data alone) and `prior` are of areas, baseline, nonlinear unknowns, in order."""

    given: Setting
    point: Array
    areas: Array
    baseline: Array
    rows: Array
    """Derivatives of the spectrum by all unknowns, in units of the noise, shape (unknowns, points)."""
    left: Array
    """Measured less fitted, in units of the noise."""
    chi2: float
    loss: float
    information: Array
    score: Array
    prior: Array
    rounds: int = 0
    converged: bool = False

    @property
    def still(self) -> int:
        """Return how many unknowns enter linearly."""
        return len(self.areas) + len(self.baseline)


def setting(bands: Sequence[Band], scale_sd: float) -> Setting:
    """Return the priors of listed bands."""
    return Setting(
        np.array([one.position for one in bands]),
        np.array([one.sd for one in bands]),
        np.array([one.width for one in bands]),
        np.array([one.width_sd_rel for one in bands]),
        np.array([one.gaussian for one in bands]),
        scale_sd,
        len(bands),
    )


def at_point(given: Setting, data: Region, noise: float, point: Array) -> Fit:
    """Return the best areas and baseline at given positions and widths, with all derivatives there."""
    value, by_position, by_width = profiles(data.axis, *given.places(point), given.gaussian)
    still = np.vstack((value, data.baseline)) / noise
    seen = data.absorbance / noise
    count = len(value)
    solved = least(still @ still.T, still @ seen, count)
    areas = solved[:count, None] / noise
    rows = np.vstack((still, np.sum(areas * by_position, axis=0), areas * by_position, areas * by_width))
    left = seen - solved @ still
    chi2 = float(left @ left)
    prior = np.concatenate((np.zeros(len(still)), given.sd**-2.0))
    score = rows @ left
    score[len(still) :] -= point * prior[len(still) :]
    loss = 0.5 * chi2 + 0.5 * float(np.sum((point / given.sd) ** 2))
    return Fit(given, point, solved[:count], solved[count:], rows, left, chi2, loss, rows @ rows.T, score, prior)


class _Bands:
    """The bands of a spectrum as what `descend` asks of."""

    subject = "the bands"

    def __init__(self, given: Setting, data: Region, noise: float) -> None:
        self.sd = given.sd
        self.furthest = FURTHEST * given.sd
        self.reach = FARTHEST * given.sd
        self._given, self._data, self._noise = given, data, noise

    def trial(self, point: Array, last: Fit | None) -> Fit:
        return at_point(self._given, self._data, self._noise, point)

    def quadratic(self, trial: Fit) -> Quadratic:
        return Quadratic(trial.information, trial.score, trial.prior)

    def free(self, trial: Fit) -> NDArray[np.bool_]:
        return np.concatenate((trial.areas > 0.0, np.ones(len(trial.baseline), dtype=bool)))

    def settled(self, trial: Fit) -> float:
        return SETTLED


def fit(given: Setting, data: Region, noise: float, start: Array) -> Fit:
    """Return the minimum below a point.

    Args:
        given: the bands and their priors.
        data: what was measured.
        noise: standard deviation of one point.
        start: nonlinear unknowns to begin with, shape (1 + 2 bands,), as deviations from the library.

    Raises:
        AnalysisError: the model is not finite at the start.
    """
    found = descend(_Bands(given, data, noise), start, ROUNDS)
    return replace(found.trial, rounds=found.rounds, converged=found.converged)


def at_limit(found: Fit) -> bool:
    """Tell whether a position or width of the fit stands where it may go no further."""
    return bool(np.max(np.abs(found.point) / found.given.sd) >= FARTHEST * (1.0 - 1e-9))
