"""A refinement beside scipy's least_squares with a numeric Jacobian on the same pattern. Ratios are printed."""

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares
from threadpoolctl import ThreadpoolController

from autosynth.analysis.arrays import Array
from autosynth.analysis.diffraction import analyse
from autosynth.analysis.diffraction.fit import Data, settle
from autosynth.analysis.diffraction.model import background, basis_at, setting
from autosynth.analysis.diffraction.nonnegative import nonnegative
from autosynth.analysis.diffraction.pattern import instrument_of
from tests.autosynth.analysis.diffraction.rendering import COPPER, RUTHENIUM, SYNCHROTRON, drawn, frameworks


def median_s(work: Callable[[], object], count: int) -> float:
    """Return the median processor time of some calls after one that warms up."""
    work()
    spent = []
    for _ in range(count):
        start_s = time.process_time()
        work()
        spent.append(time.process_time() - start_s)
    return float(np.median(spent))


def test_two_cubic_phases_beside_a_numeric_jacobian() -> None:
    """Both come to the same lattice; theirs is variable projection too, over the same shapes, by differences."""
    library = frameworks()
    pattern = drawn(SYNCHROTRON, {COPPER: 0.6, RUTHENIUM: 0.4}, np.random.default_rng(1))
    data = Data(pattern.two_theta_deg, pattern.intensity, pattern.noise())
    _, instrument = instrument_of(pattern, library)
    given = setting(library.expand(["physical_mixture"]), instrument, data.x_deg)
    behind = background(data.x_deg, data.sd, given.fwhm_deg)
    start = 0.2 * given.sd

    def residual(scaled: Array) -> Array:
        rows = np.vstack((basis_at(given, scaled * given.sd, data.x_deg, data.sd).rows, behind))
        y, lines = data.y / data.sd, len(given.plane)
        products, seen = rows @ rows.T, rows @ y
        link = np.linalg.solve(products[lines:, lines:], products[lines:, :lines])
        areas, _ = nonnegative(
            products[:lines, :lines] - products[:lines, lines:] @ link, seen[:lines] - link.T @ seen[lines:]
        )
        under = np.linalg.solve(products[lines:, lines:], seen[lines:] - products[lines:, :lines] @ areas)
        return np.concatenate((y - np.concatenate((areas, under)) @ rows, scaled))

    with ThreadpoolController().limit(limits=1, user_api="blas"):
        ours = settle(given, data, start)
        theirs = least_squares(residual, start / given.sd, method="trf")
        ours_s = median_s(lambda: settle(given, data, start), 7)
        theirs_s = median_s(lambda: least_squares(residual, start / given.sd, method="trf"), 3)
        whole_s = median_s(lambda: analyse(pattern, library), 3)
    print(f"\n{len(data.y)} points, {len(given.plane)} lines, {len(given.sd)} unknowns: {ours_s * 1e3:.0f} ms,")
    print(f"numeric Jacobian {theirs_s * 1e3:.0f} ms in {theirs.nfev} steps, {theirs_s / ours_s:.1f} times ours;")
    print(f"the whole analysis with both hypotheses and its verdict {whole_s * 1e3:.0f} ms")
    apart = (ours.point - theirs.x * given.sd)[-2:]
    assert np.abs(apart).max() < 1e-6
