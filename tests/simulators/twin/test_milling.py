"""Milling keeps the invariants M1 to M5 and M9, M10 of the model: mass, controls, dose, frequency, composition."""

import json
from math import log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.twin.mechanochemistry import fill_factor, liquid_factor
from simulators.twin.substances import SUBSTANCES
from tests.simulators.twin.millroom import CLOSED_S, RECIPE, after, jar, milled, millroom, opened, room

RU_MOL = 114.7e-3 / SUBSTANCES["Ru2(H2btc)4Cl"].g_mol


def minutes_to(alpha: float, hz: float, **changes: Any) -> float:
    """Return the time to a conversion by bisection, in min."""
    low, high = 0.0, 2000.0
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if after(middle, hz, **changes)["alpha"] < alpha else (low, middle)
    return high


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 90.0), st.floats(5.0, 30.0), st.floats(0.0, 1.2))
def test_mass_closes_and_acetic_acid_follows_the_conversion(minutes: float, hz: float, eta: float) -> None:
    """M1: nothing is made or lost; eight acetic acids and four waters are free for every unit formed."""
    held = after(minutes, hz, eta=eta)
    assert sum(held["solids_mg"].values()) == pytest.approx(sum(RECIPE.values()), rel=1e-9)
    formed_mol = held["alpha"] * RU_MOL
    acid_mol = held["solids_mg"].get("HOAc", 0.0) * 1e-3 / SUBSTANCES["HOAc"].g_mol
    water_mol = held["solids_mg"].get("H2O", 0.0) * 1e-3 / SUBSTANCES["H2O"].g_mol
    assert acid_mol == pytest.approx(8.0 * formed_mol, rel=2e-3, abs=1e-12)
    assert water_mol == pytest.approx(acid_mol / 2.0, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("minutes", "alpha"), [(10, 0.20), (15, 0.40), (30, 0.82), (45, 0.96), (60, 0.995)])
def test_the_default_jar_converts_as_tuned(minutes: float, alpha: float) -> None:
    """Conversion over time at 30 Hz, to the digits that are given."""
    assert after(minutes)["alpha"] == pytest.approx(alpha, abs=0.005)


def test_time_goes_with_the_inverse_cube_of_the_frequency() -> None:
    """M3: 98 % takes 50 min at 30 Hz, eight times as long at 15 Hz."""
    fast = minutes_to(0.98, 30.0)
    assert fast == pytest.approx(50.0, abs=0.1)
    assert minutes_to(0.98, 15.0) / fast == pytest.approx(8.0, rel=1e-6)
    assert minutes_to(0.98, 25.0) == pytest.approx(86.4, abs=0.3)


def test_the_exponent_is_a_parameter() -> None:
    """With freq_exp 2, half the frequency takes four times as long; 30 Hz does not change."""
    quadratic = {"milling": {"freq_exp": 2.0}}
    assert minutes_to(0.98, 30.0, **quadratic) == pytest.approx(50.0, abs=0.1)
    assert minutes_to(0.98, 15.0, **quadratic) == pytest.approx(200.0, abs=0.4)


def test_the_law_of_two_impacts_can_be_chosen() -> None:
    """By collisions 98 % is reached at the same time, without an induction time."""
    law = {"law": "collisions"}
    assert after(50.0, milling=law)["alpha"] == pytest.approx(0.98, abs=1e-3)
    assert after(2.0, milling=law)["alpha"] > 0.01 > after(2.0)["alpha"]


@pytest.mark.parametrize("eta", [0.0, 0.1, 0.6, 1.0])
@pytest.mark.parametrize("pause_s", [0.0, 300.0, 86400.0])
def test_two_halves_make_a_whole(eta: float, pause_s: float) -> None:
    """M4: dose adds up, pauses do nothing, whatever the liquid and however often somebody looks."""
    whole = after(40.0, eta=eta)
    twin = room(eta=eta)
    first_s = milled(twin, 20.0)
    jar(twin, first_s)
    twin.hands.do({"do": "place", "vessel": "jar", "at": "bench"}, first_s)
    twin.hands.do({"do": "place", "vessel": "jar", "at": "mill"}, first_s + pause_s)
    halves = jar(twin, milled(twin, 20.0, start_s=first_s + pause_s))
    assert halves["alpha"] == pytest.approx(whole["alpha"], rel=1e-6, abs=1e-12)
    assert halves["dose_j_g"] == pytest.approx(whole["dose_j_g"], rel=1e-6)
    assert halves["phases"]["Ru2Cu4(btc)4Cl"] == pytest.approx(whole["phases"]["Ru2Cu4(btc)4Cl"], rel=1e-6)


def test_looking_changes_nothing() -> None:
    """Truth and temperature asked often end where truth asked once does, to the bit."""
    often, once = room(eta=0.1), room(eta=0.1)
    for twin in (often, once):
        twin.shake("mill", 0.0, 30.0, CLOSED_S, CLOSED_S + 10.0)
    for t_s in np.linspace(CLOSED_S, CLOSED_S + 2000.0, 23):
        often.truth(float(t_s))
        often.temperature("jar", float(t_s))
    assert jar(often, 3000.0) == jar(once, 3000.0)


def test_a_ramp_gives_the_integral_of_the_cube() -> None:
    """From rest to 30 Hz in a minute gives a quarter of a minute at 30 Hz; cutting a ramp short keeps what was."""
    twin = room()
    twin.shake("mill", 0.0, 30.0, CLOSED_S, CLOSED_S + 60.0)
    steady = after(1.0)["dose_j_g"]
    assert jar(twin, CLOSED_S + 60.0)["dose_j_g"] == pytest.approx(steady / 4.0, rel=1e-9)
    assert jar(twin, CLOSED_S + 120.0)["dose_j_g"] == pytest.approx(steady * 1.25, rel=1e-9)
    cut = room()
    cut.shake("mill", 0.0, 30.0, CLOSED_S, CLOSED_S + 60.0)
    cut.shake("mill", 15.0, 0.0, CLOSED_S + 30.0, CLOSED_S + 30.0)
    assert jar(cut, CLOSED_S + 500.0)["dose_j_g"] == pytest.approx(steady / 4.0 / 16.0, rel=1e-9)


def test_nothing_is_milled_outside_a_mill_or_without_a_ball() -> None:
    """A jar on the bench does not care that the mill runs; a jar without balls is only shaken."""
    twin = room()
    twin.hands.do({"do": "place", "vessel": "jar", "at": "bench"}, 1.0)
    assert jar(twin, milled(twin, 60.0))["dose_j_g"] == 0.0
    described = millroom()
    described["vessels"]["jar"]["jar"]["balls"] = {"count": 0}
    assert after(60.0, vessels=described["vessels"])["alpha"] == 0.0


@pytest.mark.parametrize("minutes", [5.0, 20.0, 60.0, 90.0])
def test_copper_to_ruthenium_is_two_after_a_complete_wash(minutes: float) -> None:
    """M5: whatever the conversion, what does not dissolve has one Ru to two Cu, and no ruthenium is exchanged."""
    twin = room()
    end_s = opened(twin, milled(twin, minutes))
    twin.hands.do({"do": "wash", "vessel": "jar", "solvent": "methanol", "volume_ml": 5.0, "times": 200}, end_s)
    left = {name: mg for name, mg in jar(twin, end_s)["solids_mg"].items() if mg > 1e-6}
    assert set(left) == {"Ru2Cu4(btc)4Cl"}
    parts = SUBSTANCES["Ru2Cu4(btc)4Cl"].parts
    assert parts["Cu"] / parts["Ru"] == 2.0


def test_an_excess_stays_as_its_phase() -> None:
    """The limiting reagent decides: with half the copper half the ruthenium ligand is left."""
    held = after(600.0, solids_mg={"Ru2(H2btc)4Cl": 114.7, "Cu(OAc)2.H2O": 85.3 / 2.0})
    assert held["alpha"] == pytest.approx(1.0, abs=1e-6)
    assert held["solids_mg"]["Ru2(H2btc)4Cl"] == pytest.approx(114.7 / 2.0, rel=2e-3)
    assert held["solids_mg"].get("Cu(OAc)2.H2O", 0.0) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("eta", [0.0, 0.1, 1.6, 2.5])
def test_too_little_and_too_much_liquid_are_slower(eta: float) -> None:
    """M9: outside the window the same time converts less."""
    assert after(20.0, eta=eta)["alpha"] < after(20.0, eta=0.6)["alpha"]


def test_the_default_jar_is_neither_slowed_by_fill_nor_by_liquid() -> None:
    """Both factors are one in the default, and fall away from the best."""
    assert fill_factor(0.184) == pytest.approx(1.0)
    assert fill_factor(0.25) > 1.0 > fill_factor(0.5)
    assert [liquid_factor(eta) for eta in (0.0, 0.35, 1.1, 2.0)] == [0.15, 1.0, 1.0, 0.3]


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 120.0), st.floats(0.0, 2.5), st.floats(0.0, 200.0), st.floats(0.0, 200.0))
def test_no_feed_makes_anything_negative(minutes: float, eta: float, ru_mg: float, cu_mg: float) -> None:
    """M10: no mass and no liquid falls below nothing; the effective liquid is never less than what was added."""
    held = after(minutes, eta=eta, solids_mg={"Ru2(H2btc)4Cl": ru_mg, "Cu(OAc)2.H2O": cu_mg})
    assert all(mg >= 0.0 for mg in held["solids_mg"].values())
    assert held["eta_effective"] >= held["eta"] >= 0.0
    assert 0.0 <= held["alpha"] <= 1.0


def test_order_needs_liquid_and_suffers_from_too_much_milling() -> None:
    """Neat milling gives poor crystals; milling on beyond the end costs a little order."""
    product = "Ru2Cu4(btc)4Cl"
    assert after(600.0, eta=0.0)["phases"][product]["crystallinity"] < 0.31
    once, long = (after(minutes)["phases"][product]["crystallinity"] for minutes in (50.0, 200.0))
    assert once == pytest.approx(1.0, abs=1e-3)
    lost_j_g = after(200.0)["dose_j_g"] - 301.0 - log(50.0) ** (1.0 / 1.5) / 5.26e-4
    assert long == pytest.approx(np.exp(-lost_j_g / 4e4), rel=1e-6)


def test_a_seed_moves_the_rate_a_little_and_truth_says_so() -> None:
    """Perturbed benches differ by a few percent, the same seed never, and truth is plain JSON."""
    first, again, other = (after(20.0, seed=seed, perturb=True)["alpha"] for seed in (4, 4, 5))
    assert first == again != other
    assert first == pytest.approx(after(20.0)["alpha"], rel=0.25)
    truth = room(perturb=True).truth(10.0)
    assert json.loads(json.dumps(truth)) == truth
    assert truth["parameters"]["solids"]["law"]["rate_g_j"] != 5.26e-4


@pytest.mark.parametrize("milling", [{"law": "magic"}, {"freq_exp": 5.0}])
def test_unknown_ways_of_milling_are_refused(milling: dict[str, Any]) -> None:
    """A law that is not known, or an exponent outside 1 to 4."""
    with pytest.raises(ValueError, match="laws are"):
        room(milling=milling)


def test_a_mill_does_not_run_backwards() -> None:
    """Negative frequencies and times that run backwards are refused."""
    with pytest.raises(ValueError, match="no mill goes"):
        room().shake("mill", 0.0, -1.0, 1.0, 2.0)
