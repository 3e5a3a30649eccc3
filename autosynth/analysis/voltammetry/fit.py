"""Fit of scans of one sample by a joint Gauss-Newton iteration with Gaussian priors on the few nonlinear unknowns.

Amounts and baselines enter linearly and are solved exactly in every round, amounts never below zero; shifts of waves,
resistance and lag are iterated with analytic derivatives. The result is a Gaussian, cut off at zero for amounts.
It does not look for waves that the candidates lack (see `unknown`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.voltammetry.bounded import Marginal, least, marginal, truncate
from autosynth.analysis.voltammetry.model import BASELINES, Block, Point, Wave, design
from autosynth.analysis.voltammetry.noise import correlation_factor
from autosynth.analysis.voltammetry.state import GLOBALS

ITERATIONS = 12
STEP_V = 0.015
"""A wave moves no further in one round."""
OHMIC_ROUNDS = 2
"""The current of the ohmic drop follows the fit for so many rounds; then it is held, and derivatives are exact."""
SETTLED = 0.01
"""Converged when the fitted current moves by less than this part of the noise (root mean square)."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A fit; unknowns stand in the order amounts (area c sqrt(D)), baselines, shifts, global unknowns."""

    waves: tuple[Wave, ...]
    amounts: Array
    """The best non-negative amounts, those of the fitted curve; `mean` holds the mean of the cut-off distribution."""
    point: Point
    mean: Array
    covariance: Array
    baselines: Array
    fitted_a: tuple[Array, ...]
    """Fitted current of each block."""
    rows: tuple[Array, ...]
    """Linearised model of each block, whitened: one row for each of `used`."""
    used: tuple[tuple[int, ...], ...]
    likelihood: Marginal
    """The quadratic log-likelihood of the amounts, everything else profiled out."""
    chi2: float
    """Reduced chi-squared against the scans' own white noise."""
    inflation: float
    """What variances were multiplied by for misfit and serial correlation."""
    rounds: int
    converged: bool

    @property
    def shared(self) -> slice:
        """Return where shifts and global unknowns stand in `mean`."""
        return slice(len(self.amounts) + len(self.baselines), len(self.mean))


@dataclass(slots=True)
class _Round:
    """The model linearised about one point: whitened rows, the unknowns they belong to, and the whitened target."""

    rows: list[Array]
    used: list[list[int]]
    targets: list[Array]

    def normal(self, size: int) -> tuple[Array, Array]:
        matrix, right = np.zeros((size, size)), np.zeros(size)
        for rows, used, target in zip(self.rows, self.used, self.targets, strict=True):
            matrix[np.ix_(used, used)] += rows @ rows.T
            right[used] += rows @ target
        return matrix, right


def solve(blocks: Sequence[Block], waves: Sequence[Wave], prior_mean: Array, prior_covariance: Array) -> Solution:
    """Fit amounts of `waves` to all blocks at once, given the prior of shifts and global unknowns, in that order."""
    precision = np.linalg.inv(prior_covariance)
    head = len(waves) + BASELINES * len(blocks)
    size = head + len(prior_mean)
    nonlinear, amounts = prior_mean.copy(), np.zeros(len(waves))
    ohmic = fitted = [np.convolve(block.current_a, np.ones(5) / 5.0, mode="same") for block in blocks]
    for rounds in range(1, ITERATIONS + 1):
        model = _linearised(blocks, waves, nonlinear, ohmic, amounts, head)
        matrix, right = model.normal(size)
        matrix[head:, head:] += precision
        right[head:] += precision @ prior_mean
        unknown = least(matrix, right, len(waves))
        amounts = unknown[: len(waves)]
        step = unknown[head:] - nonlinear
        step /= max(1.0, float(np.max(np.abs(step[:-GLOBALS]), initial=0.0)) / STEP_V)
        unknown[head:] = nonlinear + step
        before = fitted
        fitted = [_predicted(model, i, block, unknown, nonlinear, head) for i, block in enumerate(blocks)]
        nonlinear = unknown[head:]
        if rounds <= OHMIC_ROUNDS:
            ohmic = fitted
        settled = rounds > OHMIC_ROUNDS and max(map(_moved, blocks, before, fitted)) < SETTLED
        if settled:
            break
    residuals = [(b.current_a - c) / b.sd_a for b, c in zip(blocks, fitted, strict=True)]
    freedom = sum(map(len, blocks)) - len(set().union(*model.used))
    chi2 = float(sum(r @ r for r in residuals)) / max(freedom, 1)
    inflation = max(1.0, chi2 * max(correlation_factor(r) for r in residuals))
    matrix, right = model.normal(size)
    matrix, right = matrix / inflation, right / inflation
    matrix[head:, head:] += precision
    right[head:] += precision @ prior_mean
    mean, covariance = _gaussian(matrix, right, len(waves))
    return Solution(
        tuple(waves), amounts, _point(nonlinear), mean, covariance, unknown[len(waves) : head], tuple(fitted),
        tuple(model.rows), tuple(map(tuple, model.used)), marginal(matrix, right, len(waves)), chi2, inflation, rounds, settled,
    )  # fmt: skip


def _gaussian(matrix: Array, right: Array, bounded: int) -> tuple[Array, Array]:
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix * scale[:, None] * scale
    scaled[np.diag_indices_from(scaled)] += 1e-11
    covariance = np.linalg.inv(scaled)
    mean, covariance = truncate(covariance @ (right * scale), covariance, bounded)
    return mean * scale, covariance * scale[:, None] * scale


def _moved(block: Block, before: Array, after: Array) -> float:
    return float(np.sqrt(np.mean(((after - before) / block.sd_a) ** 2)))


def _point(nonlinear: Array) -> Point:
    resistance, lag, warmer = map(float, nonlinear[-GLOBALS:])
    return Point(nonlinear[:-GLOBALS], resistance, lag, warmer)


def _linearised(
    blocks: Sequence[Block], waves: Sequence[Wave], nonlinear: Array, currents: Sequence[Array], amounts: Array, head: int
) -> _Round:
    model = _Round([], [], [])
    for number, (block, current) in enumerate(zip(blocks, currents, strict=True)):
        linear, slopes, present = design(block, waves, _point(nonlinear), current, amounts)
        place = [head + i for i in (*present, *range(len(nonlinear) - GLOBALS, len(nonlinear)))]
        start = len(waves) + BASELINES * number
        weight = 1.0 / block.sd_a
        model.rows.append(np.vstack((linear, block.baseline, slopes)) * weight)
        model.used.append([*range(len(waves)), *range(start, start + BASELINES), *place])
        reference = np.array([nonlinear[i - head] for i in place])
        model.targets.append((block.current_a + reference @ slopes) * weight)
    return model


def _predicted(model: _Round, number: int, block: Block, unknown: Array, reference: Array, head: int) -> Array:
    """Return the current to first order at the new point."""
    used = np.array(model.used[number])
    change = unknown[used]
    tail = used >= head
    change[tail] -= reference[used[tail] - head]
    return np.asarray((change @ model.rows[number]) * block.sd_a)
