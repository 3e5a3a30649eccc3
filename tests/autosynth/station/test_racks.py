"""Racks: each place is a vessel that the sampler's needle drips into, through no tube."""

from pathlib import Path

import pytest

from autosynth.errors import InputError, Problem
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station, parse_station
from autosynth.station.model import Station
from autosynth.station.plumbing import Hop, Plumbing
from autosynth.station.roles import bind
from tests.autosynth.station.fake_drivers import find_fake

NMR = Path(__file__).parents[3] / "protocols" / "pom" / "station_nmr.yaml"
RACK = "tubes: {kind: nmr_tube, sampler: carousel,"


@pytest.fixture(scope="module")
def station() -> Station:
    return load_station(NMR, find_fake)


def changed(old: str, new: str) -> list[Problem]:
    """Return the problems of the station after one change."""
    text = NMR.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputError) as caught:
        parse_station(text.replace(old, new, 1), "s.yaml", find_fake)
    return list(caught.value.problems)


def test_each_place_is_a_vessel_with_its_position(station: Station) -> None:
    """The third place of `tubes` is `tubes_3`: it knows its rack, position, sampler and spectrometer."""
    assert len(station.racks["tubes"].vessels) == 24
    third = station.vessels[station.racks["tubes"].vessels[2]]
    assert (third.name, third.rack, third.position, third.identity) == ("tubes_3", "tubes", 3, "tubes_3")
    assert (third.sampler, third.spectrometer, third.kind, third.limit_ml) == ("carousel", "spinsolve", "nmr_tube", 0.7)


def test_a_tube_is_reached_through_the_carousel(station: Station) -> None:
    """The way to a tube passes the pump's port and the carousel at the tube's own; a drop's fall adds no volume."""
    path = Plumbing(station).path("pump", "tubes_7")
    assert path.hops == (Hop("pump", "4"), Hop("carousel", "7"))
    assert path.dead_volume_ml == pytest.approx(0.06)


def test_liquid_that_leaves_the_needle_is_in_the_tube(station: Station) -> None:
    """What is dispensed and pushed clear arrives whole in the tube that stands under the needle, and in no other."""
    inventory = Inventory.full(station)
    inventory.turn("pump", "1")
    inventory.displace("pump", -0.5)
    inventory.turn("carousel", "5")
    inventory.turn("pump", "4")
    inventory.displace("pump", 0.5)
    inventory.turn("pump", "7")
    inventory.displace("pump", -0.1)
    inventory.turn("pump", "4")
    inventory.displace("pump", 0.1)
    assert inventory.volume_ml("tubes_5") == pytest.approx(0.5, abs=1e-3)
    assert inventory.amount("tubes_5", "P2W17")[0] == pytest.approx(2.5e-6, rel=2e-3)
    assert inventory.volume_ml("tubes_6") == 0.0


def test_a_role_is_played_by_a_rack(station: Station) -> None:
    """`nmr_tube_rack` is a rack of NMR tubes; a rack of something else is not there, and what is there is said."""
    bound, problems = bind({"tubes": "nmr_tube_rack"}, station, find_fake)
    assert (bound, problems) == ({"tubes": "tubes"}, ())
    _, problems = bind({"vials": "nmr_tub_rack"}, station, find_fake)
    assert "did you mean nmr_tube_rack" in problems[0].hint


def test_the_bench_knows_whose_tubes_the_spectrometer_sees(station: Station) -> None:
    """The description names the sampler at the spectrometer, and where the carousel stands once that is known."""
    inventory = Inventory.full(station)
    inventory.turn("carousel", "9")
    devices = bench_description(station, inventory, find_fake)["devices"]
    assert devices["spinsolve"]["sampler"] == "carousel"
    assert devices["carousel"]["options"]["port"] == 9


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sampler: carousel", "sampler: carousell", "there is no device 'carousell'"),
        ("sampler: carousel", "sampler: pump", "pump is no sampler"),
        ("spectrometer: spinsolve", "spectrometer: hotplate", "hotplate is no nmr"),
        ("places: 24", "places: 25", "carousel has no port '25'"),
        ("places: 24", "places: 2, identities: [A, A]", "two tubes bear the same name"),
        ("places: 24", "places: 2, identities: [A]", "1 identities for 2 places"),
        ("volume: 60 uL", "volume: 0 uL", "needle_line: a line's volume is above zero"),
    ],
)
def test_what_does_not_fit_is_told(old: str, new: str, told: str) -> None:
    """Each mistake in a rack is a located problem that says what is wrong."""
    assert any(told in problem.message and problem.mark is not None for problem in changed(old, new))
