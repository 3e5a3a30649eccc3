from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.analysis.adsorbates import parse_adsorbates
from autosynth.analysis.sorption import analyse, bet_curves
from autosynth.analysis.sorption.langmuir import capacity
from autosynth.analysis.sorption.windows import AGREEING, windows
from autosynth.errors import AnalysisError, InputError
from tests.autosynth.analysis.sorption.rendering import bet, isotherm, langmuir, pressures

FILE = Path(__file__).parents[4] / "protocols" / "mof" / "species" / "adsorbates.yaml"
TEXT = FILE.read_text(encoding="utf-8")
LIBRARY = parse_adsorbates(TEXT)
M2_PER_MMOL = 6.02214076e20 * 0.162e-18
"""Of nitrogen, by hand."""


@settings(deadline=None, max_examples=40)
@given(st.floats(0.5, 20.0), st.floats(20.0, 2000.0))
def test_the_equation_gives_back_its_own_area(monolayer: float, c: float) -> None:
    """A pure BET isotherm has one area, whichever window is taken, and no scatter."""
    p = pressures()
    found = analyse(isotherm(p, bet(p, monolayer, c)), LIBRARY)
    assert found.quantities["bet_area"].value == pytest.approx(monolayer * M2_PER_MMOL, rel=1e-6)
    assert found.quantities["bet_area"].sd < 1e-4 * found.quantities["bet_area"].value
    assert found.best.c == pytest.approx(c, rel=1e-4)
    assert found.best.monolayer_mmol_g == pytest.approx(monolayer, rel=1e-6)


def test_windows_are_those_of_one_regression_after_another() -> None:
    """Sums by windows and a fit of each by itself agree, as do the criteria written out one by one."""
    rng, p = np.random.default_rng(1), pressures(40)
    n = langmuir(p, 12.0, 3e3) + bet(p, 2.0, 30.0) * rng.normal(1.0, 0.002, len(p))
    found = windows(p, n, 10)
    assert found.tried == sum(len(p) - size + 1 for size in range(10, len(p) + 1))
    for i in range(0, found.tried, 7):
        a, b = int(found.first[i]), int(found.last[i]) + 1
        x, y = p[a:b], p[a:b] / (n[a:b] * (1.0 - p[a:b]))
        slope, origin = np.polyfit(x - x[0], y, 1)
        zero = origin - slope * x[0]
        layer, c = 1.0 / (slope + zero), 1.0 + slope / zero
        assert found.monolayer[i] == pytest.approx(layer, rel=1e-6)
        assert found.c[i] == pytest.approx(c, rel=1e-4)
        good = c >= 2 and layer > 0 and n[a] <= layer <= n[b - 1] and bool(np.all(np.diff(n[a:b] * (1 - x)) > 0))
        if good:
            reached = np.interp(layer, n, p)
            good = bool(abs(1.0 / (1.0 + np.sqrt(c)) - reached) / reached <= AGREEING)
        assert bool(found.admissible[i]) == good, i


def test_a_microporous_isotherm_has_a_spread_over_windows() -> None:
    """Its area is the median, its uncertainty what the windows leave open, and the best one is among them."""
    p = pressures(90)
    found = analyse(isotherm(p, langmuir(p, 10.8, 2e3) + langmuir(p, 1.5, 20.0) + 2.0 * p**4), LIBRARY)
    area = found.quantities["bet_area"]
    assert found.lowest_m2_g <= area.value <= found.highest_m2_g
    assert found.lowest_m2_g <= found.best.area_m2_g <= found.highest_m2_g
    assert 0.0 < area.sd < 0.5 * (found.highest_m2_g - found.lowest_m2_g) + found.quantities["bet_area_best"].sd
    assert found.quantities["langmuir_area"].value > area.value
    assert 10 < found.admissible < found.tried


@given(st.floats(1.0, 20.0), st.floats(50.0, 5000.0))
def test_the_langmuir_line_gives_back_its_capacity(top: float, k: float) -> None:
    """A pure Langmuir isotherm has its own capacity, exactly."""
    p = pressures()
    value, sd = capacity(p, langmuir(p, top, k))
    assert value == pytest.approx(top, rel=1e-9)
    assert sd < 1e-6 * top


def test_what_has_no_area_is_refused() -> None:
    """No window, too few or too many points, an unknown gas, damaged points: each with a sentence."""
    p = pressures()
    n = bet(p, 5.0, 100.0)
    with pytest.raises(AnalysisError, match=r"none of .* windows fulfils"):
        analyse(isotherm(p, p**3), LIBRARY)
    with pytest.raises(AnalysisError, match="5 points between vacuum and saturation"):
        analyse(isotherm(p[:5], n[:5]), LIBRARY)
    with pytest.raises(AnalysisError, match="at most 1000"):
        analyse(isotherm(np.linspace(0.001, 0.9, 1001), np.linspace(1.0, 9.0, 1001)), LIBRARY)
    with pytest.raises(AnalysisError, match="'CO2' at 303 K is not in the library"):
        analyse(isotherm(p, n, "CO2", 303.0), LIBRARY)
    with pytest.raises(AnalysisError, match="at 87 K"):
        analyse(isotherm(p, n, "N2", 87.0), LIBRARY)
    with pytest.raises(AnalysisError, match="do not ascend"):
        analyse(isotherm(p[::-1], n), LIBRARY)
    with pytest.raises(AnalysisError, match="not finite"):
        analyse(isotherm(p, np.where(p > 0.5, np.nan, n)), LIBRARY)


def test_a_few_windows_are_told() -> None:
    """A coarse isotherm has an area, and a note that it hangs on few windows."""
    p = np.linspace(0.02, 0.3, 11)
    found = analyse(isotherm(p, bet(p, 5.0, 100.0)), LIBRARY)
    assert found.admissible <= 3
    assert any("only" in flag for flag in found.flags)


def test_a_blunt_knee_is_told() -> None:
    """With C of 20 the layers overlap."""
    p = pressures()
    assert any("the knee is blunt" in flag for flag in analyse(isotherm(p, bet(p, 5.0, 20.0)), LIBRARY).flags)


def test_a_gas_listed_twice_is_refused() -> None:
    """One name at one temperature has one cross-section."""
    with pytest.raises(InputError, match="listed twice"):
        parse_adsorbates(TEXT.replace("name: Ar", "name: N2").replace("87.3", "77.36"))
    assert LIBRARY.find("Nitrogen", 77.0).cross_section_nm2 == 0.162


def test_areas_are_those_of_pygaps() -> None:
    """The same line through the same points has the same area, C and monolayer."""
    peer = import_module("pygaps.characterisation.area_bet")
    lang = import_module("pygaps.characterisation.area_lang")
    p = pressures(80)
    n = langmuir(p, 10.8, 2e3) + langmuir(p, 1.5, 20.0)
    found = windows(p, n, 10)
    best = analyse(isotherm(p, n), LIBRARY).best
    theirs = peer.area_BET_raw(p, n * 1e-3, 0.162, p_limits=(best.low * (1 - 1e-9), best.high * (1 + 1e-9)))
    assert best.area_m2_g == pytest.approx(theirs[0], rel=1e-6)
    assert best.c == pytest.approx(theirs[1], rel=1e-4)
    area = lang.area_langmuir_raw(p, n * 1e-3, 0.162, p_limits=(0.05, 0.9))[0]
    assert capacity(p, n)[0] * M2_PER_MMOL == pytest.approx(area, rel=1e-6)
    assert found.tried > 0


def test_the_curve_of_a_fit_is_told_within_its_window_only() -> None:
    """The BET equation of the best window passes through its points; outside it is no number."""
    found = isotherm(pressures(), bet(pressures(), 8.0, 500.0))
    best = analyse(found, LIBRARY).best
    axis, measured, fitted, baseline, parts = bet_curves(found, best)
    inside = (axis >= best.low) & (axis <= best.high)
    assert fitted[inside] == pytest.approx(measured[inside], rel=1e-4)
    assert np.isnan(fitted[~inside]).all()
    assert not baseline.any()
    assert set(parts) == {"BET"}
