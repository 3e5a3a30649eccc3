"""A ten-wave fit beside scipy's least squares with a numeric Jacobian on the same model. Printed, generously bounded.

Both see the same scan, priors and bounds; scipy gets the ohmic current of the finished fit for nothing.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from autosynth.analysis.voltammetry import analyse
from autosynth.analysis.voltammetry.fit import Solution, solve
from autosynth.analysis.voltammetry.linear import point_of
from autosynth.analysis.voltammetry.model import Block, Wave, current_of, fillings, make_blocks
from autosynth.analysis.voltammetry.state import GLOBAL_NAMES, initial_state, wave_name
from tests.autosynth.analysis.rendering import current, pom_library, scan, solutes, triangle

Array = NDArray[np.float64]
LIBRARY = pom_library()
NAMES = ("S1", "Fe_free", "S2")
"""Ten waves."""
AMOUNT = 1e-10
"""Brings scipy's unknowns near one."""


def median_s(work: Callable[[], object], count: int) -> float:
    """Return the median processor time of some calls after one that warms up."""
    work()
    spent = []
    for _ in range(count):
        start_s = time.process_time()
        work()
        spent.append(time.process_time() - start_s)
    return float(np.median(spent))


def peer(block: Block, waves: Sequence[Wave], mean: Array, covariance: Array, ours: Solution) -> Array:
    """Return the amounts that scipy finds with finite differences."""
    root = np.linalg.cholesky(np.linalg.inv(covariance)).T
    count, spread = len(waves), np.sqrt(np.diag(covariance))

    def residual(scaled: Array) -> Array:
        amounts, baseline, shared = (
            scaled[:count] * AMOUNT,
            scaled[count : count + 3] * 1e-6,
            scaled[count + 3 :] * spread,
        )
        filled = fillings(block, waves, point_of(shared), ours.fitted_a[0])
        taken = sum(a * one.steps.sum(axis=0) for a, one in zip(amounts, filled, strict=True))
        model = current_of(np.asarray(taken), block.step_s) + baseline @ block.baseline
        return np.concatenate(((model - block.current_a) / block.sd_a, root @ (shared - mean)))

    start = np.concatenate((np.ones(count), np.zeros(3), mean / spread))
    lower = np.concatenate((np.zeros(count), np.full(len(start) - count, -np.inf)))
    found = least_squares(residual, start, bounds=(lower, np.inf), method="trf")
    return np.asarray(found.x[:count] * AMOUNT)


def test_ten_waves_beside_scipy() -> None:
    """The same amounts as scipy's, in a fraction of its processor time."""
    potential_v = triangle(step_v=0.0015)
    clean = current(solutes(LIBRARY, {"S1": 1.0e-3, "S2": 1.5e-3, "Fe_free": 0.9e-3}), potential_v)
    seen = scan(clean, potential_v, np.random.default_rng(1))
    species = LIBRARY.expand(NAMES)
    waves = [Wave(one.name, np.array(one.potentials_v)) for one in species]
    state = initial_state(LIBRARY, seen)
    steps = [wave_name(one.name, i + 1) for one in species for i in range(len(one.potentials_v))]
    place = state.indices((*steps, *GLOBAL_NAMES))
    mean, covariance = state.mean[place], state.covariance[np.ix_(place, place)]
    block = make_blocks([seen])[0]
    ours = solve([block], waves, mean, covariance)
    theirs = peer(block, waves, mean, covariance, ours)
    fit_s = median_s(lambda: solve([block], waves, mean, covariance), 7)
    whole_s = median_s(lambda: analyse(seen, LIBRARY, NAMES), 7)
    peer_s = median_s(lambda: peer(block, waves, mean, covariance, ours), 3)
    print(
        f"\n{len(seen.t_s)} points, {len(steps)} waves: fit {fit_s * 1e3:.1f} ms, whole analysis {whole_s * 1e3:.1f} ms"
    )
    print(f"scipy least_squares, numeric Jacobian: {peer_s * 1e3:.0f} ms, {peer_s / fit_s:.0f} times ours")
    spread = np.sqrt(np.diag(ours.covariance)[: len(waves)])
    assert np.all(np.abs(theirs - ours.amounts) < 0.2 * spread)
    assert peer_s > fit_s
