"""Fit of scans of one sample by a joint Gauss-Newton iteration with Gaussian priors on the few nonlinear unknowns.

Amounts and baselines enter linearly and are solved exactly in every round, amounts never below zero; shifts of waves,
resistance, lag and temperature are iterated with analytic derivatives. The result is a Gaussian, cut off at zero for
amounts. It does not look for waves that the candidates lack (see `unknown`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import Marginal, least, marginal, truncate
from autosynth.analysis.voltammetry.linear import Linear, Problem, linearise, point_of
from autosynth.analysis.voltammetry.model import Block, Point, Wave
from autosynth.analysis.voltammetry.noise import correlation_factor, smoothed
from autosynth.analysis.voltammetry.state import GLOBALS

ITERATIONS = 12
STEP_V = 0.015
"""A wave moves no further in one round."""
OHMIC_ROUNDS = 3
"""The current of the ohmic drop follows the fit for so many rounds; then it is held, and derivatives are exact."""
WIDE = 2.0
"""Sd of the prior of each amount, in all amounts together: it only matters for species that cannot be told apart."""
TINY = 1e-14
SETTLED = 0.01
"""Converged when the fitted current moves by less than this part of the noise (root mean square)."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A fit; `mean` and `covariance` are over all unknowns in the order of `linear`, amounts cut off at zero."""

    waves: tuple[Wave, ...]
    unknown: Array
    """The best point with non-negative amounts, that of the fitted curve."""
    point: Point
    normal: Array
    """Normal matrix at that point, variances inflated, prior included."""
    centre: Array
    """The best point if amounts could be negative, and its covariance `spread`."""
    spread: Array
    mean: Array
    covariance: Array
    fitted_a: tuple[Array, ...]
    """Fitted current of each block."""
    linear: Linear
    likelihood: Marginal
    """The quadratic log-likelihood of the amounts, everything else profiled out."""
    chi2: float
    """Reduced chi-squared against the scans' own white noise."""
    inflation: float
    """What variances were multiplied by for misfit and serial correlation."""
    rounds: int
    converged: bool

    @property
    def amounts(self) -> Array:
        """Return the best non-negative amounts."""
        return self.unknown[: len(self.waves)]

    @property
    def shared(self) -> slice:
        """Return where shifts and global unknowns stand among the unknowns."""
        return slice(len(self.mean) - len(self.point.shifts_v) - GLOBALS, len(self.mean))

    @property
    def baselines(self) -> Array:
        """Return the linear terms that are no species."""
        return self.unknown[len(self.waves) : self.shared.start]


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where the iteration ended."""

    linear: Linear
    unknown: Array
    fitted: list[Array]
    rounds: int
    settled: bool


def solve(blocks: Sequence[Block], waves: Sequence[Wave], prior_mean: Array, prior_covariance: Array) -> Solution:
    """Fit amounts of `waves` to all blocks at once, given the prior of shifts and global unknowns, in that order."""
    problem = Problem(blocks, waves, prior_mean, np.asarray(np.linalg.inv(prior_covariance), dtype=float))
    reached = _iterate(problem)
    chi2, inflation = _misfit(problem, reached)
    matrix, right = reached.linear.normal(problem, inflation)
    bounded = np.arange(len(waves))
    matrix[bounded, bounded] += 1.0 / max(WIDE * float(reached.unknown[: len(waves)].sum()), TINY) ** 2
    centre, spread = _gaussian(matrix, right)
    mean, covariance = cut_off(centre, spread, len(waves))
    return Solution(
        tuple(waves),
        reached.unknown,
        point_of(reached.unknown[problem.head :]),
        matrix,
        centre,
        spread,
        mean,
        covariance,
        tuple(reached.fitted),
        reached.linear,
        marginal(matrix, right, len(waves)),
        chi2,
        inflation,
        reached.rounds,
        reached.settled,
    )


def _iterate(problem: Problem) -> _Reached:
    nonlinear, amounts = problem.prior_mean, np.zeros(len(problem.waves))
    ohmic = fitted = [smoothed(block.current_a) for block in problem.blocks]
    rounds = 0
    while True:
        rounds += 1
        linear = linearise(problem, nonlinear, ohmic, amounts)
        matrix, right = linear.normal(problem)
        unknown = least(matrix, right, len(problem.waves))
        step = unknown[problem.head :] - nonlinear
        step /= max(1.0, float(np.max(np.abs(step[:-GLOBALS]), initial=0.0)) / STEP_V)
        nonlinear = unknown[problem.head :] = nonlinear + step
        amounts = unknown[: len(problem.waves)]
        before, fitted = fitted, [linear.predicted(problem, i, unknown) for i in range(len(problem.blocks))]
        if rounds <= OHMIC_ROUNDS:
            ohmic = fitted
        settled = rounds > OHMIC_ROUNDS and max(map(_moved, problem.blocks, before, fitted)) < SETTLED
        if settled or rounds == ITERATIONS:
            return _Reached(linear, unknown, fitted, rounds, settled)


def _moved(block: Block, before: Array, after: Array) -> float:
    return float(np.sqrt(np.mean(((after - before) / block.sd_a) ** 2)))


def _misfit(problem: Problem, reached: _Reached) -> tuple[float, float]:
    """Return reduced chi-squared and the factor by which variances grow for misfit and serial correlation."""
    residuals = [(b.current_a - c) / b.sd_a for b, c in zip(problem.blocks, reached.fitted, strict=True)]
    used = len({unknown for each in reached.linear.used for unknown in each})
    freedom = max(sum(map(len, problem.blocks)) - used, 1)
    chi2 = float(sum(r @ r for r in residuals)) / freedom
    return chi2, max(1.0, chi2 * max(map(correlation_factor, residuals)))


def _gaussian(matrix: Array, right: Array) -> tuple[Array, Array]:
    """Return mean and covariance of the Gaussian of these normal equations."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix * scale[:, None] * scale
    scaled[np.diag_indices_from(scaled)] += 1e-11
    inverse = np.asarray(np.linalg.inv(scaled), dtype=float)
    return (inverse @ (right * scale)) * scale, inverse * scale[:, None] * scale


def cut_off(centre: Array, spread: Array, bounded: int) -> tuple[Array, Array]:
    """Return mean and covariance when the first `bounded` unknowns cannot be negative."""
    scale = np.sqrt(np.diag(spread))
    mean, covariance = truncate(centre / scale, spread / np.outer(scale, scale), bounded)
    return mean * scale, covariance * np.outer(scale, scale)
