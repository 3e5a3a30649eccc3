"""A look at the residual for waves that no candidate has.

A one-electron wave is tried at every potential of the window by a score test that allows for all that the fit could
still absorb; the strongest is added and fitted, never named. It judges presence; what it is, a chemist says.
"""

from collections.abc import Sequence

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.voltammetry.fit import Solution
from autosynth.analysis.voltammetry.ladder import fill, thermal_per_v
from autosynth.analysis.voltammetry.model import Block, current_of, internal_potential

SPACING_V = 0.01
MARGIN_V = 0.03
"""A wave nearer to the end of the window is not looked for."""
DISTINCT = 0.02
"""A wave of which the candidates can absorb all but this part is theirs."""
SIGNIFICANT = 12.0
"""Squared score; by chance once in a few hundred scans, over all potentials."""


def strongest_unknown(blocks: Sequence[Block], solution: Solution, precision: Array) -> float | None:
    """Return the potential of the most significant missing wave, or None; `precision` is that of the shared prior."""
    low = min(float(block.potential_v.min()) for block in blocks) + MARGIN_V
    high = max(float(block.potential_v.max()) for block in blocks) - MARGIN_V
    grid = np.arange(low, high, SPACING_V)
    if not len(grid):
        return None
    size = len(solution.mean)
    matrix = np.zeros((size, size))
    overlap = np.zeros((len(grid), size))
    power, score = np.zeros(len(grid)), np.zeros(len(grid))
    matrix[solution.shared, solution.shared] += precision
    for block, fitted, rows, used in zip(
        blocks, solution.fitted_a, solution.linear.rows, solution.linear.used, strict=True
    ):
        inside = internal_potential(block, solution.point, fitted)
        thermal = thermal_per_v(block.kelvin + solution.point.warmer_k)
        taken = np.vstack([fill(inside, grid[i : i + 1], thermal).steps for i in range(len(grid))])
        template = current_of(taken, block.step_s) / block.sd_a
        matrix[np.ix_(used, used)] += rows @ rows.T
        overlap[:, used] += template @ rows.T
        power += np.einsum("ij,ij->i", template, template)
        score += template @ ((block.current_a - fitted) / block.sd_a)
    pinned = np.flatnonzero(solution.amounts == 0.0)
    overlap[:, pinned] = matrix[pinned, :] = matrix[:, pinned] = 0.0
    scale = np.where(np.diag(matrix) > 0, 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300)), 0.0)
    scaled = matrix * scale[:, None] * scale + 1e-9 * np.eye(size)
    absorbed = np.einsum("ij,ji->i", overlap * scale, np.linalg.solve(scaled, (overlap * scale).T))
    left = power - absorbed
    distinct = (left > DISTINCT * power) & (score > 0)
    significance = np.where(distinct, score**2 / np.where(distinct, left, 1.0), 0.0) / solution.inflation
    best = int(np.argmax(significance))
    return float(grid[best]) if significance[best] > SIGNIFICANT else None
