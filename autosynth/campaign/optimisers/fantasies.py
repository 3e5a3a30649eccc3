"""Outcomes as they may truly be: draws of a process at the points tried, and the process given each draw.

Noise hides which experiment was best, and pending ones have no result yet. Both are dealt with alike: the true values
at all points tried are drawn together from what is known, and each draw is then taken as exact (Letham, Karrer,
Ottoni, Bakshy, "Constrained Bayesian optimization with noisy experiments", Bayesian Analysis 14 (2019) 495). The
covariances of all draws are the same, so that one factorisation serves them all.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky

from autosynth.analysis.arrays import Array
from autosynth.campaign.optimisers.surrogate import Surrogate

JITTER = 1e-6
"""Added to covariances so that points that nearly coincide can be told apart; in units of the values' variance."""


@dataclass(frozen=True, slots=True, eq=False)
class Fantasies:
    """Draws of one quantity, standardised: `drawn` has shape (draws, points tried)."""

    surrogate: Surrogate
    tried: Array
    drawn: Array
    factor: tuple[Array, bool]

    def predict(self, rows: Array) -> tuple[Array, Array]:
        """Return for scaled rows (n, variables) the mean of each draw (draws, n) and the common deviation (n,)."""
        reach = self.surrogate.covariance(rows, self.tried)
        weights = np.asarray(cho_solve(self.factor, reach.T))
        left = self.surrogate.variance() - np.einsum("nt,tn->n", reach, weights)
        return self.drawn @ weights, np.sqrt(np.maximum(left, JITTER**2))


def fantasies(surrogate: Surrogate, tried: Array, normal: Array) -> Fantasies:
    """Return draws at tried rows (points, variables), one for each row of standard normal numbers (draws, points)."""
    mean, covariance = surrogate.joint(tried)
    root = cholesky(_firm(covariance), lower=True)
    factor = cho_factor(_firm(surrogate.covariance(tried, tried)), lower=True)
    return Fantasies(surrogate, tried, mean + normal @ np.asarray(root).T, (np.asarray(factor[0]), True))


def _firm(covariance: Array) -> Array:
    """Return a covariance that can be factorised: symmetric, with the least jitter that does it."""
    even = 0.5 * (covariance + covariance.T)
    lowest = float(np.linalg.eigvalsh(even)[0])
    return even + (JITTER + max(-lowest, 0.0)) * np.eye(len(even))
