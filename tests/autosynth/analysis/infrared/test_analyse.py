from dataclasses import replace

import numpy as np
import pytest

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.infrared import BandResult, Spectrum, analyse
from autosynth.errors import AnalysisError, InputError
from tests.autosynth.analysis.infrared import visible
from tests.autosynth.analysis.infrared.rendering import drawn, library, rendered

LIBRARY = library()
EXACT = Estimate(2.0, 1e-6, "1")


def told(
    seed: int = 1,
    *,
    alpha: float,
    acid: float = 0.0,
    extra: tuple[float, float] | None = None,
    expect: tuple[str, ...] = (),
    initial: Estimate | None = EXACT,
) -> BandResult:
    rng = np.random.default_rng(seed)
    bench = drawn(rng, LIBRARY)
    return analyse(rendered(bench, rng, alpha=alpha, acid=acid, extra=extra), LIBRARY, expect, initial)


def test_a_washed_aliquot_falls_with_conversion() -> None:
    """What is left of free acid is 1 - alpha, falls from aliquot to aliquot, and ends below a limit."""
    alphas = (0.0, 0.2, 0.4, 0.82, 0.96, 0.995, 1.0)
    found = [told(alpha=alpha).quantities["residual_frac"] for alpha in alphas]
    values = [each.value for each in found]
    assert values == sorted(values, reverse=True)
    assert values == pytest.approx([1.0 - alpha for alpha in alphas], abs=0.01)
    assert [each.upper_bound is not None for each in found] == [False] * 6 + [True]


def test_a_raw_aliquot_tells_the_acid_apart() -> None:
    """Eight acetic acids a cage at 1710 1/cm are a quantity of their own, and free COOH falls beside them."""
    found = [told(alpha=alpha, acid=8.0 * alpha).quantities for alpha in (0.4, 0.9, 1.0)]
    assert [each["acid_frac"].value for each in found] == pytest.approx([0.8, 1.8, 2.0], abs=0.05)
    assert [each["residual_frac"].value for each in found] == pytest.approx([0.6, 0.1, 0.0], abs=0.02)


def test_overlap_is_told() -> None:
    """With both present areas are correlated, a note says so, and either is less sure than alone."""
    alone, both = told(alpha=0.6), told(alpha=0.6, acid=4.8)
    assert both.goodness.overlap is not None
    assert both.goodness.overlap < -0.7
    assert any("overlap" in flag for flag in both.goodness.flags)
    assert both.quantities["residual_frac"].sd > 1.5 * alone.quantities["residual_frac"].sd
    assert told(alpha=0.6, expect=("COOH",)).goodness.overlap is None


def test_the_initial_ratio_counts_with_its_uncertainty() -> None:
    """Measured before the reaction it is that measurement's; else the library's, which is an assumption of 15 %."""
    first = told(alpha=0.0).quantities["ratio_1725_1426"]
    assert first.value == pytest.approx(2.0, abs=0.05)
    by_first = told(alpha=0.5, initial=first).quantities["residual_frac"]
    assumed = told(alpha=0.5, initial=None).quantities["residual_frac"]
    assert by_first.value == pytest.approx(0.5, abs=0.02)
    assert assumed.sd == pytest.approx(0.15 * assumed.value, rel=0.02)
    assert assumed.sd > 10.0 * by_first.sd


@pytest.mark.parametrize("position", [1780.0, 1690.0, 1600.0, 1500.0])
def test_an_unknown_band_is_told_and_added_to_nothing(position: float) -> None:
    """A band of half a group a cage is found at its place and moves what is left by less than two points."""
    without, found = told(alpha=0.9), told(alpha=0.9, extra=(position, 0.5))
    assert len(found.unknown) == 1
    assert found.unknown[0].position.value == pytest.approx(position, abs=4.0)
    assert found.quantities["unknown_frac"].value == pytest.approx(0.125, abs=0.04)
    assert any("belongs to nothing" in flag for flag in found.goodness.flags)
    moved = found.quantities["residual_frac"].value - without.quantities["residual_frac"].value
    assert abs(moved) < 0.02


def test_acid_that_is_not_looked_for_is_not_taken_for_the_residual() -> None:
    """In a library's stage without acid its band is an unknown one."""
    found = told(alpha=1.0, acid=2.0, expect=("washed",))
    assert [round(each.position.value, -1) for each in found.unknown] == [1710]
    assert found.quantities["residual_frac"].value < 0.03


def test_curves_sum_to_what_was_measured() -> None:
    """Components, baseline and residual, point by point."""
    curves = told(alpha=0.5, extra=(1600.0, 0.5)).curves
    total = sum(curves.components.values()) + curves.baseline + curves.residual
    assert "unknown" in curves.components
    assert np.allclose(total, curves.measured, atol=1e-9)


def test_noise_shared_by_neighbours_widens_uncertainties() -> None:
    """A spectrum zero-filled or smoothed is no better than the one it was made from, and says so."""
    rng = np.random.default_rng(5)
    bench = drawn(rng, LIBRARY)
    clean = rendered(bench, rng, alpha=0.5, noise=0.0)
    noise = np.convolve(rng.normal(0.0, 2e-3, len(clean.axis) + 8), np.full(9, 1.0 / 9.0), "valid")
    smooth = analyse(replace(clean, absorbance=clean.absorbance + noise), LIBRARY, (), EXACT)
    white = rng.normal(0.0, 2e-3 / 3.0, len(clean.axis))
    plain = analyse(replace(clean, absorbance=clean.absorbance + white), LIBRARY, (), EXACT)
    assert smooth.quantities["residual_frac"].sd > 1.5 * plain.quantities["residual_frac"].sd
    assert any("off together" in flag for flag in smooth.goodness.flags)


def test_too_much_light_taken_is_told() -> None:
    """Bands of absorbance 3 are beyond what a detector sees."""
    rng = np.random.default_rng(6)
    found = analyse(rendered(drawn(rng, LIBRARY), rng, alpha=0.5, amount=12.0), LIBRARY, (), EXACT)
    assert any("absorbance above 2" in flag for flag in found.goodness.flags)


def test_what_cannot_be_told_is_refused() -> None:
    """No standard, no cover, no order, no number, another axis: each with a sentence."""
    rng = np.random.default_rng(7)
    good = rendered(drawn(rng, LIBRARY), rng, alpha=0.5)
    empty = replace(good, absorbance=rng.normal(0.0, 1e-3, len(good.axis)))
    with pytest.raises(AnalysisError, match="the standard at 1426 1/cm does not stand out"):
        analyse(empty, LIBRARY)
    with pytest.raises(AnalysisError, match="does not cover 1370 to 1800"):
        analyse(Spectrum(good.axis[:900], good.absorbance[:900]), LIBRARY)
    with pytest.raises(AnalysisError, match="does not ascend"):
        analyse(Spectrum(good.axis[::-1], good.absorbance[::-1]), LIBRARY)
    with pytest.raises(AnalysisError, match="not finite"):
        analyse(Spectrum(good.axis, np.full(len(good.axis), np.nan)), LIBRARY)
    with pytest.raises(AnalysisError, match="over wavelength"):
        analyse(replace(good, kind="wavelength"), LIBRARY)
    with pytest.raises(AnalysisError, match="nothing to compare with"):
        analyse(good, LIBRARY, (), Estimate(0.0, 0.1, "1"))
    with pytest.raises(InputError, match="gold"):
        analyse(good, LIBRARY, ("gold",))


def test_a_copper_band_in_the_visible_is_compared_with_that_of_ruthenium() -> None:
    """The same fit on wavelengths with Gaussian bands."""
    found = [analyse(visible.rendered(np.random.default_rng(8), copper), visible.LIBRARY) for copper in (0.5, 1.0)]
    ratios = [each.quantities["ratio_700_440"] for each in found]
    assert [each.value for each in ratios] == pytest.approx([0.5, 1.0], abs=0.05)
    assert "residual_frac" not in found[0].quantities
