"""The description of a bench with jars says what the ledger says, and is one that the simulated bench opens."""

import json

import pytest

from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from simulators.bench import open_bench
from tests.autosynth.station.millbench import CU, RU, mill_bench


def test_a_fresh_jar_is_described() -> None:
    """Its balls are apart from its own mass, it stands on the bench, open, with nothing in it."""
    station = mill_bench()
    jar = bench_description(station, Inventory.full(station))["vessels"]["jar"]
    assert jar["capacity_ml"] == pytest.approx(5.0)
    assert jar["mixture"] == {"volumes_ml": {}, "amounts_mol": {}}
    assert "solids_mg" not in jar
    balls = {"count": 1, "mass_mg": pytest.approx(3140.0), "volume_ml": pytest.approx(0.5236, abs=1e-4)}
    assert jar["jar"] == {
        "material": "ZrO2",
        "mass_mg": pytest.approx(60000.0),
        "balls": balls,
        "at": "bench",
        "closed": False,
        "rated_kpa": pytest.approx(600.0),
    }


def test_a_charged_jar_is_described_by_substance() -> None:
    """Two lots of one substance are one; lots bear what is written on their heads."""
    station = mill_bench(("  Cu(OAc)2.H2O: {mass: 5 g", f"  more: {{mass: 1 g, species: {RU}}}\n  {CU}: {{mass: 5 g"))
    inventory = Inventory.full(station)
    for lot, mg in ((RU, 100.0), ("more", 14.7), (CU, 85.4)):
        inventory.solids.charge("jar", lot, mg, 0.1)
    inventory.solids.jars["jar"].at, inventory.solids.jars["jar"].closed = "mill", True
    described = bench_description(station, inventory)
    jar = described["vessels"]["jar"]
    assert jar["solids_mg"] == pytest.approx({RU: 114.7, CU: 85.4})
    assert (jar["jar"]["at"], jar["jar"]["closed"]) == ("mill", True)
    powder = {"substance": RU, "mass_mg": pytest.approx(1900.0), "purity_frac": pytest.approx(0.99), "lot": "RU-2611"}
    assert described["powders"][RU] == powder
    assert described["powders"]["more"]["lot"] == ""


def test_a_lot_that_was_overdrawn_is_empty() -> None:
    """The ledger may know of less than nothing; a bench cannot have that."""
    station = mill_bench()
    inventory = Inventory.full(station)
    inventory.solids.charge("jar", RU, 2100.0, 0.1)
    assert bench_description(station, inventory)["powders"][RU]["mass_mg"] == 0.0


def test_a_syringe_has_what_its_stock_has_and_the_stock_nothing() -> None:
    """The liquid is in one place only; the pump's true gain is drawn from its calibration."""
    station = mill_bench()
    inventory = Inventory.full(station)
    inventory.infuse("feed", 0.3)
    described = bench_description(station, inventory)
    assert described["vessels"]["MeOH"]["mixture"]["volumes_ml"] == {}
    options = described["devices"]["feed"]["options"]
    assert (options["gain_sd"], options["plunger_ml"]) == pytest.approx((0.005, 0.7))
    assert options["syringe"][0]["volumes_ml"] == pytest.approx({"MeOH": 0.7})


def test_devices_of_one_bus_and_folders_have_their_addresses() -> None:
    """Mill and guard share a port and serve the jar; an instrument that writes files is its own address."""
    devices = bench_description(mill_bench(), Inventory.full(mill_bench()))["devices"]
    assert devices["mill"]["address"] == devices["guard"]["address"] == "serial:/dev/ttyUSB0"
    assert devices["mill"]["vessel"] == devices["guard"]["vessel"] == "jar"
    assert devices["infrared"]["address"] == "infrared"


def test_the_bench_opens_and_weighs_the_same() -> None:
    """The simulated bench takes the description, as JSON, and has the same substances in its jar."""
    station = mill_bench()
    inventory = Inventory.full(station)
    inventory.solids.charge("jar", RU, 114.7, 0.1)
    inventory.solids.charge("jar", CU, 85.4, 0.1)
    described = json.loads(json.dumps(bench_description(station, inventory)))
    bench = open_bench({**described, "perturb": False}, 0, ())
    assert sorted(bench.addresses()) == sorted({each["address"] for each in described["devices"].values()})
    assert "jar" in bench.truth()["vessels"]
