"""What an experiment is worth before it is done: expected improvement, of one objective or of the front of two.

All quantities here are standardised and larger is better. Expected improvement: Jones, Schonlau, Welch, J. Global
Optim. 13 (1998) 455. Improvement of a front is the area it gains; for independent objectives its expectation is a sum
over the strips between the points of the front, each the product of two expected improvements (derived here; the value
is that of Emmerich, Deutz, Klinkenberg, IEEE CEC 2011, 2147).
"""

import numpy as np
from scipy.special import ndtr

from autosynth.analysis.arrays import Array


def expected_improvement(mean: Array, sd: Array, best: Array | float) -> Array:
    """Return the mean of max(y - best, 0) of normal y with a positive deviation; the arrays broadcast."""
    gap = mean - best
    z = gap / sd
    return np.asarray(np.maximum(sd * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) + gap * ndtr(z), 0.0))


def within(mean: Array, sd: Array, low: float | None, high: float | None) -> Array:
    """Return the probability that normal values lie between two bounds, either of which may be missing."""
    below = ndtr((high - mean) / sd) if high is not None else 1.0
    above = ndtr((mean - low) / sd) if low is not None else 1.0
    return np.maximum(below + above - 1.0, 0.0)


def front(points: Array, worst: Array) -> Array:
    """Return the points (k, 2) that no other one is better than in both, and that are better than `worst` (2,) in both.

    They come with the first objective falling and the second rising.
    """
    good = points[np.all(points > worst, axis=1)]
    good = good[np.lexsort((-good[:, 1], -good[:, 0]))]
    if not len(good):
        return good
    highest = np.maximum.accumulate(good[:, 1])
    return good[np.concatenate(([True], good[1:, 1] > highest[:-1]))]


def hypervolume(points: Array, worst: Array) -> float:
    """Return the area (in the product of both units) that points (n, 2) are better than, counted from `worst` (2,)."""
    kept = front(points, worst)
    if not len(kept):
        return 0.0
    widths = kept[:, 0] - np.append(kept[1:, 0], worst[0])
    return float(np.sum(widths * (kept[:, 1] - worst[1])))


def expected_hypervolume_improvement(
    first: tuple[Array, Array], second: tuple[Array, Array], points: Array, worst: Array
) -> Array:
    """Return the mean gain in area (n,) over the front of points (k, 2) by outcomes with independent normal objectives.

    Args:
        first: mean and deviation of the first objective, each (n,).
        second: the same of the second.
        points: outcomes so far, shape (k, 2).
        worst: reference point, shape (2,).
    """
    kept = front(points, worst)
    # strip i of the first objective reaches from edges[i + 1] up to edges[i]; above levels[i] it gains
    edges = np.concatenate(([np.inf], kept[:, 0], worst[:1]))
    levels = np.concatenate((worst[1:], kept[:, 1]))
    passed = np.array([0.0 * first[0], *(expected_improvement(*first, edge) for edge in edges[1:])])
    widths = passed[1:] - passed[:-1]
    heights = np.array([expected_improvement(*second, level) for level in levels])
    return np.asarray(np.sum(widths * heights, axis=0), dtype=float)
