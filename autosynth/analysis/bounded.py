"""Small quadratic problems in which some unknowns, amounts, cannot be negative.

`least` finds the best point (active set); `truncate` the mean and covariance of a Gaussian cut off at zero, by
expectation propagation (Minka 2001); `upper_limit` a one-sided limit by profile likelihood, which does not depend
on how many other amounts are near zero, as that mean does. Tens of unknowns, no more.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from autosynth.analysis.arrays import Array

ROUNDS = 60
ONE_SIDED = 1.645
LIMIT_ROUNDS = 8
FAR = 6.0
"""A bound more standard deviations away than this changes nothing."""


def least(normal: Array, right: Array, bounded: int) -> Array:
    """Minimise x'Nx/2 - r'x with the first `bounded` unknowns non-negative."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(normal), 1e-300))
    matrix, vector = normal * scale[:, None] * scale, right * scale
    matrix[np.diag_indices_from(matrix)] += 1e-11
    free = np.ones(len(right), dtype=bool)
    solution = np.zeros(len(right))
    for _ in range(ROUNDS):
        solution[:] = 0.0
        index = np.flatnonzero(free)
        solution[index] = np.linalg.solve(matrix[np.ix_(index, index)], vector[index])
        head = solution[:bounded]
        if np.any(head < 0):
            free[np.argmin(head)] = False
            continue
        gradient = vector - matrix @ solution
        gain = np.where(free[:bounded], -np.inf, gradient[:bounded])
        if bounded == 0 or gain.max() <= 1e-9 * max(1.0, float(np.abs(vector).max())):
            break
        free[np.argmax(gain)] = True
    return solution * scale


@dataclass(frozen=True, slots=True)
class Marginal:
    """A quadratic log-likelihood -x'Nx/2 + r'x of non-negative amounts."""

    normal: Array
    right: Array

    def loss(self, amounts: Array) -> float:
        """Return minus the log-likelihood, up to a constant."""
        return float(amounts @ self.normal @ amounts / 2.0 - self.right @ amounts)

    def with_fixed(self, which: int, amount: float) -> Array:
        """Return the best amounts when one is given."""
        rest = np.arange(len(self.right)) != which
        found = np.empty(len(self.right))
        right = self.right[rest] - self.normal[rest, which] * amount
        found[rest] = least(self.normal[np.ix_(rest, rest)], right, int(rest.sum()))
        found[which] = amount
        return found


def marginal(normal: Array, right: Array, count: int) -> Marginal:
    """Eliminate all unknowns but the first `count` at their best values."""
    link = np.linalg.solve(normal[count:, count:], normal[count:, :count]).T
    reduced = normal[:count, :count] - link @ normal[count:, :count]
    return Marginal((reduced + reduced.T) / 2.0, right[:count] - link @ right[count:])


def upper_limit(likelihood: Marginal, which: int, start: float) -> Array:
    """Return the amounts at the one-sided 95 % upper limit of one of them; `start` is a guess of the limit."""
    best = least(likelihood.normal, likelihood.right, len(likelihood.right))
    lowest = likelihood.loss(best)
    low, far = float(best[which]), max(start, 1.001 * float(best[which]))
    amounts = best
    for _ in range(LIMIT_ROUNDS):
        amounts = likelihood.with_fixed(which, far)
        distance = np.sqrt(2.0 * max(likelihood.loss(amounts) - lowest, 1e-12))
        if abs(distance - ONE_SIDED) < 0.02:
            break
        far = low + (far - low) * float(np.clip(ONE_SIDED / distance, 0.1, 10.0))
    return amounts


def density_ratio(distance: Array) -> Array:
    """Return the normal density over the normal distribution function."""
    return np.asarray(np.exp(-0.5 * distance**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(distance)))


def truncate(mean: Array, covariance: Array, bounded: int, sweeps: int = 20) -> tuple[Array, Array]:
    """Return mean and covariance of a Gaussian whose first `bounded` components are cut off below zero."""
    mean, covariance = mean.copy(), covariance.copy()
    precision, shift = np.zeros(bounded), np.zeros(bounded)
    for _ in range(sweeps):
        moved = 0.0
        for i in range(bounded):
            variance = covariance[i, i]
            if precision[i] == 0.0 and mean[i] > FAR * np.sqrt(variance):
                continue
            cavity = 1.0 / variance - precision[i]
            if cavity <= 0.0:
                continue
            spread = 1.0 / cavity
            centre = spread * (mean[i] / variance - shift[i])
            distance = centre / np.sqrt(spread)
            ratio = float(density_ratio(distance))
            cut_mean = centre + np.sqrt(spread) * ratio
            cut_variance = max(spread * (1.0 - ratio * (ratio + distance)), 1e-6 * spread)
            column = covariance[:, i] / variance
            moved = max(moved, abs(cut_mean - mean[i]) / np.sqrt(variance))
            precision[i] = max(1.0 / cut_variance - cavity, 0.0)
            shift[i] = cut_mean / cut_variance - centre * cavity
            mean += column * (cut_mean - mean[i])
            covariance += np.outer(column, column) * (cut_variance - variance)
        if moved < 1e-3:
            break
    return mean, covariance
