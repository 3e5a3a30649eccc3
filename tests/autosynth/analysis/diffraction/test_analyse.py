from dataclasses import replace

import numpy as np
import pytest

from autosynth.analysis.diffraction import DiffractionResult, Pattern, analyse
from autosynth.analysis.phases import parse_phases
from autosynth.errors import AnalysisError, InputError
from tests.autosynth.analysis.diffraction.rendering import (
    COPPER,
    LABORATORY,
    LIBRARY_PATH,
    PRODUCT,
    RUTHENIUM,
    SYNCHROTRON,
    Bench,
    Lengths,
    drawn,
    frameworks,
)

LIBRARY = frameworks()
FOREIGN: Lengths = (25.6, 25.6)


def told(bench: Bench, phases: dict[Lengths, float], seed: int = 3, **others: float) -> DiffractionResult:
    return analyse(drawn(bench, phases, np.random.default_rng(seed), **others), LIBRARY)  # type: ignore[arg-type]


def test_a_solid_solution_is_told_with_its_lattice() -> None:
    """At synchrotron resolution the tetragonal cell is claimed, the mixture ruled out, both constants within 5 sd."""
    result = told(SYNCHROTRON, {PRODUCT: 1.0})
    assert result.verdict == "solid_solution"
    quantities = result.quantities
    for name, true in (("Ru2Cu4.a", PRODUCT[0]), ("Ru2Cu4.c", PRODUCT[1])):
        assert quantities[name].unit == "angstrom"
        assert abs(quantities[name].value - true) < 5 * quantities[name].sd < 0.005
    assert (quantities["solid_solution"].value, quantities["physical_mixture"].value) == (1.0, 0.0)
    assert quantities["Ru2Cu4.fraction"].value == 1.0
    assert quantities["unknown_frac"].upper_bound is not None
    assert result.goodness.gof == pytest.approx(1.0, abs=0.1)
    assert result.goodness.flags == ()


def test_a_physical_mixture_is_told_with_its_parts() -> None:
    """Two cubic cells with what each holds of the intensity."""
    result = told(SYNCHROTRON, {COPPER: 0.6, RUTHENIUM: 0.4})
    assert result.verdict == "physical_mixture"
    assert result.quantities["Cu3btc2.fraction"].value == pytest.approx(0.6, abs=0.01)
    assert result.quantities["Ru3btc2.fraction"].value == pytest.approx(0.4, abs=0.01)
    assert result.quantities["Ru3btc2.a"].value == pytest.approx(26.7499, abs=0.001)


def test_a_solid_solution_is_not_claimed_where_lines_are_too_broad() -> None:
    """In the laboratory the split cannot be seen: unresolved, no fraction, and no condition on it is decided."""
    result = told(LABORATORY, {PRODUCT: 1.0})
    assert result.verdict == "unresolved"
    assert not [name for name in result.quantities if name.endswith(".fraction")]
    low, high = result.quantities["solid_solution"].interval()
    assert low < 0.0 < 1.0 < high
    assert "too broad" in result.goodness.flags[0]


@pytest.mark.parametrize("bench", [SYNCHROTRON, LABORATORY], ids=["synchrotron", "laboratory"])
def test_another_lattice_is_neither(bench: Bench) -> None:
    """A cubic cell that the library does not have is explained by nothing, and no lattice is told."""
    result = told(bench, {FOREIGN: 1.0})
    assert result.verdict == "neither"
    assert result.peaks
    assert not [name for name in result.quantities if name.endswith((".a", ".c", ".fraction"))]


@pytest.mark.parametrize("bench", [SYNCHROTRON, LABORATORY], ids=["synchrotron", "laboratory"])
def test_a_glass_is_neither(bench: Bench) -> None:
    """A hump without lines is no lattice, however many lines could be laid under it."""
    result = told(bench, {}, hump=3000.0)
    assert result.verdict == "neither"
    assert "nothing diffracts" in result.goodness.flags[0]
    assert {name: result.quantities[name].value for name in ("solid_solution", "physical_mixture")} == {
        "solid_solution": 0.0,
        "physical_mixture": 0.0,
    }


def test_one_part_of_a_mixture_alone_is_neither_and_is_named() -> None:
    """Pure copper framework is no mixture; its constant is told, the other's is not."""
    result = told(SYNCHROTRON, {COPPER: 1.0})
    assert result.verdict == "neither"
    assert "only Cu3btc2 is there" in result.goodness.flags[0]
    assert result.quantities["Cu3btc2.a"].value == pytest.approx(26.36724, abs=0.001)
    assert "Ru3btc2.a" not in result.quantities


def test_a_product_with_a_parent_left_is_neither_and_says_so() -> None:
    """A solid solution beside one end member is no hypothesis of the library: what is there besides is named."""
    result = told(SYNCHROTRON, {PRODUCT: 0.8, COPPER: 0.2})
    assert result.verdict == "neither"
    assert result.goodness.flags[0] == "there is Cu3btc2 besides Ru2Cu4"


def test_a_range_with_too_many_lines_is_fitted_where_they_are_few() -> None:
    """Thousands of lines at high angles are left alone, and the result says from where on."""
    x = np.arange(5.0, 120.0, 0.02)
    pattern = Pattern(x, np.random.default_rng(1).poisson(100.0, len(x)).astype(float), None, 1.5406)
    result = analyse(pattern, LIBRARY)
    assert result.goodness.points < len(x)
    assert any(flag.startswith("fitted up to") for flag in result.goodness.flags)


def test_a_gap_in_the_pattern_is_no_trouble() -> None:
    """Where a beam stop or a cut left nothing, nothing is fitted."""
    pattern = drawn(SYNCHROTRON, {PRODUCT: 1.0}, np.random.default_rng(8))
    kept = (pattern.two_theta_deg < 3.0) | (pattern.two_theta_deg > 6.0)
    result = analyse(Pattern(pattern.two_theta_deg[kept], pattern.intensity[kept], None, 0.45411), LIBRARY)
    assert result.verdict == "solid_solution"
    assert result.quantities["Ru2Cu4.a"].value == pytest.approx(PRODUCT[0], abs=0.002)


def test_an_impurity_is_reported_and_moves_nothing() -> None:
    """Two lines of something else are told with their part of all, and the lattice stays within its uncertainty."""
    clean = told(SYNCHROTRON, {PRODUCT: 1.0})
    pattern = drawn(SYNCHROTRON, {PRODUCT: 1.0}, np.random.default_rng(3), extra=[(4.62, 0.05), (7.11, 0.04)])
    result = analyse(pattern, LIBRARY)
    assert result.verdict == "solid_solution"
    assert [round(peak.two_theta.value, 2) for peak in result.peaks] == [4.62, 7.11]
    assert result.quantities["unknown_frac"].value == pytest.approx(0.09 / 1.09, rel=0.05)
    for name in ("Ru2Cu4.a", "Ru2Cu4.c"):
        assert abs(result.quantities[name].value - clean.quantities[name].value) < 4 * clean.quantities[name].sd


def test_an_impurity_beside_a_line_does_not_pull_it_along_unnoticed() -> None:
    """In the laboratory a foreign line half a width from a listed one is told as such; it had moved c by 0.07 Å."""
    pattern = drawn(LABORATORY, {PRODUCT: 1.0}, np.random.default_rng(3), extra=[(15.8, 0.05), (24.316, 0.04)])
    result = analyse(pattern, LIBRARY)
    assert [round(peak.two_theta.value, 1) for peak in result.peaks] == [15.8, 24.3]
    assert abs(result.quantities["Ru2Cu4.c"].value - PRODUCT[1]) < 0.006


def test_components_sum_to_what_was_measured() -> None:
    """Phases, unlisted lines, background and residual are the whole pattern."""
    pattern = drawn(SYNCHROTRON, {COPPER: 0.5, RUTHENIUM: 0.5}, np.random.default_rng(4), extra=[(4.62, 0.05)])
    curves = analyse(pattern, LIBRARY).curves
    assert list(curves.components) == ["Cu3btc2", "Ru3btc2", "unknown"]
    whole = sum(curves.components.values()) + curves.background + curves.residual
    assert np.allclose(whole, curves.measured, atol=1e-6 * curves.measured.max())


def test_intensities_that_are_no_counts_tell_their_noise() -> None:
    """Divided by a thousand, a pattern gives the same lattice and much the same uncertainty, and says what it did."""
    pattern = drawn(SYNCHROTRON, {PRODUCT: 1.0}, np.random.default_rng(5))
    counted = analyse(pattern, LIBRARY).quantities["Ru2Cu4.a"]
    scaled = analyse(replace(pattern, intensity=pattern.intensity / 1234.5), LIBRARY)
    assert abs(scaled.quantities["Ru2Cu4.a"].value - counted.value) < counted.sd
    assert scaled.quantities["Ru2Cu4.a"].sd == pytest.approx(counted.sd, rel=0.3)
    assert any("no counts" in flag for flag in scaled.goodness.flags)


def test_shares_are_of_mass_where_the_library_says_how_strongly_phases_scatter() -> None:
    """A phase that scatters twice as strongly has half the mass for its intensity."""
    text = LIBRARY_PATH.read_text(encoding="utf-8")
    for name, strength in (("Cu3(btc)2", 2.0), ("Ru6(btc)4Cl3", 1.0)):
        title = f'title: "[{name}]"\n'
        assert title in text
        text = text.replace(title, f"{title}    scatter: {{per_mass: {strength}, source: 'measured: here'}}\n")
    pattern = drawn(SYNCHROTRON, {COPPER: 0.6, RUTHENIUM: 0.4}, np.random.default_rng(3))
    quantities = analyse(pattern, parse_phases(text)).quantities
    assert quantities["Cu3btc2.fraction"].value == pytest.approx(0.3 / 0.7, abs=0.01)


def test_a_single_hypothesis_claims_nothing() -> None:
    """Asked for the product alone, there is nothing to tell it from."""
    pattern = drawn(SYNCHROTRON, {PRODUCT: 1.0}, np.random.default_rng(6))
    result = analyse(pattern, LIBRARY, ["Ru2Cu4"])
    assert result.verdict == "unresolved"
    assert "physical_mixture" not in result.quantities
    assert result.quantities["Ru2Cu4.a"].value == pytest.approx(PRODUCT[0], abs=0.002)


def test_what_cannot_be_analysed_is_refused() -> None:
    """Another wavelength, none, a phase that is not listed, a range without lines, an empty or noiseless pattern."""
    pattern = drawn(SYNCHROTRON, {PRODUCT: 1.0}, np.random.default_rng(7))
    for wavelength, complaint in ((0.7093, "no instrument of the library"), (None, "wavelength is not told")):
        with pytest.raises(AnalysisError, match=complaint):
            analyse(replace(pattern, wavelength_angstrom=wavelength), LIBRARY)
    with pytest.raises(InputError, match="gold: not in the library"):
        analyse(pattern, LIBRARY, ["gold"])
    x = np.linspace(0.2, 0.9, 100)
    with pytest.raises(AnalysisError, match="no line of"):
        analyse(Pattern(x, np.full(100, 10.0), None, 0.45411), LIBRARY)
    for level, complaint in ((0.0, "nothing was measured"), (0.5, "no noise")):
        with pytest.raises(AnalysisError, match=complaint):
            analyse(replace(pattern, intensity=np.full(len(pattern.intensity), level)), LIBRARY)
