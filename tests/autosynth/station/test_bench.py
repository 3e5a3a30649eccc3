"""The bench description is plain JSON and says what the inventory says."""

import json
from pathlib import Path

import pytest

from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from autosynth.station.model import Station
from tests.autosynth.station.fake_drivers import find_fake

ROOT = Path(__file__).parents[3]


@pytest.fixture
def station() -> Station:
    return load_station(ROOT / "tests" / "stations" / "one_vessel.yaml", find_fake)


def test_fresh_bench_holds_the_stocks(station: Station) -> None:
    """A fresh bench has its stocks full, its lines filled and its pumps not initialised."""
    bench = bench_description(station, Inventory.full(station), find_fake)
    assert bench["vessels"]["SiW9"]["mixture"]["amounts_mol"] == pytest.approx({"SiW9": 5e-4, "TBAPF6": 5e-3})
    assert bench["vessels"]["argon"] == {"capacity_ml": 0.0, "gas": True}
    assert bench["lines"][0]["plugs"][0]["amounts_mol"]["SiW9"] == pytest.approx(1e-6)
    assert (bench["lines"][0]["a"], bench["lines"][0]["b"]) == ("SiW9", "pump:1")
    pump = bench["devices"]["pump"]
    assert (pump["model"], pump["address"]) == ("tecan_cavro", "serial:/dev/ttyUSB0")
    assert (pump["options"]["initialised"], pump["options"]["gain_sd"]) == (False, 0.004)
    assert bench["devices"]["hotplate"]["vessel"] == "reactor"


def test_used_bench_is_as_the_ledger_says(station: Station) -> None:
    """Where the ledger knows the valve, the pump is initialised there with what its syringe holds."""
    inventory = Inventory.full(station)
    inventory.turn("pump", "1")
    inventory.displace("pump", -0.3)
    options = bench_description(station, inventory, find_fake)["devices"]["pump"]["options"]
    assert (options["initialised"], options["port"]) == (True, 1)
    assert options["plunger_ml"] == pytest.approx(0.3)
    assert options["syringe"][0]["amounts_mol"]["SiW9"] == pytest.approx(3e-6)


def test_lines_sum_to_their_volume(station: Station) -> None:
    """After strokes the plugs of each line still make up its volume, and nothing is negative."""
    inventory = Inventory.full(station)
    for port, volume_ml in (("1", -0.3), ("9", 0.01), ("7", -0.2), ("9", 0.4), ("9", -0.2), ("8", 0.1)):
        inventory.turn("pump", port)
        inventory.displace("pump", volume_ml)
    bench = json.loads(json.dumps(bench_description(station, inventory, find_fake)))
    for line in bench["lines"]:
        assert sum(sum(plug["volumes_ml"].values()) for plug in line["plugs"]) == pytest.approx(line["volume_ml"])
        assert all(value > 0 for plug in line["plugs"] for value in plug["amounts_mol"].values())


def test_potentiostat_gets_its_cells_reference() -> None:
    """The offset of the ferrocene scale and the cell go to the simulated potentiostat."""
    station = load_station(ROOT / "protocols" / "pom" / "station.yaml", find_fake)
    devices = bench_description(station, Inventory.full(station), find_fake)["devices"]
    assert devices["potentiostat"]["options"]["reference_offset_v"] == 0.0
    assert (devices["potentiostat"]["vessel"], devices["smu"]["vessel"]) == ("cell", "cell_2")
    assert devices["selector"]["options"]["ports"] == 10
