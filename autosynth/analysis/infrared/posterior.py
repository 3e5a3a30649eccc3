"""From a fit to a Gaussian of areas, baseline and band shapes, cut off where areas would be negative.

Misfit widens it by reduced chi squared. So does noise that neighbouring points share, as a spectrometer's zero filling
makes it: the variance of a mean grows by one plus twice the sum of the autocorrelation (Bartlett 1946).
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import Marginal, marginal, truncate
from autosynth.analysis.descent import solve
from autosynth.analysis.infrared.fit import Fit
from autosynth.analysis.infrared.spectrum import Region

LAGS = 40
NOTABLE = 3.0
"""An autocorrelation is summed while it is above so many of its standard uncertainties."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Mean and covariance of areas, baseline and shapes, and the covariance before areas were cut off at zero."""

    mean: Array
    covariance: Array
    uncut: Array
    likelihood: Marginal
    inflation: float
    chi2_reduced: float
    information: Array

    def bare_sd(self, found: Fit, place: int) -> float:
        """Return the standard uncertainty that a band's area has where there is none of it."""
        count = len(found.given.position)
        information = self.information.copy()
        for shape in (found.still + 1 + place, found.still + 1 + count + place):
            information[shape, :] = information[:, shape] = 0.0
        column = np.zeros(len(information))
        column[place] = 1.0
        return float(np.sqrt(solve(information + np.diag(found.prior), column)[place]))


def reduced(found: Fit) -> float:
    """Return chi squared per degree of freedom; priors are taken to cost none."""
    return found.chi2 / max(len(found.left) - found.still, 1)


def memory(found: Fit, data: Region) -> float:
    """Return by how much the variance of a mean over points exceeds that of independent ones, 1 or more."""
    sums, power = np.zeros(LAGS), 0.0
    for each in np.unique(data.number):
        left = found.left[data.number == each]
        left = left - float(np.mean(left))
        power += float(left @ left)
        sums += [float(left[lag:] @ left[:-lag]) if lag < len(left) else 0.0 for lag in range(1, LAGS + 1)]
    if power <= 0.0:
        return 1.0
    correlation = sums / power
    beyond = np.flatnonzero(correlation < NOTABLE / np.sqrt(len(found.left)))
    return 1.0 + 2.0 * float(np.sum(correlation[: beyond[0] if len(beyond) else LAGS]))


def posterior(found: Fit, data: Region) -> Posterior:
    """Return the posterior of a fit."""
    count, still = len(found.areas), found.still
    chi2_reduced = reduced(found)
    inflation = max(chi2_reduced, 1.0) * memory(found, data)
    information = found.information / inflation
    normal = information + np.diag(found.prior)
    score = found.score.copy()
    pull = found.point * found.prior[still:]
    score[still:] += pull
    score /= inflation
    score[still:] -= pull
    uncut = solve(normal, np.eye(len(normal)))
    uncut = (uncut + uncut.T) / 2.0
    centre = np.concatenate((found.areas, found.baseline, found.point)) + uncut @ score
    mean, covariance = truncate(centre, uncut, count)
    likelihood = marginal(normal, normal @ centre, count)
    return Posterior(mean, covariance, uncut, likelihood, inflation, chi2_reduced, information)
