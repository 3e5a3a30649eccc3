"""The forward model of a scan and its derivatives: ladders, ohmic drop, sampling lag, capacitance, baseline.

The current of a species is -F a d^(1/2)n/dt^(1/2) with a = area c sqrt(D); n is evaluated at the internal potential
E - R i - lag dE. The current in the ohmic drop is a fitted one given beforehand, so that derivatives are exact and
free of noise. Reversible ladders only; tungsten waves and slow electron transfer are not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.voltammetry.ladder import FARADAY_C_MOL, ZERO_C_K, Filling, fill, thermal_per_v
from autosynth.analysis.voltammetry.noise import noise_sd
from autosynth.analysis.voltammetry.semicalculus import half_derivative
from autosynth.analysis.voltammetry.trace import Voltammogram
from autosynth.errors import AnalysisError

BASELINES = 3
"""Linear terms of a scan besides species: constant, drift, capacitance."""
LOST_SD_A = 1e3
"""What stands for the noise of a point that was lost: it has no weight."""
FEWEST_KEPT = 0.7
"""A scan of which more is lost is not analysed."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A species as the model sees it: a name and the nominal potentials of its ladder."""

    name: str
    ladder_v: Array


@dataclass(frozen=True, slots=True)
class Block:
    """Scans of one sample over one grid, averaged, with what the model needs of the grid."""

    potential_v: Array
    current_a: Array
    sd_a: Array
    step_s: float
    per_step_v: Array
    """The change of potential from the point before."""
    kelvin: float
    baseline: Array
    """Rows: constant, drift from -1 to 1, and the scan rate in V/s."""
    scans: int

    def __len__(self) -> int:
        return len(self.current_a)


def make_blocks(scans: Sequence[Voltammogram]) -> list[Block]:
    """Average scans over the same grid, which loses nothing when they share a sample, and describe each grid."""
    groups: list[list[Voltammogram]] = []
    for scan in (one.uniform() for one in scans):
        for group in groups:
            if _same_grid(group[0], scan):
                group.append(scan)
                break
        else:
            groups.append([scan])
    return [_block(group) for group in groups]


def _same_grid(one: Voltammogram, other: Voltammogram) -> bool:
    return (
        len(one.t_s) == len(other.t_s)
        and abs(one.step_s - other.step_s) <= 1e-3 * one.step_s
        and one.temperature_c == other.temperature_c
        and bool(np.max(np.abs(one.potential_v - other.potential_v)) <= 1e-4)
    )


def _block(group: Sequence[Voltammogram]) -> Block:
    first = group[0]
    current = np.mean([scan.current_a for scan in group], axis=0)
    kept = np.isfinite(current)
    if kept.mean() < FEWEST_KEPT:
        raise AnalysisError(f"only {kept.mean():.0%} of the current is inside the instrument's range")
    place = np.arange(len(current))
    current = np.interp(place, place[kept], current[kept])
    sd = np.where(kept, noise_sd(current), LOST_SD_A)
    per_step = np.diff(first.potential_v, prepend=2 * first.potential_v[0] - first.potential_v[1])
    baseline = np.vstack((np.ones(len(current)), np.linspace(-1.0, 1.0, len(current)), per_step / first.step_s))
    return Block(
        first.potential_v,
        current,
        sd,
        first.step_s,
        per_step,
        first.temperature_c + ZERO_C_K,
        baseline,
        len(group),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """Where the model is evaluated: shifts of all waves in ladder order and the global unknowns."""

    shifts_v: Array
    resistance_ohm: float
    lag_steps: float
    warmer_k: float


def internal_potential(block: Block, point: Point, current_a: Array) -> Array:
    """Return the potential that the reaction sees, given the current that causes the ohmic drop."""
    return block.potential_v - point.resistance_ohm * current_a - point.lag_steps * block.per_step_v


def fillings(block: Block, waves: Sequence[Wave], point: Point, current_a: Array) -> list[Filling]:
    """Return how each ladder is filled along the scan."""
    inside = internal_potential(block, point, current_a)
    thermal = thermal_per_v(block.kelvin + point.warmer_k)
    found: list[Filling] = []
    start = 0
    for wave in waves:
        stop = start + len(wave.ladder_v)
        found.append(fill(inside, wave.ladder_v + point.shifts_v[start:stop], thermal))
        start = stop
    return found


def current_of(rows: Array, step_s: float) -> Array:
    """Return the current that electron numbers (rows) demand, per unit of area c sqrt(D), in A."""
    found = half_derivative(rows - rows[..., :1], step_s)
    found *= -FARADAY_C_MOL
    return found


def design(
    block: Block, waves: Sequence[Wave], point: Point, current_a: Array, amounts: Array
) -> tuple[Array, Array, list[int]]:
    """Return rows of the linear terms of species, rows of derivatives, and which shifts the latter belong to.

    Derivatives by a shift are taken only for species that are present; the last rows are by the global unknowns.
    """
    filled = fillings(block, waves, point, current_a)
    rows = [one.steps.sum(axis=0) for one in filled]
    present: list[int] = []
    slopes: list[Array] = []
    by_potential, warming = np.zeros(len(block)), np.zeros(len(block))
    start = 0
    for one, amount in zip(filled, amounts, strict=True):
        if amount > 0.0:
            by_step, by_thermal = one.derivatives()
            by_potential -= amount * by_step.sum(axis=0)
            warming -= (amount / (block.kelvin + point.warmer_k)) * by_thermal
            slopes.append(amount * by_step)
            present.extend(range(start, start + len(by_step)))
        start += len(one.steps)
    ohmic = -current_a * by_potential
    late = -block.per_step_v * by_potential
    everything = current_of(np.vstack((*rows, *slopes, ohmic, late, warming)), block.step_s)
    return everything[: len(rows)], everything[len(rows) :], present
