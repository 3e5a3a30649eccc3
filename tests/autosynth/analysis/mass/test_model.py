"""Derivatives of mixture and envelope against differences, and the mixture's known members."""

import numpy as np
import pytest
from scipy.stats import binom

from autosynth.analysis.mass.distribution import dispersion, distribution
from autosynth.analysis.mass.fit import Setting, at_point
from autosynth.analysis.mass.lines import ion_lines
from autosynth.analysis.mass.noise import even
from autosynth.analysis.mass.view import profile
from tests.autosynth.analysis.mass.rendering import coupled, dispersion_of, library, rendered


def test_without_coupling_it_is_binomial() -> None:
    """Tilt alone is a binomial, whose dispersion is one to 1e-12."""
    found = distribution(12, np.log(0.25 / 0.75), 0.0, 0.0)
    assert found.part == pytest.approx(binom.pmf(np.arange(13), 12, 0.25), abs=1e-14)
    moments, _ = found.moments()
    assert dispersion(12, *moments)[0] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("coupling", [-0.2, 0.2])
def test_neighbour_coupling_is_nearly_of_the_family(coupling: float) -> None:
    """Cages of the 4096-state model are matched by mean and dispersion to 0.005 in every fraction."""
    exact = coupled(4.0, coupling)
    best = min(
        (
            (abs(moments[0] - 4.0) + abs(dispersion(12, *moments)[0] - dispersion_of(exact)), found.part)
            for tilt in np.linspace(-1.5, 0.0, 61)
            for kappa in np.linspace(-0.12, 0.12, 61)
            for found in [distribution(12, float(tilt), float(kappa), 0.0)]
            for moments in [found.moments()[0]]
        ),
        key=lambda pair: pair[0],
    )
    assert np.abs(best[1] - exact).max() < 0.006


def test_derivatives_are_those_of_differences() -> None:
    """Moments by tilt, coupling and skew; dispersion by moments."""
    at = np.array([-0.4, 0.05, 0.01])
    moments, slope = distribution(12, *at).moments()
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-6
        up, down = (distribution(12, *(at + sign * step)).moments()[0] for sign in (1.0, -1.0))
        assert slope[:, i] == pytest.approx((up - down) / 2e-6, rel=1e-5)
    value, by = dispersion(12, *moments)
    assert by[0] == pytest.approx((dispersion(12, moments[0] + 1e-6, moments[1])[0] - value) / 1e-6, rel=1e-4)
    assert by[1] == pytest.approx((dispersion(12, moments[0], moments[1] + 1e-6)[0] - value) / 1e-6, rel=1e-4)


def test_score_is_the_slope_of_the_loss() -> None:
    """Of all five nonlinear unknowns, at a point that is not the minimum."""
    lines = ion_lines(library(), library().ions[0])
    spectrum = rendered(np.random.default_rng(3), coupled(4.0, 0.1)).spectrum
    view = profile(lines, spectrum, 3860.0, 3920.0, 20000.0)
    given = Setting([view], [even(view.y)], 12, (0.0, 1e-4), (0.0, 0.1))
    at = np.array([-0.6, 0.03, 0.005, 1e-5, 0.05])
    score = at_point(given, at).score[-5:]
    for i, size in enumerate((1e-5, 1e-6, 1e-6, 1e-9, 1e-5)):
        step = np.zeros(5)
        step[i] = size
        slope = (at_point(given, at + step).loss - at_point(given, at - step).loss) / (2.0 * size)
        assert score[i] == pytest.approx(-slope, rel=2e-3)
