"""A closed vessel of solids in hot solvent: how warm, what pressure, and what grows: the gate opens and shuts."""

from typing import Any

import pytest

from simulators.twin.solvothermal import Oven, Solvothermal, exposure, rate_per_s, solvothermal
from simulators.twin.substances import SUBSTANCES
from simulators.twin.twin import BenchTwin
from tests.simulators.twin.millroom import jar, room

HOUR_S = 3600.0
PRODUCT = {"Ru2(H2btc)4Cl": 114.7, "Cu(OAc)2.H2O": 85.3}
CUBIC = {"H3btc": 82.5, "Cu(OAc)2.H2O": 117.5}
BOTH = {"Ru2(H2btc)4Cl": 60.0, "H3btc": 40.0, "Cu(OAc)2.H2O": 100.0}
START_S = 100.0


def bomb(solids_mg: dict[str, float], eta: float = 20.0, **changes: Any) -> BenchTwin:
    """Return a bench whose closed jar holds so much methanol over so much solid."""
    vessels = {
        "jar": {
            "capacity_ml": 10.0,
            "mixture": {"volumes_ml": {"methanol": eta * sum(solids_mg.values()) * 1e-3}},
            "solids_mg": solids_mg,
            "jar": {"material": "PTFE", "mass_mg": 45000.0, "closed": True, "rated_kpa": 3000.0},
        }
    }
    return room(vessels=vessels, **changes, lines=[], devices={})


def oven(twin: BenchTwin, temperature_c: float = 85.0, hold_s: float = 24.0 * HOUR_S) -> float:
    """Put the jar into the oven, and return a time when it is cold again."""
    task = {"do": "oven", "vessel": "jar", "temperature_c": temperature_c, "ramp_k_min": 2.0, "time_s": hold_s}
    twin.hands.do(task, START_S)
    return START_S + hold_s + 60.0 * (temperature_c - 22.0) / 2.0 + 6.0 * HOUR_S


def elements_mol(solids_mg: dict[str, float]) -> dict[str, float]:
    """Return the amount of every element in some solids."""
    found: dict[str, float] = {}
    for name, mg in solids_mg.items():
        for element, count in SUBSTANCES[name].parts.items():
            found[element] = found.get(element, 0.0) + count * mg / SUBSTANCES[name].g_mol
    return found


def test_free_acid_and_copper_acetate_grow_the_copper_framework() -> None:
    """The gate opens: 118.7 mg of [Cu3(btc)2] of 200 mg, with 6 HOAc each, nearly all of it crystalline."""
    twin = bomb(CUBIC)
    held = jar(twin, oven(twin))
    assert held["solids_mg"]["Cu3(btc)2"] == pytest.approx(118.7, abs=0.1)
    assert held["phases"]["Cu3(btc)2"]["crystallinity"] == pytest.approx(0.95)
    acid_mol = held["solids_mg"]["HOAc"] / SUBSTANCES["HOAc"].g_mol
    assert acid_mol == pytest.approx(6.0 * held["solids_mg"]["Cu3(btc)2"] / SUBSTANCES["Cu3(btc)2"].g_mol, rel=1e-9)


@pytest.mark.parametrize("hours", [1.0, 24.0, 240.0])
def test_the_metalloligand_grows_nothing(hours: float) -> None:
    """The same oven with its inert carboxylates on ruthenium: the reactants stay, however long."""
    twin = bomb(PRODUCT)
    held = jar(twin, oven(twin, hold_s=hours * HOUR_S))
    assert held["alpha"] == 0.0
    assert held["phases"] == {}
    assert held["solids_mg"] == PRODUCT


def test_milling_does_what_the_oven_does_not() -> None:
    """It is the way, not the powder: the charge that stays as it is in the oven reacts in a mill."""
    twin = room()
    twin.shake("mill", 0.0, 30.0, 100.0, 100.0)
    assert jar(twin, 100.0 + HOUR_S)["alpha"] > 0.9


@pytest.mark.parametrize("solids_mg", [PRODUCT, CUBIC, BOTH], ids=["metalloligand", "acid", "both"])
def test_every_element_is_conserved(solids_mg: dict[str, float]) -> None:
    """Half-way and at the end mass and elements are those charged; ruthenium stays with its ligand."""
    twin = bomb(solids_mg)
    end_s = oven(twin)
    for t_s in (START_S + 3.0 * HOUR_S, end_s):
        held = jar(twin, t_s)["solids_mg"]
        assert sum(held.values()) == pytest.approx(sum(solids_mg.values()), rel=1e-9)
        assert elements_mol(held) == pytest.approx(elements_mol(solids_mg), rel=1e-9)
        assert held.get("Ru2(H2btc)4Cl") == solids_mg.get("Ru2(H2btc)4Cl")


def test_free_acid_takes_all_the_copper_beside_the_metalloligand() -> None:
    """In solution the ligand claims none of it."""
    twin = bomb(BOTH)
    held = jar(twin, oven(twin))
    assert set(held["phases"]) == {"Cu3(btc)2"}
    wanted_mg = BOTH["H3btc"] / SUBSTANCES["H3btc"].g_mol * 1.5 * SUBSTANCES["Cu(OAc)2.H2O"].g_mol
    assert held["solids_mg"]["Cu(OAc)2.H2O"] == pytest.approx(BOTH["Cu(OAc)2.H2O"] - wanted_mg, abs=0.1)


def test_looking_changes_nothing_and_two_halves_are_a_whole() -> None:
    """However often somebody looks or the clock is moved on, the same has formed."""
    once, often = bomb(CUBIC), bomb(CUBIC)
    end_s = oven(once, hold_s=2.0 * HOUR_S)
    oven(often, hold_s=2.0 * HOUR_S)
    for hour in range(1, 8):
        jar(often, START_S + 0.37 * hour * HOUR_S)
        often.solids.settle("jar", START_S + 0.37 * hour * HOUR_S)
    held = jar(once, end_s)["solids_mg"]
    assert 1.0 < held["H3btc"] < 82.5
    assert jar(often, end_s)["solids_mg"] == pytest.approx(held, rel=1e-9)


def test_a_wetted_powder_is_no_solution() -> None:
    """What milling wets is not dissolved: in the oven nothing grows of it."""
    twin = bomb(CUBIC, eta=1.0)
    assert jar(twin, oven(twin))["alpha"] == 0.0


def test_hot_and_long_is_faster_by_arrhenius() -> None:
    """The rate constant is the given one at its temperature; an hour at it exposes to 3600 times as much."""
    growth = Solvothermal()
    assert rate_per_s(growth, 85.0) == 2.0e-4
    assert rate_per_s(growth, 95.0) / 2.0e-4 == pytest.approx(2.074, abs=0.001)
    held = Oven(22.0, 85.0, 1e9, 0.0, HOUR_S, 1e-9)
    assert exposure(growth, held, 0.0, HOUR_S) == pytest.approx(0.72, rel=1e-6)


def test_methanol_presses_as_tabled_and_the_vessel_cools() -> None:
    """At 100 C methanol has 3.5 bar [lit], and the warmed air adds a quarter; six hours later it is cold."""
    twin = bomb(PRODUCT)
    cold_s = oven(twin, 100.0, HOUR_S)
    assert twin.temperature("jar", START_S + 1.5 * HOUR_S) == pytest.approx(100.0)
    air_kpa = 101.325 * (373.15 / 295.15 - 1.0)
    assert twin.pressure_kpa("jar", START_S + 1.5 * HOUR_S) == pytest.approx(352.0 + air_kpa, rel=0.03)
    assert twin.temperature("jar", cold_s) == pytest.approx(22.0, abs=0.1)
    assert twin.hands.do({"do": "unload", "vessel": "jar"}, cold_s)["temperature_c"] == pytest.approx(22.0, abs=0.1)


def test_taken_out_early_it_is_warm_and_cools_from_then() -> None:
    """The programme ends when somebody takes it out."""
    twin = bomb(CUBIC)
    oven(twin)
    early_s = START_S + HOUR_S
    assert twin.hands.do({"do": "unload", "vessel": "jar"}, early_s)["temperature_c"] == pytest.approx(85.0)
    assert twin.temperature("jar", early_s + 1800.0) == pytest.approx(22.0 + 63.0 / 2.71828, abs=0.1)


def test_liquid_is_poured_out_of_its_bottle() -> None:
    """What comes into the vessel leaves the bottle; an empty bottle gives what it has, a closed vessel takes none."""
    bottle = {"capacity_ml": 100.0, "mixture": {"volumes_ml": {"methanol": 3.0}}}
    vial = {"capacity_ml": 10.0}
    twin = room(vessels={"bottle": bottle, "vial": vial}, lines=[], devices={})
    task = {"do": "pour", "vessel": "vial", "source": "bottle", "volume_ml": 2.0}
    assert twin.hands.do(task, 1.0) == {"volume_ml": 2.0}
    assert (twin.volume_ml("vial"), twin.volume_ml("bottle")) == pytest.approx((2.0, 1.0))
    assert twin.hands.do(task, 2.0)["volume_ml"] == pytest.approx(1.0)
    assert twin.hands.do(task, 3.0)["volume_ml"] == 0.0
    twin.hands.do({"do": "close", "vessel": "vial"}, 4.0)
    with pytest.raises(ValueError, match="closed"):
        twin.hands.do(task, 5.0)


def test_an_open_vessel_does_not_go_into_the_oven() -> None:
    """Nor does one to be cooled in it, and a bench says what it does not know of growing."""
    twin = bomb(CUBIC)
    task = {"do": "oven", "vessel": "jar", "temperature_c": 20.0, "ramp_k_min": 2.0, "time_s": 60.0}
    with pytest.raises(ValueError, match="goes into an oven closed"):
        twin.hands.do(task, 1.0)
    twin.hands.do({"do": "vent", "vessel": "jar"}, 2.0)
    twin.hands.do({"do": "open", "vessel": "jar"}, 2.0)
    with pytest.raises(ValueError, match="goes into an oven closed"):
        twin.hands.do({**task, "temperature_c": 85.0}, 3.0)
    with pytest.raises(ValueError, match="no solvothermal speed"):
        solvothermal({"speed": 1.0})
    with pytest.raises(ValueError, match="above zero"):
        solvothermal({"rate_per_s": 0.0})
