"""The ledger of solids: masses move and keep their uncertainty, and everything survives being written down."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import InputError, StateError
from autosynth.station.foundsolid import correct_solid, empty_jar
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_from_json, inventory_to_json
from autosynth.station.mixture import Mixture
from autosynth.station.model import Station
from autosynth.station.solids import BENCH, Jar, Mass, Solids
from tests.autosynth.station.millbench import CU, RU, mill_bench

approx: Any = pytest.approx
MASSES = st.floats(0.0, 1e5, allow_nan=False)
WEIGHED = st.builds(Mass, MASSES, MASSES)
JARS = st.builds(
    Jar,
    at=st.sampled_from([BENCH, "mill", "balance"]),
    closed=st.booleans(),
    vented=st.booleans(),
    milled_s=MASSES,
    solids=st.dictionaries(st.sampled_from([RU, CU]), WEIGHED),
)
SOLIDS = st.builds(
    Solids, st.dictionaries(st.just("jar"), JARS), st.dictionaries(st.sampled_from([RU, CU]), WEIGHED, max_size=2)
)


@pytest.fixture(scope="module")
def station() -> Station:
    return mill_bench()


def test_a_fresh_station_has_its_powders_and_empty_jars(station: Station) -> None:
    """Jars are open, on the bench and not milled."""
    solids = Solids.full(station)
    assert {name: solids.powders[name] for name in (RU, CU)} == {RU: Mass(2000.0), CU: Mass(5000.0)}
    assert solids.powders.keys() == station.powders.keys()
    assert solids.jars == {"jar": Jar(BENCH, closed=False, vented=True, milled_s=0.0, solids={})}


def test_charging_moves_mass_and_adds_uncertainties_in_quadrature(station: Station) -> None:
    """Two doses of 0.3 and 0.4 mg uncertainty are known to 0.5 mg together; the lot has as much less."""
    solids = Solids.full(station)
    solids.charge("jar", RU, 100.0, 0.3)
    solids.charge("jar", RU, 50.0, 0.4)
    solids.charge("jar", CU, 80.0, 1.2)
    jar = solids.jars["jar"]
    assert (jar.solid_mg, jar.solid_sd_mg) == approx((230.0, 1.3))
    assert (jar.solids[RU].mg, jar.solids[RU].sd_mg) == approx((150.0, 0.5))
    assert (solids.powders[RU].mg, solids.powders[RU].sd_mg) == approx((1850.0, 0.5))


def test_more_than_the_lot_had_is_booked_all_the_same(station: Station) -> None:
    """The ledger refuses nothing that has happened: the lot was larger than anybody knew."""
    solids = Solids.full(station)
    solids.charge("jar", RU, 2100.0, 0.1)
    assert solids.powders[RU].mg == approx(-100.0)


def test_an_empty_jar_begins_to_count_anew(station: Station) -> None:
    """What comes into an empty jar has not been milled; what comes to something milled does not undo that."""
    solids = Solids.full(station)
    jar = solids.jars["jar"]
    jar.milled_s = 600.0
    solids.charge("jar", RU, 10.0, 0.1)
    assert jar.milled_s == 0.0
    jar.milled_s = 60.0
    solids.charge("jar", CU, 10.0, 0.1)
    assert jar.milled_s == 60.0


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.floats(-1.0, 3e4))
def test_an_aliquot_takes_the_mixture_as_it_is(ru_mg: float, cu_mg: float, taken_mg: float) -> None:
    """Proportions stay, nothing becomes negative, and no more is taken than there is."""
    jar = Jar(solids={RU: Mass(ru_mg, 4.0), CU: Mass(cu_mg, 1.0)})
    jar.take(taken_mg)
    assert jar.solid_mg == approx(max(ru_mg + cu_mg - max(taken_mg, 0.0), 0.0), abs=1e-6)
    assert jar.solids[RU].mg * cu_mg == approx(jar.solids[CU].mg * ru_mg, abs=1e-3)
    assert 0.0 <= jar.solids[RU].var_mg2 <= 4.0


def test_nothing_is_taken_out_of_an_empty_jar() -> None:
    """There is no division by what is not there."""
    jar = Jar()
    jar.take(5.0)
    assert jar == Jar()


@given(SOLIDS)
def test_solids_survive_being_written_down(solids: Solids) -> None:
    """JSON gives the same again, bit for bit, and a copy is its own."""
    assert Solids.from_json(json.loads(json.dumps(solids.to_json()))) == solids
    twin = solids.copy()
    for jar in twin.jars.values():
        jar.solids[RU] = Mass(1e6)
        jar.closed = not jar.closed
    assert twin.jars == {} or twin != solids


@given(JARS)
def test_an_inventory_keeps_its_jars_in_json_and_in_copies(jar: Jar) -> None:
    """What is written is read again, on a station that has the jar."""
    station = mill_bench()
    inventory = Inventory.full(station)
    inventory.solids.jars["jar"] = jar
    inventory.solids.powders[CU] = Mass(12.5, 0.25)
    read = inventory_from_json(json.loads(json.dumps(inventory_to_json(inventory))), station)
    assert read.solids == inventory.solids == inventory.copy().solids
    assert inventory.copy().solids.jars["jar"] is not jar


def test_a_ledger_of_before_jars_is_read(station: Station) -> None:
    """Without solids they are as the station declares them."""
    data = inventory_to_json(Inventory.full(station))
    del data["solids"]
    assert inventory_from_json(data, station).solids == Solids.full(station)


def test_a_jar_with_solids_may_not_vanish(station: Station) -> None:
    """A station that has lost a jar which held something is refused; one that has lost an empty one is not."""
    without = mill_bench(("  jar:\n    kind: jar", "  pot:\n    kind: jar"), ("to: jar, volume", "to: pot, volume"))
    inventory = Inventory.full(station)
    assert inventory_from_json(inventory_to_json(inventory), without).solids.jars == {"pot": Jar()}
    inventory.solids.charge("jar", RU, 10.0, 0.1)
    with pytest.raises(InputError) as caught:
        inventory_from_json(inventory_to_json(inventory), without)
    assert "the ledger has solids in jar 'jar'" in caught.value.problems[0].message


def test_a_jar_that_was_emptied_has_no_solids(station: Station) -> None:
    """What a person finds of its liquid leaves its solids alone; emptied, it stands on the bench, open."""
    inventory = Inventory.full(station)
    inventory.solids.charge("jar", RU, 100.0, 0.1)
    inventory.solids.jars["jar"].at = "mill"
    inventory.set_content("jar", Mixture({"MeOH": 0.1}))
    assert inventory.solids.jars["jar"].solid_mg == 100.0
    inventory.set_content("jar", Mixture())
    assert inventory.solids.jars["jar"].solid_mg == 100.0
    empty_jar(inventory, "jar")
    assert inventory.solids.jars["jar"] == Jar()


def test_a_dry_jar_is_corrected_with_what_is_in_it(station: Station) -> None:
    """Half of the mass is half of each amount."""
    inventory = Inventory.full(station)
    inventory.solids.charge("jar", RU, 500.0, 0.1)
    inventory.put("jar", Mixture({}, {"Ru2": 1e-3}))
    correct_solid(station, inventory, "jar", 250.0)
    assert inventory.solids.jars["jar"].solid_mg == pytest.approx(250.0)
    assert inventory.amount("jar", "Ru2")[0] == pytest.approx(5e-4)


def test_a_syringe_pushes_through_its_line(station: Station) -> None:
    """What leaves the syringe arrives: 0.1 mL, uncertain by 1 % and 1 µL, and the line stays full."""
    inventory = Inventory.full(station)
    moved = inventory.infuse("feed", 0.1, 0.001, 0.01)
    assert (moved.vessel, moved.volume_ml, moved.shortfall_ml) == ("jar", 0.1, 0.0)
    assert moved.entered.volumes_ml == approx({"MeOH": 0.1})
    assert (inventory.volume_ml("jar"), inventory.volume_ml("MeOH")) == approx((0.1, 0.9))
    assert inventory.content("jar").liquid_sd_ml == approx(math.hypot(0.001, 0.001), rel=1e-6)
    assert sum(plug.volume_ml for plug in inventory.line("feed_line")) == approx(0.02)
    assert inventory.strokes == 1


def test_pushes_of_one_pump_share_its_gain(station: Station) -> None:
    """Four pushes of 50 µL: random errors add in quadrature, the gain's in full."""
    inventory = Inventory.full(station)
    for _ in range(4):
        inventory.infuse("feed", 0.05, 0.001, 0.01)
    assert inventory.content("jar").liquid_sd_ml == approx(math.hypot(0.002, 0.002), rel=1e-6)


def test_an_empty_syringe_pushes_what_it_has(station: Station) -> None:
    """The rest of a stroke for which there was no liquid is told, and gas arrives in its stead later."""
    inventory = Inventory.full(station)
    inventory.infuse("feed", 0.95)
    moved = inventory.infuse("feed", 0.2)
    assert moved.shortfall_ml == approx(0.15)
    assert inventory.volume_ml("MeOH") == 0.0
    last = inventory.infuse("feed", 0.05)
    assert last.shortfall_ml == approx(0.05)
    assert inventory.volume_ml("jar") == approx(1.02, abs=1e-6)  # stock and line, all of it
    assert inventory.content("jar").volumes_ml.keys() == {"MeOH"}


def test_a_syringe_without_a_stock_moves_nothing(station: Station) -> None:
    """Whoever pushes with a pump that has none is told so."""
    with pytest.raises(StateError, match="balance has no stock in its syringe"):
        Inventory.full(station).infuse("balance", 0.1)


@given(st.lists(st.floats(0.001, 0.3), max_size=8))
def test_liquid_is_only_moved(strokes: list[float]) -> None:
    """Whatever is pushed, methanol in syringe, line and jar sums to what there was."""
    inventory = Inventory.full(mill_bench())
    for volume_ml in strokes:
        inventory.infuse("feed", volume_ml, 0.0003, 0.005)
    line = sum(plug.volumes_ml.get("MeOH", 0.0) for plug in inventory.line("feed_line"))
    assert inventory.volume_ml("MeOH") + line + inventory.volume_ml("jar") == approx(1.02, abs=1e-6)


@given(st.lists(st.floats(0.001, 0.3), max_size=5))
def test_pushing_goes_on_after_being_written_down(strokes: list[float]) -> None:
    """A ledger read again gives the same numbers as one that was never written."""
    station = mill_bench()
    inventory = Inventory.full(station)
    inventory.infuse("feed", 0.05, 0.001, 0.01)
    read = inventory_from_json(json.loads(json.dumps(inventory_to_json(inventory))), station)
    for volume_ml in strokes:
        inventory.infuse("feed", volume_ml, 0.001, 0.01)
        read.infuse("feed", volume_ml, 0.001, 0.01)
    assert inventory_to_json(read) == inventory_to_json(inventory)
