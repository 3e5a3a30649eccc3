"""Plasmons of the twin's particles: place, structure and warnings, judged on benches that the library does not know."""

from dataclasses import replace

import numpy as np
import pytest

from autosynth.analysis.infrared.spectrum import Spectrum
from autosynth.analysis.plasmon import analyse
from autosynth.analysis.plasmons import parse_plasmons
from autosynth.errors import AnalysisError, InputError
from tests.autosynth.analysis.plasmon.rendering import LIBRARY, library, seen

ALLOY = (5e-5, 0.5)


@pytest.mark.parametrize(("pom_m", "gold"), [(3e-5, 0.5), (5e-5, 0.5), (5e-5, 0.2)])
def test_a_band_is_placed_within_its_uncertainty(pom_m: float, gold: float) -> None:
    """Nine of ten intervals at 95 % hold the true maximum, and are a few tenths of a nanometre wide."""
    inside, sds = [], []
    for seed in range(20):
        shown = seen(pom_m, gold, seed)
        found = analyse(shown.spectrum, library(), shown.blank, gold).quantities["position"]
        inside.append(abs(found.value - shown.position_nm) <= 1.96 * found.sd)
        sds.append(found.sd)
    assert np.mean(inside) >= 0.9
    assert max(sds) < 0.4


@pytest.mark.soak
@pytest.mark.coverage_study
@pytest.mark.parametrize(("pom_m", "gold"), [(3e-5, 0.5), (5e-5, 0.5), (5e-5, 0.2)])
def test_two_hundred_bands_are_placed_within_their_uncertainty(pom_m: float, gold: float) -> None:
    """90 to 100 % of 200 intervals: the quartic's own error is told on the safe side."""
    inside = []
    for seed in range(200):
        shown = seen(pom_m, gold, seed)
        found = analyse(shown.spectrum, library(), shown.blank, gold).quantities["position"]
        inside.append(abs(found.value - shown.position_nm) <= 1.96 * found.sd)
    assert np.mean(inside) >= 0.9


@pytest.mark.parametrize(
    ("pom_m", "gold", "right"),
    [
        (3e-5, 0.5, "alloy"),
        (5e-5, 0.2, "alloy"),
        (1e-4, 0.5, "core-shell"),
        (2.5e-4, 0.5, "core-shell"),
    ],
)
def test_structure_is_told_or_left_open(pom_m: float, gold: float, right: str) -> None:
    """Of segregation below 0.3 an alloy, of more a core and a shell; never the other, and seldom neither."""
    found = []
    for seed in range(15):
        shown = seen(pom_m, gold, seed)
        found.append(analyse(shown.spectrum, library(), shown.blank, gold).verdict)
        assert (shown.chi < 0.3) == (right == "alloy")
    assert set(found) <= {right, "undecided"}
    assert found.count(right) >= 12


def test_two_bands_are_named() -> None:
    """Gold within silver: the reason tells both places, and the features have them."""
    shown = seen(2.5e-4, 0.5, 1)
    result = analyse(shown.spectrum, library(), shown.blank, 0.5)
    assert result.quantities["bands"].value == 2.0
    assert "there is more than one band" in result.reason
    assert [round(each.position.value, -1) for each in result.features] == [390.0, 490.0]
    assert "width" not in result.quantities


def test_without_what_was_charged_an_alloy_is_not_judged() -> None:
    """Its composition as an alloy is told all the same."""
    shown = seen(*ALLOY, 1)
    result = analyse(shown.spectrum, library(), shown.blank)
    assert result.verdict == ""
    assert result.quantities["alloy_frac"].value == pytest.approx(0.5, abs=0.04)
    assert "off_line" not in result.quantities


def test_above_beers_limit_nothing_is_judged() -> None:
    """Three times as concentrated silver: the limit is told with what was reached."""
    shown = seen(5e-5, 0.2, 1, times=3.0)
    result = analyse(shown.spectrum, library(), shown.blank, 0.2)
    assert result.verdict == "undecided"
    assert any(flag.startswith("beer: the absorbance reaches 1.") or "2." in flag for flag in result.flags)


def test_clumps_are_told_and_leave_structure_open() -> None:
    """Without polyoxometalate most of the absorbance is in the red."""
    shown = seen(0.0, 0.5, 1)
    result = analyse(shown.spectrum, library(), shown.blank, 0.5)
    assert result.quantities["red_ratio"].value > 1.0
    assert result.verdict == "undecided"
    assert any(flag.startswith("clumped") for flag in result.flags)


def test_a_turbid_blank_is_told() -> None:
    """Light scattered as the fourth power is found to 2 %; clear liquid raises no flag."""
    nm = np.arange(350.0, 851.0)
    rng = np.random.default_rng(3)
    clear, turbid = (
        Spectrum(nm, each * (500.0 / nm) ** 4 + rng.normal(0.001, 0.001, nm.size), "wavelength")
        for each in (0.005, 0.2)
    )
    assert analyse(clear, library()).flags == ()
    found = analyse(turbid, library())
    assert found.quantities["scatter"].value == pytest.approx(0.2, rel=0.02)
    assert any(flag.startswith("scattering") for flag in found.flags)
    assert (found.verdict, found.quantities["bands"].value) == ("", 0.0)


def test_scattering_of_the_blank_is_taken_off() -> None:
    """The band lies where it does in clear liquid; without the blank it is drawn to the blue."""
    shown = seen(*ALLOY, 1)
    nm, more = shown.spectrum.axis, 0.15 * (500.0 / shown.spectrum.axis) ** 4
    dirty, blank = (replace(each, absorbance=each.absorbance + more) for each in (shown.spectrum, shown.blank))
    assert nm.shape == more.shape
    with_blank = analyse(dirty, library(), blank).quantities["position"]
    without = analyse(dirty, library()).quantities["position"]
    assert with_blank.value == pytest.approx(shown.position_nm, abs=3.0 * with_blank.sd)
    assert without.value < shown.position_nm - 3.0 * without.sd


@pytest.mark.parametrize(
    ("axis", "kind", "words"),
    [
        (np.arange(350.0, 851.0), "wavenumber", "over wavenumber"),
        (np.arange(370.0, 851.0), "wavelength", "from 360 to 700"),
        (np.arange(350.0, 690.0), "wavelength", "from 360 to 700"),
        (np.arange(850.0, 349.0, -1.0), "wavelength", "does not ascend"),
    ],
)
def test_spectra_of_another_kind_are_refused(axis: np.ndarray, kind: str, words: str) -> None:
    """Over wavenumbers, cut, or turned around."""
    with pytest.raises(AnalysisError, match=words):
        analyse(Spectrum(axis, np.zeros_like(axis), kind), library())  # type: ignore[arg-type]


def test_what_is_not_finite_is_refused() -> None:
    """One point is enough."""
    shown = seen(*ALLOY, 1).spectrum
    absorbance = shown.absorbance.copy()
    absorbance[7] = np.nan
    with pytest.raises(AnalysisError, match="not finite"):
        analyse(replace(shown, absorbance=absorbance), library())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("position: 520", "position: 390", "ascend"),
        ("low: 360", "low: 410", "between low and high"),
        ("line_sd: 1.5", "line_sd: -1", "line_sd"),
        ("medium:", "median:", "median"),
    ],
)
def test_libraries_are_checked(old: str, new: str, words: str) -> None:
    """Lines that turn back, windows that miss them, signs and words."""
    text = LIBRARY.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputError) as refused:
        parse_plasmons(text.replace(old, new), "library.yaml")
    assert words in str(refused.value)
