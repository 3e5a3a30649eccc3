"""A fit told in waves, curves and goodness, for people and pictures."""

from collections.abc import Sequence

import numpy as np

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.voltammetry.fit import Solution
from autosynth.analysis.voltammetry.fractions import bounded_estimate
from autosynth.analysis.voltammetry.ladder import Filling
from autosynth.analysis.voltammetry.model import Block, current_of, fillings
from autosynth.analysis.voltammetry.peaks import Peak, peaks_of, separation
from autosynth.analysis.voltammetry.quantities import Sample
from autosynth.analysis.voltammetry.result import Curves, Goodness, WaveReport
from autosynth.analysis.voltammetry.state import GLOBALS

DETECTED = 3.0
"""A species is reported wave by wave when its amount exceeds this many standard uncertainties."""
MISFIT_SD = 5.0
CORRELATED = 2.0
FAR_LAG = 1.5


def fillings_of(blocks: Sequence[Block], solution: Solution) -> list[list[Filling]]:
    """Return how each block's ladders are filled at the fit."""
    waves, point = solution.waves, solution.point
    return [fillings(block, waves, point, fitted) for block, fitted in zip(blocks, solution.fitted_a, strict=True)]


def curves_of(blocks: Sequence[Block], solution: Solution, filled: Sequence[Sequence[Filling]]) -> tuple[Curves, ...]:
    """Return arrays to draw for each block."""
    found = []
    for number, (block, fitted) in enumerate(zip(blocks, solution.fitted_a, strict=True)):
        rows = np.vstack([one.steps.sum(axis=0) for one in filled[number]]) * solution.amounts[:, None]
        currents = current_of(rows, block.step_s)
        baseline = solution.baselines[3 * number : 3 * number + 3] @ block.baseline
        parts = {
            wave.name: row for wave, row, a in zip(solution.waves, currents, solution.amounts, strict=True) if a > 0
        }
        found.append(Curves(block.potential_v, block.current_a, fitted, baseline, block.current_a - fitted, parts))
    return tuple(found)


def waves_of(block: Block, sample: Sample, filled: Sequence[Filling]) -> tuple[WaveReport, ...]:
    """Return every step of every detected species."""
    solution = sample.solution
    sd = np.sqrt(np.diag(solution.covariance))
    residual = block.current_a - solution.fitted_a[0]
    turn = int(np.argmin(block.potential_v)) + 1
    found: list[WaveReport] = []
    start = solution.shared.start
    for i, species in enumerate(sample.species):
        stop = start + len(species.potentials_v)
        if solution.amounts[i] > DETECTED * sd[i]:
            currents = current_of(solution.amounts[i] * filled[i].steps, block.step_s)
            relative = float(sd[i] / solution.amounts[i])
            for step, current in enumerate(currents):
                e_half = float(species.potentials_v[step] + solution.mean[start + step])
                charge = -float(np.sum(current[:turn])) * block.step_s
                pair = peaks_of(block, current + residual, current)
                found.append(
                    WaveReport(
                        species.name,
                        step + 1,
                        species.carriers[step],
                        Estimate(e_half, float(sd[start + step]), "V"),
                        Estimate(charge, abs(charge) * relative, "C"),
                        _height(pair[0], relative),
                        _height(pair[1], relative),
                        separation(pair),
                    )
                )
        start = stop
    return tuple(found)


def _height(found: Peak | None, relative: float) -> Estimate | None:
    if found is None:
        return None
    return Estimate(found.current_a, float(np.hypot(found.current_sd_a, relative * found.current_a)), "A")


def totals_of(
    block: Block, sample: Sample, filled: Sequence[Filling], reports: Sequence[WaveReport]
) -> dict[str, Estimate]:
    """Return the charge of the forward sweep, resistance, unknown share, and the peaks of the strongest species."""
    solution = sample.solution
    found: dict[str, Estimate] = {}
    rows = np.vstack([one.steps.sum(axis=0) for one in filled])
    turn = int(np.argmin(block.potential_v)) + 1
    charges = -np.sum(current_of(rows, block.step_s)[:, :turn], axis=1) * block.step_s
    count = len(charges)
    covariance = solution.covariance[:count, :count]
    total = float(charges @ solution.mean[:count])
    found["charge"] = Estimate(total, float(np.sqrt(charges @ covariance @ charges)), "C")
    strange = np.where(np.arange(count) >= len(sample.species), charges, 0.0)
    if total > 0.0:
        share = float(strange @ solution.mean[:count]) / total
        by_amount = (strange - share * charges) / total
        found["unknown_frac"] = bounded_estimate(share, float(np.sqrt(by_amount @ covariance @ by_amount)))
    resistance_sd = float(np.sqrt(solution.covariance[-GLOBALS, -GLOBALS]))
    found["resistance"] = Estimate(float(solution.mean[-GLOBALS]), resistance_sd, "ohm")
    strongest = max(reports, key=lambda one: one.charge.value, default=None)
    if strongest is not None:
        first = next(one for one in reports if one.species == strongest.species)
        peaks = {"ip_c": first.ip_c, "ip_a": first.ip_a, "dEp": first.d_ep}
        found |= {name: value for name, value in peaks.items() if value is not None}
    return found


def unknown_potentials(solution: Solution, known: int) -> tuple[float, ...]:
    """Return where the waves beyond the `known` species lie, if they are still there."""
    count = len(solution.waves)
    return tuple(
        float(solution.waves[i].ladder_v[0] + solution.point.shifts_v[i - count])
        for i in range(known, count)
        if solution.amounts[i] > 0.0
    )


def goodness_of(blocks: Sequence[Block], solution: Solution, unknown_v: Sequence[float]) -> Goodness:
    """Return how well the fit describes the scans, with a plain flag for each thing that is wrong."""
    points = sum(map(len, blocks))
    flags = [f"a wave near {at:+.2f} V belongs to no candidate" for at in unknown_v]
    if solution.chi2 > 1.0 + MISFIT_SD * np.sqrt(2.0 / points):
        flags.append(f"the residual is {np.sqrt(solution.chi2):.2f} times the noise")
    if solution.inflation > CORRELATED * max(1.0, solution.chi2):
        flags.append("the residual is not random along the scan")
    if not solution.converged:
        flags.append(f"the fit had not settled after {solution.rounds} rounds")
    if abs(solution.point.lag_steps) > FAR_LAG:
        flags.append(f"the current lags {solution.point.lag_steps:+.1f} steps behind the potential")
    noise = float(np.median(np.concatenate([block.sd_a for block in blocks])))
    scans = sum(block.scans for block in blocks)
    return Goodness(
        solution.chi2, solution.inflation, noise, scans, points, solution.rounds, solution.converged, tuple(flags)
    )
