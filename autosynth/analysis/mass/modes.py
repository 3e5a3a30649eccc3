"""All ways in which an envelope can lie on the mass scale, each fitted, and what they tell together.

Peaks of one envelope are a comb: a scale that is off by one tooth fits nearly as well with another composition. Each
tooth within reach of what is known of the scale is fitted; what is reported is the mean over all, weighted by how
likely each is (Laplace's approximation of the evidence), so that an ambiguity is in the uncertainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.mass.distribution import dispersion
from autosynth.analysis.mass.fit import COUPLING, SHIFT, TILT, Fit, Setting, at_point, fit
from autosynth.analysis.mass.noise import inflation, noisy
from autosynth.analysis.mass.view import NONLINEAR

REACH = 3.5
"""Shifts of the scale are looked for within so many prior standard uncertainties."""
PER_TOOTH = 8
"""Trials between two teeth of the comb."""
MOST_TRIALS, MOST_MODES = 1000, 24
SAME = 0.1
"""Modes nearer than this part of a tooth are one."""
NOISE_ROUNDS = 3
APART = 0.25
"""A coupling with which molecules of mixed composition are rare."""
NEGLIGIBLE = 20.0
"""A mode whose log evidence is lower than the best one's by more than this is left out."""

Mode: TypeAlias = tuple[Setting, Fit]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Mean of (mean, variance, width, dispersion, shift) over all modes, shape (5,), and their covariance (5, 5).

    `given` and `best` are the likeliest mode's.
    """

    value: Array
    covariance: Array
    given: Setting
    best: Fit
    weights: tuple[float, ...]
    chi2_reduced: float
    inflation: float


def starts(given: Setting, tooth: float, mean_of: Array) -> list[Array]:
    """Return points to begin at: where the scale may lie, with the mean that the envelope has there.

    Args:
        given: the setting.
        tooth: distance between two teeth of the comb, as a part of m/z.
        mean_of: the mean number of sites at no shift, and its change with the shift, shape (2,).
    """
    centre, reach = given.shift[0], REACH * given.shift[1]
    count = int(min(np.ceil(2.0 * reach / tooth * PER_TOOTH) + 1, MOST_TRIALS))
    tried: list[Fit] = []
    for shift in np.linspace(centre - reach, centre + reach, max(count, 1)) if count > 1 else [centre]:
        point = given.centre
        point[SHIFT] = shift
        if given.sites:
            mean = float(np.clip(mean_of[0] + mean_of[1] * shift, 0.03 * given.sites, 0.97 * given.sites))
            point[TILT] = np.log(mean / (given.sites - mean))
        tried.append(at_point(given, point))
    loss = np.array([one.loss for one in tried])
    lower = np.concatenate(([True], loss[1:] <= loss[:-1])) & np.concatenate((loss[:-1] < loss[1:], [True]))
    found = sorted((tried[i] for i in np.flatnonzero(lower)), key=lambda one: one.loss)
    points = [one.point for one in found[:MOST_MODES]]
    return points + [_apart(point) for point in points if given.sites]


def _apart(point: Array) -> Array:
    """Return a point with two kinds of molecules, each nearly of one unit alone."""
    other = point.copy()
    other[TILT], other[COUPLING] = 0.1 * point[TILT], APART
    return other


def settled(given: Setting, points: Sequence[Array], tooth: float) -> list[Mode]:
    """Return the distinct minima below points, with the noise that the likeliest leaves.

    Args:
        given: a setting whose noise is a guess.
        points: where to begin.
        tooth: distance between two teeth of the comb, as a part of m/z.
    """
    modes = fitted(given, points, tooth)
    for _ in range(NOISE_ROUNDS):
        given = noisy(given, modes[0])
        modes = fitted(given, [one.point for one in modes], tooth)
    return [(given, one) for one in modes]


def fitted(given: Setting, points: Sequence[Array], tooth: float) -> list[Fit]:
    """Return the distinct minima below points, the likeliest first."""
    found: list[Fit] = []
    for one in sorted((fit(given, point) for point in points), key=lambda each: each.loss):
        if all(abs(one.point[SHIFT] - other.point[SHIFT]) > SAME * tooth for other in found):
            found.append(one)
    return found


def told(pairs: Sequence[Mode]) -> Told:
    """Return what modes tell together; each comes with the setting it was fitted in."""
    given, likeliest = min(pairs, key=lambda pair: loss_of(*pair))
    reduced, widened = inflation(likeliest.left, [len(view.y) for view in given.views], len(likeliest.score))
    each = [_one(setting, mode, widened) for setting, mode in pairs]
    evidence = np.array(
        [-loss_of(*pair) / widened + 0.5 * np.linalg.slogdet(pair[1].covariance)[1] for pair in pairs],
        dtype=np.float64,
    )
    weight = np.where(evidence > evidence.max() - NEGLIGIBLE, np.exp(evidence - evidence.max()), 0.0)
    weight /= weight.sum()
    value = sum((w * one[0] for w, one in zip(weight, each, strict=True)), np.zeros(5))
    covariance = sum(
        (w * (one[1] + np.outer(one[0] - value, one[0] - value)) for w, one in zip(weight, each, strict=True)),
        np.zeros((5, 5)),
    )
    given, best = pairs[int(np.argmax(weight))]
    return Told(value, covariance, given, best, tuple(weight.tolist()), reduced, widened)


def loss_of(given: Setting, mode: Fit) -> float:
    """Return minus the logarithm of the posterior at a mode, but for a constant that all modes share."""
    return mode.loss + float(sum(np.sum(np.log(sd)) for sd in given.noise))


def _one(given: Setting, mode: Fit, widened: float) -> tuple[Array, Array]:
    """Return mean, variance, width, dispersion and shift of one mode, and their covariance."""
    shift = float(mode.point[SHIFT])
    if given.sites == 0:
        covariance = np.zeros((5, 5))
        covariance[4, 4] = mode.covariance[SHIFT, SHIFT] * widened
        return np.array([0.0, 0.0, 0.0, 1.0, shift]), covariance
    moments, slope = given.mixed(mode.point).moments()
    mean, variance = float(moments[0]), float(moments[1])
    scattered, by = dispersion(given.sites, mean, variance)
    width = float(np.sqrt(variance))
    jacobian = np.zeros((5, NONLINEAR))
    jacobian[:2, :SHIFT] = slope
    jacobian[2, :SHIFT] = slope[1] / (2.0 * width)
    jacobian[3, :SHIFT] = by @ slope
    jacobian[4, SHIFT] = 1.0
    covariance = jacobian @ mode.covariance @ jacobian.T * widened
    return np.array([mean, variance, width, scattered, shift]), covariance
