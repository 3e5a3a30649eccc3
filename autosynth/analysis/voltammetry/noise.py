"""How noisy a scan is, and how far residuals are from being only that noise.

Noise is told from the scan's own second differences, independently of any model, as a constant part and a part
proportional to the current. Serial correlation of residuals widens every uncertainty, so that what the model does not
describe is not mistaken for information.
"""

import numpy as np
from scipy.optimize import nnls

from autosynth.analysis.arrays import Array

TRIM = 0.98
"""The largest squared differences (the capacitive step at the vertex, spikes) are left out."""
FLOOR_A = 1e-12
"""No instrument is quieter; keeps noise-free renderings solvable."""
LAGS = 200
HALF_WINDOW = 7


def smoothed(current_a: Array) -> Array:
    """Return local parabolas through the points about each one (Savitzky and Golay), ends held."""
    offset = np.arange(-HALF_WINDOW, HALF_WINDOW + 1.0)
    weights = np.linalg.pinv(np.vander(offset, 3))[-1]
    padded = np.pad(current_a, HALF_WINDOW, mode="edge")
    return np.asarray(np.convolve(padded, weights[::-1], mode="valid"), dtype=float)


def noise_sd(current_a: Array) -> Array:
    """Return the standard deviation of white noise at each point, by sd^2 = constant + (part of the current)^2."""
    second = np.diff(current_a, 2) ** 2 / 6.0
    level = smoothed(current_a)
    square = level[1:-1] ** 2
    inner = second <= np.quantile(second, TRIM)
    scale = max(float(square.max()), FLOOR_A**2)
    mean = max(float(second[inner].mean()), FLOOR_A**2)
    design = np.column_stack((np.ones(int(inner.sum())), square[inner] / scale))
    constant, proportional = nnls(design, second[inner] / mean)[0]
    if proportional < 4.0 * constant:
        constant, proportional = 1.0, 0.0
    variance = mean / _trimmed_share() * (constant + proportional * level**2 / scale)
    return np.asarray(np.sqrt(np.maximum(variance, FLOOR_A**2)))


def _trimmed_share() -> float:
    """Return the mean of a chi-squared variable of one degree below its TRIM quantile."""
    return 0.8735


def correlation_factor(residual: Array) -> float:
    """Return 1 + 2 sum of the autocorrelation up to where it first drowns: the variance inflation of a mean, >= 1."""
    centred = residual - residual.mean()
    count = len(centred)
    power = float(centred @ centred)
    if power == 0.0:
        return 1.0
    total = 1.0
    for lag in range(1, min(LAGS, count // 4)):
        share = float(centred[:-lag] @ centred[lag:]) / power
        if share < 2.0 / np.sqrt(count):
            break
        total += 2.0 * share
    return total
