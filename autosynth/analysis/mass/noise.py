"""How noisy each point is: a floor, and what counting ions adds in proportion to intensity, read off a residual."""

from collections.abc import Sequence

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.mass.fit import Fit, Setting

WEAK, STRONG = 0.02, 0.2
"""Points below and above these parts of the largest fitted intensity tell the floor, and what counting adds."""
LAGS = 20
NOTABLE = 3.0
"""An autocorrelation is summed while it is above so many of its standard uncertainties."""


def even(values: Array) -> Array:
    """Return the same noise for all points: a hundredth of the largest intensity."""
    return np.full(len(values), max(0.01 * float(np.ptp(values)), 1e-12))


def noise_of(values: Array, fitted: Array, baseline: Array) -> Array:
    """Return the standard deviation of every point of a view from measured, fitted and baseline intensities."""
    signal = np.maximum(fitted - baseline, 0.0)
    squared, largest = (values - fitted) ** 2, float(signal.max())
    weak, strong = signal < WEAK * largest, signal > STRONG * largest
    fewest = 4
    floor = float(np.mean(squared[weak])) if weak.sum() >= fewest else 0.0
    gain = 0.0
    if strong.sum() >= fewest:
        gain = max(float(np.sum(squared[strong] - floor) / np.sum(signal[strong])), 0.0)
    if weak.any():
        floor = max(floor - gain * float(np.mean(signal[weak])), 0.1 * floor)
    least = 1e-6 * largest**2 if gain == 0.0 else gain * 1e-3 * largest
    nothing = max(1e-9 * float(np.ptp(values)), 1e-12)  # a fit of nothing leaves nothing
    return np.asarray(np.sqrt(np.maximum(floor, max(least * 1e-3, nothing**2)) + gain * signal))


def noisy(given: Setting, found: Fit) -> Setting:
    """Return a setting whose noise is what a fit left."""
    places = np.cumsum([0, *(1 + len(view.baseline) for view in given.views)])
    noise = [
        noise_of(view.y, fitted, found.linear[place + 1 : place + 1 + len(view.baseline)] @ view.baseline)
        for view, fitted, place in zip(given.views, found.values, places[:-1], strict=True)
    ]
    return Setting(given.views, noise, given.sites, given.shift, given.width, given.mean)


def inflation(left: Array, sizes: Sequence[int], unknowns: int) -> tuple[float, float]:
    """Return reduced chi squared, and by how much it and neighbours that are off together widen a variance.

    The variance of a mean grows by one plus twice the sum of the autocorrelation (Bartlett 1946).
    """
    reduced = float(left @ left) / max(len(left) - unknowns, 1)
    sums, power = np.zeros(LAGS), 0.0
    for part in np.split(left, np.cumsum(sizes)[:-1]):
        away = part - float(np.mean(part))
        power += float(away @ away)
        sums += [float(away[lag:] @ away[:-lag]) if lag < len(away) else 0.0 for lag in range(1, LAGS + 1)]
    if power <= 0.0:
        return reduced, 1.0
    correlation = sums / power
    beyond = np.flatnonzero(correlation < NOTABLE / np.sqrt(len(left)))
    memory = 1.0 + 2.0 * float(np.sum(correlation[: beyond[0] if len(beyond) else LAGS]))
    return reduced, max(reduced, 1.0) * memory
