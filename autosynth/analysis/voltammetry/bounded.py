"""Small quadratic problems in which some unknowns, amounts, cannot be negative.

`least` finds the best point (active set); `truncate` the mean and covariance of a Gaussian cut off at zero, by
expectation propagation (Minka 2001), so that uncertainty near a detection limit is honest. Tens of unknowns, no more.
"""

import numpy as np
from scipy.special import log_ndtr

from autosynth.analysis.arrays import Array

ROUNDS = 60
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


def _density_ratio(distance: float) -> float:
    """Return the normal density over the normal distribution function."""
    return float(np.exp(-0.5 * distance**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(distance)))


def truncate(mean: Array, covariance: Array, bounded: int, sweeps: int = 8) -> tuple[Array, Array]:
    """Return mean and covariance of a Gaussian whose first `bounded` components are cut off below zero."""
    mean, covariance = mean.copy(), covariance.copy()
    near = [i for i in range(bounded) if mean[i] < FAR * np.sqrt(covariance[i, i])]
    precision, shift = np.zeros(bounded), np.zeros(bounded)
    for _ in range(sweeps):
        moved = 0.0
        for i in near:
            variance = covariance[i, i]
            cavity = 1.0 / variance - precision[i]
            if cavity <= 0.0:
                continue
            spread = 1.0 / cavity
            centre = spread * (mean[i] / variance - shift[i])
            distance = centre / np.sqrt(spread)
            ratio = _density_ratio(distance)
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
