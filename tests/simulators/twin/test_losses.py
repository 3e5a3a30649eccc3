"""Leaks, air in lines and bottles that hold less: less arrives than was moved, and the balance still closes."""

import pytest

from simulators.twin.twin import BenchTwin
from tests.simulators.twin.test_twin import fed, fill_reactor, twin

SPECIES = "SiW9"


def primed() -> BenchTwin:
    """Return the twin at 20 s, its lines from bottle to reactor full of the bottle's solution."""
    made = twin()
    fill_reactor(made, 0.3, start_s=fill_reactor(made, 0.4) - 2.0)
    return made


def arrived_ml(made: BenchTwin, t_s: float) -> float:
    volume_ml: float = made.truth(t_s)["vessels"]["reactor"]["volume_ml"]
    return volume_ml


def lost_ml(made: BenchTwin, where: str) -> float:
    volumes: dict[str, float] = made.truth(100.0)["lost"][where]["volumes_ml"]
    return sum(volumes.values())


def test_a_leaking_pump_loses_its_share_of_what_it_pushes() -> None:
    """Of half a millilitre of solution a tenth drips from the pump; what is lost is on record."""
    made = primed()
    before_ml, balance = arrived_ml(made, 20.0), fed(made.truth(20.0), SPECIES)
    made.turn("pump", "1", 20.0)
    made.displace("pump", -0.5, 20.0, 21.0)
    made.leak("pump", 0.1)
    made.turn("pump", "9", 21.0)
    made.displace("pump", 0.5, 21.0, 31.0)
    assert arrived_ml(made, 31.0) - before_ml == pytest.approx(0.45)
    assert lost_ml(made, "pump") == pytest.approx(0.05)
    assert fed(made.truth(31.0), SPECIES) == pytest.approx(balance)


def test_a_leaking_pump_sucks_air() -> None:
    """A fifth of what the plunger makes room for is air, so four fifths leave the bottle."""
    made = primed()
    made.turn("pump", "1", 20.0)
    bottle_ml = made.volume_ml("bottle")
    made.leak("pump", 0.2)
    made.displace("pump", -0.5, 20.0, 21.0)
    assert bottle_ml - made.volume_ml("bottle") == pytest.approx(0.4)
    held = made.truth(21.0)["syringes"]["pump"]
    assert sum(plug["volumes_ml"].get("gas", 0.0) for plug in held) == pytest.approx(0.1)
    assert sum(sum(plug["volumes_ml"].values()) for plug in held) == pytest.approx(0.5)


def test_a_leaking_selector_loses_what_passes_it() -> None:
    """A selector on the way leaks by itself, and its loss bears its name."""
    made = primed()
    before_ml = arrived_ml(made, 20.0)
    made.turn("pump", "1", 20.0)
    made.displace("pump", -0.5, 20.0, 21.0)
    made.leak("selector", 0.5)
    made.turn("pump", "9", 21.0)
    made.displace("pump", 0.5, 21.0, 31.0)
    assert arrived_ml(made, 31.0) - before_ml == pytest.approx(0.25)
    assert lost_ml(made, "selector") == pytest.approx(0.25)
    made.displace("pump", -0.2, 40.0, 41.0)
    assert arrived_ml(made, 41.0) - before_ml == pytest.approx(0.25 - 0.1)


def test_a_seal_that_holds_nothing_lets_nothing_arrive() -> None:
    """All of a stroke may be lost."""
    made = primed()
    before_ml = arrived_ml(made, 20.0)
    made.turn("pump", "1", 20.0)
    made.displace("pump", -0.5, 20.0, 21.0)
    made.leak("pump", 1.0)
    made.turn("pump", "9", 21.0)
    assert made.displace("pump", 0.5, 21.0, 31.0)
    assert arrived_ml(made, 31.0) == pytest.approx(before_ml)
    assert lost_ml(made, "pump") == pytest.approx(0.5)


def test_air_in_a_line_is_drawn_before_the_solution() -> None:
    """Air next to the pump comes first; what it has displaced is lost, and a line gives no more than it holds."""
    made = primed()
    balance = fed(made.truth(20.0), SPECIES)
    made.admit("pump", "1", 0.04)
    assert lost_ml(made, "pump") == pytest.approx(0.04)
    made.turn("pump", "1", 20.0)
    made.displace("pump", -0.1, 20.0, 21.0)
    held = made.truth(21.0)["syringes"]["pump"]
    assert sum(plug["volumes_ml"].get("gas", 0.0) for plug in held) == pytest.approx(0.04)
    assert fed(made.truth(21.0), SPECIES) == pytest.approx(balance)
    made.admit("pump", "1", 5.0)
    assert lost_ml(made, "pump") == pytest.approx(0.14)
    with pytest.raises(ValueError, match="no line ends at pump:7"):
        made.admit("pump", "7", 0.1)


def test_a_bottle_that_holds_less_gives_air() -> None:
    """What is missing is lost, and the plunger draws the rest and then air."""
    made = primed()
    balance = fed(made.truth(20.0), SPECIES)
    made.deplete("bottle", 0.1, 20.0)
    made.turn("pump", "1", 20.0)
    made.displace("pump", -0.5, 20.0, 21.0)
    assert made.volume_ml("bottle") == 0.0
    held = made.truth(21.0)["syringes"]["pump"]
    assert sum(plug["volumes_ml"].get("acetone", 0.0) for plug in held) == pytest.approx(0.1 + 0.1)
    assert fed(made.truth(21.0), SPECIES) == pytest.approx(balance)
    made.deplete("cell", 5.0, 21.0)
    assert made.volume_ml("cell") == pytest.approx(0.5)
