"""Paths between a pump and vessels."""

import pytest

from autosynth.errors import InputError
from autosynth.station.model import LineSpec
from autosynth.station.plumbing import Hop, Plumbing
from tests.autosynth.station.small_bench import small_bench


def test_path_through_a_selector() -> None:
    """The reactor is reached by the pump's port 5 and the selector's port 1, over 70 µL."""
    path = Plumbing(small_bench()).path("pump", "reactor")
    assert path.hops == (Hop("pump", "5"), Hop("selector", "1"))
    assert path.lines == ("trunk", "reactor_line")
    assert path.forward == (True, True)
    assert path.dead_volume_ml == pytest.approx(0.07)


def test_path_to_a_stock_runs_against_the_line() -> None:
    """A line from a stock to the pump is followed backwards when going outwards."""
    path = Plumbing(small_bench()).path("pump", "A")
    assert path.port == "1"
    assert path.forward == (False,)


def test_unreachable_vessel_names_what_is_reached() -> None:
    """A vessel without a line is refused, with the list of those that have one."""
    with pytest.raises(InputError, match=r"reaches .*reactor"):
        Plumbing(small_bench()).path("pump", "oven")


def test_shortest_dead_volume_wins() -> None:
    """Of two ways to a vessel the one with less dead volume is taken."""
    station = small_bench()
    short = LineSpec("short", "pump:6", "reactor", 0.01, "argon")
    lines = (*station.lines, short)
    plumbing = Plumbing(type(station)(station.name, station.devices, station.vessels, lines))
    assert plumbing.path("pump", "reactor").lines == ("short",)


def test_connected_follows_the_valves() -> None:
    """The open path is the one at whose ports all its valves stand; a closed selector opens none."""
    plumbing = Plumbing(small_bench())
    cell = plumbing.connected("pump", {"pump": "5", "selector": "2"})
    assert cell is not None
    assert cell.vessel == "cell"
    assert plumbing.connected("pump", {"pump": "5", "selector": None}) is None
    assert plumbing.connected("pump", {"pump": "9", "selector": "2"}) is None


def test_a_pump_is_what_has_lines_and_no_common_port() -> None:
    """Selectors are told from pumps by their common port."""
    plumbing = Plumbing(small_bench())
    assert plumbing.pumps == ("pump",)
    assert plumbing.pump_to("A", "reactor") == "pump"
    assert plumbing.pump_to("A", "oven") is None
