import math
import re
from collections.abc import Mapping

import numpy as np
import pytest

from autosynth.analysis.voltammetry import Electrode, VoltammetryResult, Voltammogram, analyse
from autosynth.errors import AnalysisError, InputError
from tests.autosynth.analysis.rendering import Solute, current, pom_library, scan, solutes, triangle

LIBRARY = pom_library()
TITRATED = {"I": 0.4e-3, "IA": 1.1e-3, "IA2": 1.2e-3}


def measured(mol_l: Mapping[str, float], seed: int, extra: Solute | None = None, shift_v: float = 0.0) -> Voltammogram:
    present = solutes(LIBRARY, mol_l, shift_v) + ([extra] if extra else [])
    potential_v = triangle()
    return scan(current(present, potential_v), potential_v, np.random.default_rng(seed))


def within(result: VoltammetryResult, name: str, truth: float, sds: float = 3.0) -> bool:
    found = result.quantities[name]
    return abs(found.value - truth) <= sds * found.sd


def test_fractions_of_a_titrated_sample_are_found() -> None:
    """I, IA and IA2 come out within three standard uncertainties, each below two points."""
    result = analyse(measured(TITRATED, 1), LIBRARY, ["titration"])
    for name, amount in TITRATED.items():
        assert within(result, name, amount / sum(TITRATED.values()))
        assert result.quantities[name].sd < 0.02
    assert result.goodness.flags == ()


def test_concentrations_carry_the_uncertainty_of_area_and_diffusion() -> None:
    """A concentration is right within its uncertainty, which is at least that of the electrode's area."""
    result = analyse(measured(TITRATED, 2), LIBRARY, ["titration"])
    found = result.quantities["c_IA2"]
    assert within(result, "c_IA2", 1.2e-3)
    assert found.sd / found.value > 0.014 / 0.707


def test_confirmed_fraction_counts_manganese_electrons() -> None:
    """S1 with a tenth of its manganese still free is reported as ten elevenths, whatever the electrode's area."""
    scan_ = measured({"S1": 2.0e-3, "Mn_free": 0.8e-3}, 3)
    for area in (0.0707, 0.2):
        electrode = Electrode(area_cm2=area)
        seen = Voltammogram(scan_.t_s, scan_.potential_v, scan_.current_a, electrode=electrode)
        result = analyse(seen, LIBRARY, ["manganese"])
        assert within(result, "S1_confirmed_frac", 10 / 11)
        assert within(result, "free_Mn_frac", 1 / 11)
        assert result.quantities["free_metal_frac"] == result.quantities["free_Mn_frac"]


def test_product_is_the_furthest_candidate() -> None:
    """`product_frac` repeats the fraction of the last product among the candidates."""
    result = analyse(measured({"S1": 1.0e-3, "S2": 1.5e-3}, 4), LIBRARY, ["iron"])
    assert result.quantities["product_frac"] == result.quantities["S2"]


def test_without_candidates_the_product_is_the_furthest_detected() -> None:
    """With the whole library allowed, an absent product does not count as the one looked for."""
    result = analyse(measured({"S1": 1.0e-3, "S2": 1.5e-3}, 4), LIBRARY)
    assert result.quantities["product_frac"] == result.quantities["S2"]


def test_absent_species_is_reported_as_an_upper_bound() -> None:
    """What is not there has a one-sided limit near the detection limit, and no negative value."""
    found = analyse(measured({"S1": 2.5e-3}, 5), LIBRARY, ["manganese"]).quantities["free_Mn_frac"]
    assert found.value >= 0.0
    assert found.upper_bound is not None
    assert 0.0 < found.upper_bound < 0.03


def test_unknown_wave_is_reported_and_not_absorbed() -> None:
    """A wave of no candidate is flagged at its potential and leaves the fractions right."""
    strange = Solute([-0.15], 0.5e-3, 7.0e-6)
    result = analyse(measured({"S2": 2.0e-3, "S1": 0.5e-3}, 6, strange), LIBRARY, ["iron"])
    assert len(result.goodness.flags) == 1
    assert re.fullmatch(r"a wave near -0\.1[456] V belongs to no candidate", result.goodness.flags[0])
    assert within(result, "S1", 0.2)
    assert result.quantities["unknown_frac"].value == pytest.approx(0.5 / 12.5, abs=0.015)


def test_shift_of_the_reference_is_found() -> None:
    """All potentials 6 mV off come out as 6 mV more, within their uncertainty."""
    result = analyse(measured({"S1": 2.5e-3}, 7, shift_v=0.006), LIBRARY, ["manganese"])
    assert within(result, "E_half_S1_1", -0.244)
    assert result.quantities["E_half_S1_1"].sd < 0.001


def test_peaks_follow_randles_and_sevcik() -> None:
    """A single wave without resistance has the textbook peak current and a separation near 57 mV."""
    potential_v = triangle(vertex_v=-0.9)
    clean = current([Solute([-0.45], 1e-3, 1.1e-5)], potential_v, ru_ohm=0.0, cdl_f=0.0)
    electrode = Electrode(resistance_ohm=1e-3, resistance_sd_ohm=1e-3)
    t_s = np.arange(len(clean)) / 50.0
    noise = np.random.default_rng(0).normal(0.0, 1e-8, len(clean))
    seen = Voltammogram(t_s, potential_v, clean + noise, electrode=electrode)
    result = analyse(seen, LIBRARY, ["Mn_free"])
    randles = 0.44629 * 96485.33 * 0.0707 * 1e-6 * np.sqrt(96485.33 / (8.314463 * 298.15) * 0.1 * 1.1e-5)
    assert -randles == pytest.approx(result.quantities["ip_c"].value, rel=0.005)
    assert result.quantities["dEp"].value == pytest.approx(0.0575, abs=0.0025)


def test_current_grows_with_the_root_of_the_rate() -> None:
    """At four times the scan rate the same concentration is found from twice the current."""
    found = []
    for rate in (0.05, 0.2):
        potential_v = triangle()
        clean = current(solutes(LIBRARY, {"S1": 2e-3}), potential_v, rate_v_s=rate)
        seen = scan(clean, potential_v, np.random.default_rng(1), rate)
        found.append(analyse(seen, LIBRARY, ["manganese"]).quantities["c_S1"].value)
    assert found[0] == pytest.approx(found[1], rel=0.01)
    assert pytest.approx(found[0], rel=0.01) == 2e-3


def test_repeated_scans_sharpen_the_result() -> None:
    """Four scans of one sample give about half the standard uncertainty of one."""
    scans = [measured(TITRATED, seed) for seed in range(4)]
    one, four = analyse(scans[0], LIBRARY, ["titration"]), analyse(scans, LIBRARY, ["titration"])
    assert four.goodness.scans == 4
    assert four.quantities["IA"].sd < 0.75 * one.quantities["IA"].sd


def test_scans_over_different_grids_are_fitted_together() -> None:
    """A scan with another step joins the fit with its own baseline."""
    potential_v = triangle(step_v=0.0025)
    other = scan(current(solutes(LIBRARY, TITRATED), potential_v), potential_v, np.random.default_rng(9))
    result = analyse([measured(TITRATED, 8), other], LIBRARY, ["titration"])
    assert len(result.curves) == 2
    assert within(result, "IA2", 1.2 / 2.7)


def test_common_systematics_cancel_in_a_change() -> None:
    """The change of IA2 between two samples is right, and surer than either fraction."""
    later = {"I": 0.35e-3, "IA": 1.05e-3, "IA2": 1.3e-3}
    first = analyse([measured(TITRATED, s, shift_v=0.004) for s in range(4)], LIBRARY, ["titration"])
    second = analyse([measured(later, s, shift_v=0.004) for s in range(4, 8)], LIBRARY, ["titration"], first.state)
    change = second.quantities["change IA2"]
    assert abs(change.value - 0.1 / 2.7) < 3 * change.sd
    assert change.sd < 0.8 * second.quantities["IA2"].sd


def test_the_change_of_another_product_is_unknown() -> None:
    """Where the product looked for has changed, `change product_frac` is no number; a named species' change is one."""
    first = analyse(measured({"S1": 2.0e-3, "S2": 0.3e-3}, 1), LIBRARY, ["manganese"])
    second = analyse(measured({"S1": 0.5e-3, "S2": 2.0e-3}, 2), LIBRARY, ["iron"], first.state)
    third = analyse(measured({"S1": 0.3e-3, "S2": 2.2e-3}, 3), LIBRARY, ["iron"], second.state)
    assert math.isnan(second.quantities["change product_frac"].value)
    assert math.isnan(second.quantities["change free_metal_frac"].value)
    assert third.quantities["change product_frac"] == third.quantities["change S2"]
    assert math.isfinite(third.quantities["change free_metal_frac"].value)


def test_state_is_not_changed_in_place() -> None:
    """Analysing twice from the same state gives the same result: states are values."""
    state = analyse(measured(TITRATED, 1), LIBRARY, ["titration"]).state
    results = [analyse(measured(TITRATED, 2), LIBRARY, ["titration"], state).quantities for _ in range(2)]
    assert results[0] == results[1]
    assert state.samples == 1


def test_curves_add_up_to_the_measurement() -> None:
    """Components, baseline and residual of the drawing sum to the measured current."""
    result = analyse(measured(TITRATED, 1), LIBRARY, ["titration"])
    curves = result.curves[0]
    total = sum(curves.components.values()) + curves.baseline_a + curves.residual_a
    assert curves.measured_a == pytest.approx(np.asarray(total), abs=0.3 * result.goodness.noise_a)


def test_half_a_scan_can_be_analysed() -> None:
    """The forward sweep alone gives the fractions, less surely, and no anodic peak."""
    whole = measured(TITRATED, 1)
    half = Voltammogram(whole.t_s[:776], whole.potential_v[:776], whole.current_a[:776])
    result = analyse(half, LIBRARY, ["titration"])
    assert within(result, "IA2", 1.2 / 2.7)
    assert "ip_a" not in result.quantities


def test_lost_points_are_bridged() -> None:
    """Three lost points, and one whose range overflowed, change nothing much."""
    whole = measured(TITRATED, 1)
    kept = ~np.isin(np.arange(len(whole.t_s)), (300, 700, 701))
    current_a = whole.current_a.copy()
    current_a[500] = np.nan
    gappy = Voltammogram(whole.t_s[kept], whole.potential_v[kept], current_a[kept])
    assert within(analyse(gappy, LIBRARY, ["titration"]), "IA2", 1.2 / 2.7)


def test_slow_electron_transfer_is_flagged() -> None:
    """A wave drawn out by slow kinetics is not passed off as a good fit."""
    seen = measured({"S1": 2.5e-3}, 1)
    stretched = np.interp(np.arange(len(seen.t_s)) - 12.0, np.arange(len(seen.t_s)), seen.current_a)
    result = analyse(Voltammogram(seen.t_s, seen.potential_v, stretched), LIBRARY, ["manganese"])
    assert len(result.goodness.flags) > 0
    assert result.goodness.inflation > 2.0


def test_nothing_to_fit_is_refused() -> None:
    """No scan, a scan beside all waves, and an unknown candidate are refused in words."""
    seen = measured({"S1": 2.5e-3}, 1)
    with pytest.raises(AnalysisError, match="no voltammogram"):
        analyse([], LIBRARY)
    with pytest.raises(AnalysisError, match="none of the candidates has a wave"):
        analyse(Voltammogram(seen.t_s, seen.potential_v + 9.0, seen.current_a), LIBRARY)
    with pytest.raises(InputError, match="cobalt"):
        analyse(seen, LIBRARY, ["cobalt"])


@pytest.mark.parametrize(
    ("t_s", "potential_v", "complaint"),
    [
        (np.arange(9.0), np.zeros(9), "too short"),
        (np.zeros(99), np.zeros(99), "do not increase"),
        (np.arange(99.0), np.full(99, np.nan), "not numbers"),
        (np.arange(99.0), np.zeros(98), "differ in length"),
    ],
)
def test_impossible_scans_are_refused(t_s: np.ndarray, potential_v: np.ndarray, complaint: str) -> None:
    """A scan must be long enough, of equal columns, finite and forward in time."""
    with pytest.raises(AnalysisError, match=complaint):
        Voltammogram(t_s, potential_v, np.zeros(len(t_s)))
