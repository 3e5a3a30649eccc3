"""A look at the residual for waves that no candidate has, and an allowance for those too small to be seen.

A one-electron wave is tried at every potential of the window. `strongest` is a score test that allows for all that the
fit could still absorb: what it finds is added and fitted, never named. `allow` widens a fit that found none: an
impurity of the library's usual size, where the residual leaves room for it, would have moved the amounts by so much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import density_ratio, marginal
from autosynth.analysis.voltammetry.fit import Solution, cut_off
from autosynth.analysis.voltammetry.ladder import fill_singly, thermal_per_v
from autosynth.analysis.voltammetry.model import Block, current_of, internal_potential

GRID_V: Array = np.arange(-100.0, 101.0) / 50.0
"""Where waves are tried, V; the same for all samples, so that their effects can be compared."""
MARGIN_V = 0.03
"""A wave nearer to the end of the window is not looked for."""
DISTINCT = 0.02
"""A wave of which the candidates can absorb all but this part is theirs."""
SIGNIFICANT = 12.0
"""Squared score; by chance once in a few hundred scans, over all potentials."""
LEAST_AMOUNT = 1e-20
"""An amount (mol/cm3 times area and root of D) that no scan can tell from nothing: an empty cell has no usual one."""
LEAST_INFORMATION = 1e-4
"""Of the prior's: keeps the amount of a wave that the candidates can fully mimic at its prior."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Trial waves of unit amount: where, their overlap with the fit's rows, their power, and that with the residual."""

    place: NDArray[np.intp]
    """Indices into GRID_V."""
    overlap: Array
    power: Array
    score: Array


@dataclass(frozen=True, slots=True)
class Allowance:
    """An unseen wave over GRID_V: its second moment (amount squared, all potentials add up) and what one unit moves."""

    square: Array
    response: Array
    """Rows: potentials; columns: unknowns of the fit."""


def probe(blocks: Sequence[Block], solution: Solution) -> Probe:
    """Try a wave at every potential of the window."""
    low = min(float(block.potential_v.min()) for block in blocks) + MARGIN_V
    high = max(float(block.potential_v.max()) for block in blocks) - MARGIN_V
    place = np.flatnonzero((low < GRID_V) & (high > GRID_V))
    overlap = np.zeros((len(place), len(solution.mean)))
    power, score = np.zeros(len(place)), np.zeros(len(place))
    linear = solution.linear
    for block, fitted, rows, used in zip(blocks, solution.fitted_a, linear.rows, linear.used, strict=True):
        inside = internal_potential(block, solution.point, fitted)
        thermal = thermal_per_v(block.kelvin + solution.point.warmer_k)
        template = current_of(fill_singly(inside, GRID_V[place], thermal), block.step_s)
        template /= block.sd_a
        overlap[:, list(used)] += template @ rows.T
        power += np.einsum("ij,ij->i", template, template)
        score += template @ ((block.current_a - fitted) / block.sd_a)
    return Probe(place, overlap / solution.inflation, power / solution.inflation, score / solution.inflation)


def strongest(found: Probe, solution: Solution) -> float | None:
    """Return the potential of the most significant missing wave, V, or None."""
    free = np.flatnonzero(solution.unknown != 0.0)
    overlap = found.overlap[:, free]
    absorbed = np.einsum("ij,ji->i", overlap, _solved(solution.normal[np.ix_(free, free)], overlap.T))
    left = found.power - absorbed
    distinct = (left > DISTINCT * found.power) & (found.score > 0)
    significance = np.where(distinct, found.score**2 / np.where(distinct, left, 1.0), 0.0)
    if not len(significance) or significance.max() <= SIGNIFICANT:
        return None
    return float(GRID_V[found.place[np.argmax(significance)]])


def allow(found: Probe, solution: Solution, usual_part: float) -> tuple[Solution, Allowance]:
    """Widen a fit by what an impurity of `usual_part` of all amounts (mean of an exponential prior) may have done."""
    scale = max(usual_part * float(solution.amounts.sum()), LEAST_AMOUNT)
    response = _solved(solution.normal, found.overlap.T).T
    left = found.power - np.einsum("ij,ij->i", found.overlap, response)
    left = np.maximum(left, LEAST_INFORMATION / scale**2)
    score = found.score + found.overlap @ (solution.unknown - solution.centre)
    weight, first, second = _moments(score, left, scale)
    shift = (weight * first) @ response
    extra = (response.T * (weight * second)) @ response - np.outer(shift, shift)
    centre = solution.centre - shift
    spread = solution.spread + extra
    mean, covariance = cut_off(centre, spread, len(solution.waves))
    count = len(solution.waves)
    scaling = np.sqrt(np.diag(spread)[:count])
    information = np.linalg.inv(spread[:count, :count] / np.outer(scaling, scaling)) / np.outer(scaling, scaling)
    wider = replace(
        solution,
        mean=mean,
        covariance=covariance,
        likelihood=marginal(information, information @ centre[:count], count),
    )
    square, everywhere = np.zeros(len(GRID_V)), np.zeros((len(GRID_V), len(solution.mean)))
    square[found.place], everywhere[found.place] = weight * second, response
    return wider, Allowance(square, everywhere)


def _moments(score: Array, left: Array, scale: float) -> tuple[Array, Array, Array]:
    """Return the probability of each potential, and mean and mean square of the amount there."""
    centre = (score - 1.0 / scale) / left
    sd = 1.0 / np.sqrt(left)
    distance = centre / sd
    evidence = 0.5 * distance**2 + log_ndtr(distance) + np.log(sd)
    weight = np.exp(evidence - evidence.max())
    ratio = density_ratio(distance)
    first = centre + sd * ratio
    second = first**2 + sd**2 * np.maximum(1.0 - ratio * (ratio + distance), 0.0)
    return weight / weight.sum(), first, second


def _solved(matrix: Array, right: Array) -> Array:
    """Solve a badly scaled symmetric system."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix * scale[:, None] * scale + 1e-11 * np.eye(len(matrix))
    return np.asarray(np.linalg.solve(scaled, right * scale[:, None]) * scale[:, None], dtype=float)
