"""The model linearised about one point, as least squares with a Gaussian prior on the nonlinear unknowns.

Unknowns stand in the order amounts (area c sqrt(D)), baselines of each block, shifts of waves, global unknowns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.voltammetry.model import BASELINES, Block, Point, Wave, design
from autosynth.analysis.voltammetry.state import GLOBALS


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be fitted: blocks of scans, waves, and mean and precision of shifts and global unknowns."""

    blocks: Sequence[Block]
    waves: Sequence[Wave]
    prior_mean: Array
    precision: Array

    @property
    def head(self) -> int:
        """Return the number of linear unknowns."""
        return len(self.waves) + BASELINES * len(self.blocks)

    @property
    def size(self) -> int:
        """Return the number of all unknowns."""
        return self.head + len(self.prior_mean)


@dataclass(frozen=True, slots=True)
class Linear:
    """Whitened rows of each block, the unknowns they belong to, the whitened targets, and the nonlinear point."""

    rows: tuple[Array, ...]
    used: tuple[tuple[int, ...], ...]
    targets: tuple[Array, ...]
    reference: Array

    def normal(self, problem: Problem, inflation: float = 1.0) -> tuple[Array, Array]:
        """Return matrix and right side of the normal equations, data counting for 1 / inflation, prior included."""
        matrix, right = np.zeros((problem.size, problem.size)), np.zeros(problem.size)
        for rows, used, target in zip(self.rows, self.used, self.targets, strict=True):
            matrix[np.ix_(used, used)] += rows @ rows.T / inflation
            right[list(used)] += rows @ target / inflation
        matrix[problem.head :, problem.head :] += problem.precision
        right[problem.head :] += problem.precision @ problem.prior_mean
        return matrix, right

    def predicted(self, problem: Problem, number: int, unknown: Array) -> Array:
        """Return the current of a block to first order at `unknown`, A."""
        used = np.array(self.used[number])
        change = unknown[used]
        tail = used >= problem.head
        change[tail] -= self.reference[used[tail] - problem.head]
        return np.asarray((change @ self.rows[number]) * problem.blocks[number].sd_a)


def point_of(nonlinear: Array) -> Point:
    """Return shifts and global unknowns by name."""
    resistance, lag, warmer = map(float, nonlinear[-GLOBALS:])
    return Point(nonlinear[:-GLOBALS], resistance, lag, warmer)


def linearise(problem: Problem, nonlinear: Array, ohmic: Sequence[Array], amounts: Array) -> Linear:
    """Linearise about a point; `ohmic` is the current of each block that causes its ohmic drop."""
    count, waves = len(nonlinear), len(problem.waves)
    every_rows, every_used, targets = [], [], []
    for number, (block, current) in enumerate(zip(problem.blocks, ohmic, strict=True)):
        linear, slopes, present = design(block, problem.waves, point_of(nonlinear), current, amounts)
        curved = [*present, *range(count - GLOBALS, count)]
        start = waves + BASELINES * number
        weight = 1.0 / block.sd_a
        every_rows.append(np.vstack((linear, block.baseline, slopes)) * weight)
        every_used.append((*range(waves), *range(start, start + BASELINES), *(problem.head + i for i in curved)))
        targets.append((block.current_a + nonlinear[curved] @ slopes) * weight)
    return Linear(tuple(every_rows), tuple(every_used), tuple(targets), nonlinear)
