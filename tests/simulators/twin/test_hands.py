"""What a person does at the bench: places, lids, pressure, heads, weighing, washing, refilling."""

from collections.abc import Mapping
from typing import Any

import pytest

from simulators.bench import SimulatedBench
from simulators.twin.twin import BenchTwin
from tests.simulators.parrot import build
from tests.simulators.twin.millroom import jar, milled, millroom, opened, room


def do(twin: BenchTwin, t_s: float = 10.0, **task: Any) -> dict[str, Any]:
    """Let a person do a task."""
    return twin.hands.do(task, t_s)


def emptied() -> BenchTwin:
    """Return a room with an open, empty jar on the doser's balance."""
    described = millroom({})
    described["vessels"]["jar"]["mixture"] = {}
    described["vessels"]["jar"]["jar"] |= {"at": "doser", "closed": False}
    return room(**described)


def test_powder_falls_into_the_jar_while_the_balance_watches() -> None:
    """The pan shows jar, balls and what has arrived; purity goes into the content, the head loses the rest."""
    twin = emptied()
    assert twin.jar_at("doser", 0.0) == "jar"
    assert twin.pan_mg("doser", 0.0) == 63140.0
    assert twin.powder_fall("doser", 100.0, 1.0, 11.0) == 100.0
    assert [twin.pan_mg("doser", t_s) for t_s in (1.0, 6.0, 11.0)] == pytest.approx([63140.0, 63190.0, 63240.0])
    do(twin, device="doser", do="head", powder="copper")
    twin.powder_fall("doser", 50.0, 20.0, 20.0)
    expected = {"Ru2(H2btc)4Cl": 100.0, "Cu(OAc)2.H2O": 49.0, "inert": 1.0}
    assert jar(twin, 20.0)["solids_mg"] == pytest.approx(expected)
    assert twin.head("doser") == {"substance": "Cu(OAc)2·H2O", "lot": "C1", "left_mg": 450.0, "powder": "copper"}


def test_an_empty_head_gives_what_it_has() -> None:
    """Less falls than asked; without a head nothing does."""
    twin = emptied()
    twin.empty_head("doser", 30.0)
    assert twin.powder_fall("doser", 100.0, 1.0, 2.0) == 30.0
    do(twin, do="head", device="doser", powder=None)
    twin.empty_head("doser", 5.0)
    assert twin.head("doser") is None
    assert twin.powder_fall("doser", 100.0, 3.0, 4.0) == 0.0


def test_powder_falls_beside_a_closed_or_missing_jar() -> None:
    """It lies on the pan and is weighed, but is not in the jar."""
    twin = emptied()
    do(twin, do="close", vessel="jar")
    twin.powder_fall("doser", 20.0, 11.0, 12.0)
    do(twin, 13.0, do="place", vessel="jar", at="bench")
    twin.powder_fall("doser", 5.0, 14.0, 15.0)
    assert twin.pan_mg("doser", 20.0) == pytest.approx(25.0)
    assert jar(twin, 20.0)["solids_mg"] == {}


def test_an_infuser_reaches_the_open_jar_without_a_valve() -> None:
    """Its port is always open; at a closed lid the liquid runs down outside."""
    twin = emptied()
    assert twin.path_open("infuser", 0.0)
    assert twin.displace("infuser", 0.08, 1.0, 9.0)
    assert twin.volume_ml("jar") == pytest.approx(0.08)
    do(twin, do="close", vessel="jar")
    twin.displace("infuser", 0.04, 11.0, 12.0)
    truth = twin.truth(20.0)
    assert truth["vessels"]["jar"]["volume_ml"] == pytest.approx(0.08)
    assert truth["spilled"]["jar"]["volumes_ml"]["methanol"] == pytest.approx(0.04)


def test_a_syringe_is_filled_anew() -> None:
    """What was in it is lost; a liquid nobody declared is refused."""
    twin = emptied()
    fresh = {"volumes_ml": {"methanol": 0.9}, "amounts_mol": {}}
    assert do(twin, do="fill", device="infuser", mixture=fresh) == {"volume_ml": 0.9}
    assert twin.truth(20.0)["lost"]["infuser"]["volumes_ml"]["methanol"] == pytest.approx(0.5)
    with pytest.raises(ValueError, match="opened without"):
        do(twin, do="fill", device="infuser", mixture={"volumes_ml": {"mercury": 0.9}})


@pytest.mark.parametrize(("by_k", "gauge_kpa"), [(0.0, 17.0), (10.0, 31.0), (20.0, 51.0), (30.0, 79.0)])
def test_methanol_presses_on_the_lid(by_k: float, gauge_kpa: float) -> None:
    """Sealed at 25 C: 17, 31, 51 and 79 kPa at 25, 35, 45 and 55 C."""
    twin = room(ambient_c=25.0)
    twin.warm("jar", by_k, 1.0)
    assert twin.temperature("jar", 2.0) == pytest.approx(25.0 + by_k)
    assert twin.pressure_kpa("jar", 2.0) == pytest.approx(gauge_kpa, abs=0.5)


def test_milling_warms_jar_and_mill() -> None:
    """In an hour friction adds 2.5 K and the mill's body a part of its 12.5; on the bench the jar cools again."""
    twin = room()
    end_s = milled(twin, 60.0)
    assert twin.temperature("jar", end_s) == pytest.approx(33.9, abs=0.1)
    do(twin, end_s, do="place", vessel="jar", at="bench")
    assert twin.temperature("jar", end_s + 1200.0) == pytest.approx(22.0 + 11.9 / 2.718, abs=0.1)
    assert twin.temperature("jar", end_s + 1e5) == pytest.approx(22.0)


def test_venting_costs_a_little_methanol_and_opening_then_costs_nothing_else() -> None:
    """What goes is booked as lost; the jar stays closed until it is opened."""
    twin = room()
    seen = do(twin, do="vent", vessel="jar")
    assert seen["gauge_kpa"] == pytest.approx(14.6, abs=0.5)
    assert twin.pressure_kpa("jar", 10.0) == pytest.approx(0.0, abs=0.1)
    lost_ml = twin.truth(10.0)["lost"]["jar"]["volumes_ml"]["methanol"]
    assert 1e-5 < lost_ml < 1e-2
    assert lost_ml == pytest.approx(seen["lost_ml"])
    assert twin.volume_ml("jar") == pytest.approx(0.12 - lost_ml)
    assert do(twin, do="open", vessel="jar")["spilled"] is False
    assert "jar" not in twin.truth(10.0)["spilled"]


def test_opening_under_pressure_throws_content_out() -> None:
    """Gas that came in presses out powder and liquid; the balance still closes."""
    twin = room()
    twin.gas("jar", 60.0, 5.0)
    assert twin.pressure_kpa("jar", 10.0) == pytest.approx(74.6, abs=0.5)
    assert do(twin, do="open", vessel="jar")["spilled"] is True
    held = jar(twin, 11.0)
    assert held["gauge_kpa"] == 0.0
    assert sum(held["spilled_mg"].values()) > 50.0
    assert sum(held["spilled_mg"].values()) + sum(held["solids_mg"].values()) == pytest.approx(200.0)


def test_aliquots_and_washing_are_booked() -> None:
    """What is in the jar, taken and spilled is what was put in."""
    twin = room()
    t_s = opened(twin, milled(twin, 30.0))
    do(twin, t_s, do="expose", device="spectrometer", vessel="jar", mass_mg=2.0, name="a", technique="infrared")
    do(twin, t_s, do="wash", vessel="jar", solvent="methanol", volume_ml=5.0, times=3)
    held = jar(twin, t_s)
    assert sum(held["solids_mg"].values()) + sum(held["taken_mg"].values()) == pytest.approx(200.0, rel=1e-9)
    assert held["volume_ml"] == 0.0
    assert held["alpha"] == pytest.approx(0.818, abs=0.002)


def test_an_exposure_is_fetched_once() -> None:
    """It waits in its instrument under its name, and is gone when it was fetched."""
    twin = room()
    t_s = opened(twin, 20.0)
    assert twin.exposure("diffractometer", t_s) is None
    do(twin, t_s, do="expose", device="diffractometer", vessel="jar", name="a1", technique="diffraction")
    found = twin.exposure("diffractometer", t_s)
    assert found is not None
    assert (found["name"], found["at_s"], found["technique"]) == ("a1", t_s, "diffraction")
    assert found["wavelength_angstrom"] == 0.45411
    assert len(found["x"]) == len(found["y"])
    assert twin.exposure("diffractometer", t_s) is None


def test_too_hot_an_oven_breaks_the_framework() -> None:
    """At 150 C order is kept, at 250 C it is halved every hour."""
    twin = room()
    t_s = opened(twin, milled(twin, 50.0))
    do(twin, t_s, do="activate", vessel="jar", temperature_c=150.0, time_s=7200.0)
    kept = jar(twin, t_s)["phases"]["Ru2Cu4(btc)4Cl"]["crystallinity"]
    assert do(twin, t_s, do="activate", vessel="jar", temperature_c=250.0, time_s=7200.0)["activated"]
    assert jar(twin, t_s)["phases"]["Ru2Cu4(btc)4Cl"]["crystallinity"] == pytest.approx(kept / 4.0)


def test_a_vial_takes_powder_too() -> None:
    """A person may weigh into any vessel; from then on truth tells its solids."""
    twin = room()
    assert do(twin, do="charge", vessel="vial", powder="copper", mass_mg=600.0) == {"mass_mg": 500.0}
    assert twin.truth(11.0)["vessels"]["vial"]["solids_mg"]["Cu(OAc)2.H2O"] == pytest.approx(490.0)
    assert "alpha" not in room().truth(1.0)["vessels"]["vial"]


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"do": "dance"}, "hands know"),
        ({}, "hands know"),
        ({"do": "place", "vessel": "jar"}, "to place one has to be told 'at'"),
        ({"do": "place", "vessel": "jar", "at": "moon"}, "cannot stand"),
        ({"do": "close", "vessel": "pot"}, "there is no vessel pot"),
        ({"do": "head", "device": "doser", "powder": "gold"}, "no head of gold"),
        ({"do": "charge", "vessel": "vial", "powder": "gold", "mass_mg": 1.0}, "no powder gold"),
        ({"do": "charge", "vessel": "jar", "powder": "copper", "mass_mg": 1.0}, "closed"),
        ({"do": "expose", "device": "x", "vessel": "vial", "name": "a", "technique": "infrared"}, "cannot be taken"),
    ],
)
def test_what_cannot_be_done_is_refused(task: Mapping[str, Any], complaint: str) -> None:
    """A ValueError says what is wrong and what there is."""
    with pytest.raises(ValueError, match=complaint):
        room().hands.do(task, 1.0)


@pytest.mark.parametrize("verb", ["open", "vent", "place"])
def test_nobody_reaches_into_a_mill_that_shakes(verb: str) -> None:
    """Not to open a jar, nor to take it away."""
    twin = room()
    twin.shake("mill", 0.0, 30.0, 1.0, 2.0)
    with pytest.raises(ValueError, match="shakes"):
        do(twin, do=verb, vessel="jar", at="bench")


def test_two_jars_cannot_stand_in_one_place() -> None:
    """The second is refused when it is placed, and when a bench is described so."""
    described = millroom()
    described["vessels"]["other"] = described["vessels"]["jar"]
    with pytest.raises(ValueError, match="jar does"):
        room(vessels=described["vessels"])
    with pytest.raises(ValueError, match="cannot have"):
        room(powders={"bad": {"substance": "H3btc", "mass_mg": -1.0}})


class Lid:
    """A parrot with a lid that a person can close."""

    def __init__(self, bird: Any) -> None:
        self._bird = bird
        self.touched: list[Mapping[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bird, name)

    def hand(self, t_s: float, task: Mapping[str, Any]) -> dict[str, Any]:
        self.touched.append({**task, "t_s": t_s})
        return {"closed": task["closed"]}


def test_the_bench_hands_a_device_what_only_it_understands() -> None:
    """A lid belongs to its device; a jar to the twin; what nobody knows is refused."""
    lids: list[Lid] = []

    def with_lid(name: str, spec: Mapping[str, Any], twin: Any, rng: Any) -> Any:
        made = build(name, spec, twin, rng)
        if name == "mill":
            lids.append(Lid(made))
            return lids[0]
        return made

    described = millroom()
    described["devices"] = {n: {**d, "model": "parrot", "options": {}} for n, d in described["devices"].items()}
    bench = SimulatedBench({**described, "lines": []}, 1, (), {"parrot": with_lid})
    assert bench.handle({"do": "lid", "device": "mill", "position": 1, "closed": True}, 5.0) == {"closed": True}
    assert lids[0].touched == [{"do": "lid", "device": "mill", "position": 1, "closed": True, "t_s": 5.0}]
    assert bench.handle({"do": "vent", "vessel": "jar"}, 6.0)["gauge_kpa"] > 10.0
    assert bench.truth()["t_s"] == 6.0
    with pytest.raises(ValueError, match="hands know"):
        bench.handle({"do": "lid", "device": "doser", "closed": True}, 7.0)
