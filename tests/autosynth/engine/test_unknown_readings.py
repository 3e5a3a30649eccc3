"""What no sensor can say trips the rules that need it: overflows, defects, sensors that have not been read yet."""

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from autosynth.clock import VirtualClock, run_virtual
from autosynth.contracts.potentiostat import Point
from autosynth.engine.interlocks import Interlocks
from autosynth.engine.machine import RunState
from autosynth.engine.readings import Readings
from autosynth.plan.live import Present, broken
from autosynth.plan.rulebook import Rule
from drivers.palmsens_emstat_pico.output import ScriptOutput
from tests.autosynth.engine.bench_run import BRANCHED, HEADS, ONE_VESSEL, Lab, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal
from tests.autosynth.engine.test_interlocks import (
    DOSE,
    HOT,
    ONE_RULE,
    SCAN,
    WAIT,
    Nowhere,
    Streaming,
    book,
    heating,
    reads,
    too_hot,
    tripped,
)
from tests.faults.stages import POTS, SAID, SWEPT

NAN = float("nan")
POT = "needs: {pot: swept_pot}\nreagents: {water: {}, hydride: {species: NaBH4}}"
BELOW_40 = ("not holds in ('tungstate') or holds in ('tungstate')", "vessel_temperature <= 40 °C")
STIR = "- stir: {vessel: reactor, speed: 300 rpm}\n"
OF_BOTH = "holds: plan, vessel_temperature: sensor"


@pytest.mark.parametrize(
    ("points", "known"),
    [
        ([Point(0.0, 0.0, 1e-4), Point(0.1, 0.0, -2e-4)], 2e-4),
        ([Point(0.0, 0.0, 1e-4), Point(0.1, 0.0, NAN), Point(0.2, 0.0, 1e-4)], None),
        ([Point(0.0, 0.0, NAN, overload=True)], None),
        ([Point(0.0, 0.0, 1e-3, overload=True), Point(0.1, 0.0, 1e-4)], None),
        ([Point(0.0, 0.0, float("inf"))], None),
    ],
    ids=["numbers", "one is none", "overflow", "clipped", "infinite"],
)
def test_a_current_is_known_only_when_every_late_point_says_one(points: list[Point], known: float | None) -> None:
    """A point beyond the range may have been any current; when it is no longer late, the next ones count again."""

    async def main() -> list[float | bool | None]:
        clock = VirtualClock(asyncio.get_running_loop())
        potentiostat, readings = Streaming([]), Readings(clock, Nowhere())
        readings.listen({"cell": potentiostat})
        assert potentiostat.on_point is not None
        found: list[float | bool | None] = [readings.streams("cell", 5.0)]
        for point in points:
            potentiostat.on_point(point)
        found += [readings.streams("cell", 5.0), readings.current_a("cell", 5.0)]
        await clock.sleep(3.0)
        potentiostat.on_point(Point(3.0, 0.0, 1e-5))
        return [*found, readings.current_a("cell", 5.0)]

    assert run_virtual(main()) == [False, True, known, 1e-5]


def test_a_reading_that_is_no_number_is_unknown_and_yet_heard() -> None:
    """Nothing is awaited of a sensor that has spoken."""

    async def main() -> tuple[float | None, bool, bool]:
        readings = Readings(VirtualClock(asyncio.get_running_loop()), Nowhere())
        readings.add("pot.temperature_c", 0.0, NAN)
        heard = readings.heard("pot", "temperature_c", 10.0)
        return readings.last("pot", "temperature_c", 10.0), heard, readings.heard("pot", "vent_open", 10.0)

    assert run_virtual(main()) == (None, True, False)


@pytest.mark.parametrize(("current_a", "overload"), [(NAN, False), (1e-6, True)], ids=["no number", "clipped"])
def test_a_current_beyond_the_range_switches_the_cell_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, current_a: float, overload: bool
) -> None:
    """From the first point on: within two seconds the cell is off, by the rule and not by a defect."""
    news = ScriptOutput.news

    def beyond(self: ScriptOutput) -> list[Point]:
        return [replace(each, current_a=current_a, overload=overload) for each in news(self)]

    monkeypatch.setattr(ScriptOutput, "news", beyond)
    lab = prepare(
        tmp_path, "- add: {reagent: SiW9, to: cell, volume: 0.5 mL, rate: 5 mL/min}\n" + SCAN, station=BRANCHED
    )
    assert lab.run().state is RunState.HELD
    assert tripped(lab) == [("CV-I", "cell")]
    assert lab.of_kind("fault") == []
    begun = next(event for event in lab.events if stroke_begins("potentiostat", "scan")(event))
    off = next(event for event in lab.of_kind("untrusted") if event.payload["device"] == "potentiostat")
    assert off.t_s - begun.t_s < 5.0


def test_a_rule_that_cannot_be_judged_trips_and_the_others_act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect is recorded once, with its message; the other rule still switches the heater off in time."""
    rules = book(
        "hold", "not heated or heated", "vessel_temperature <= 40 °C", "heated: plan, vessel_temperature: sensor"
    )
    text = ONE_RULE.replace("id: TEST", "id: OTHER").replace("WHEN", BELOW_40[0]).replace("CHECK", BELOW_40[1])
    rules.read_rules(text.replace("FACTS", OF_BOTH).replace("ACTION", "heater_off"), "other.yaml")
    lab = prepare(tmp_path, HOT + WAIT)

    def defective(rule: Rule, scope: Present, attested: frozenset[str]) -> str:
        if rule.id == "TEST" and lab.open is not None and lab.open.clock.now() > 1500.0:
            raise ZeroDivisionError("by nothing")
        return broken(rule, scope, attested)

    monkeypatch.setattr("autosynth.engine.interlocks.broken", defective)
    reads(lab, monkeypatch, too_hot(1550.0, 9e9))
    assert lab.run(Order("restart", 1700.0), rules=rules, patience_s=1800.0).state is RunState.HELD
    assert tripped(lab) == [("TEST", "reactor"), ("OTHER", "reactor")]
    assert [event.payload["message"] for event in lab.of_kind("fault")] == ["by nothing"]
    off = next(event for event in lab.of_kind("untrusted") if event.payload["device"] == "hotplate")
    assert 1550.0 < off.t_s < 1553.0
    assert "it cannot be judged: ZeroDivisionError: by nothing" in lab.replies[0]


def unread(monkeypatch: pytest.MonkeyPatch, channel: str, until_s: float) -> None:
    """Let nothing be read of a channel before a time, and no error be felt."""
    add = Readings.add

    def later(self: Readings, name: str, t_s: float, value: float) -> None:
        if name != channel or t_s >= until_s:
            add(self, name, t_s, value)

    monkeypatch.setattr(Readings, "add", later)


@pytest.mark.parametrize(("from_s", "state"), [(6.0, RunState.COMPLETE), (9e9, RunState.HELD)], ids=["late", "never"])
def test_a_stroke_waits_for_the_sensor_that_its_rule_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, from_s: float, state: RunState
) -> None:
    """What nobody has read yet is not taken for granted: not in a run's first seconds, either."""
    lab = prepare(tmp_path, STIR + DOSE)
    unread(monkeypatch, "reactor.temperature_c", from_s)
    assert lab.run(rules=book("stop_dosing", *BELOW_40, OF_BOTH)).state is state
    begun = [event.t_s for event in lab.events if stroke_begins("hotplate", "set_speed")(event)]
    assert tripped(lab) == ([] if begun else [("TEST", "reactor")])
    if state is RunState.COMPLETE:
        assert from_s <= begun[0] < from_s + 2.0
    else:
        assert begun == []


def test_a_hold_does_not_wait_for_a_sensor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stroke that waits for its rule is none in flight."""
    lab = prepare(tmp_path, STIR)
    unread(monkeypatch, "reactor.temperature_c", 9e9)
    lab.run(Order("hold", 2.0), rules=book("stop_dosing", *BELOW_40, OF_BOTH), patience_s=30.0)
    held = next(event.t_s for event in lab.events if event_of("state", to="HELD")(event))
    assert 2.0 <= held < 4.0


def pots(tmp_path: Path, steps: str, *faults: str) -> Lab:
    """Return a run with borohydride under a sweep, whose vent a guard watches."""
    lab = prepare(tmp_path, steps, station=POTS / "station.yaml", head=POT, acknowledgements=SAID, faults=faults)
    lab.plan.require_accepted()
    return lab


def test_a_recovery_doses_no_hydride_before_the_vent_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard falls silent after it has been connected: the dose that the dead host began is not gone on with."""
    lives = mortal(pots(tmp_path, SWEPT.replace("0.5 mL, rate: 0.5 mL/min", "0.9 mL, rate: 0.5 mL/min")))
    doses = stroke_begins("hydride_pump", phase="dispense")
    assert lives.live(death=Death(doses, delay_s=1.0, keep_all=True))
    unread(monkeypatch, "pot.vent_open", 9e9)
    lives.lab.events.clear()
    lives.recover(25.0)
    assert lives.end.state is RunState.HELD
    assert [event for event in lives.lab.events if doses(event)] == []
    assert tripped(lives.lab) == [("H2-VENT", "pot")]


@pytest.mark.parametrize("device", ["guard", "sweep"])
def test_a_restart_connects_what_tells_a_fact_and_then_it_is_read(tmp_path: Path, device: str) -> None:
    """A lost port of any sensor stands against no restart: nothing else would ever open it again."""
    lab = pots(tmp_path, SWEPT.replace("wait: {for: 20 s", "wait: {for: 10 min"), f"{device}:unplug@t=300,for=60")
    lab.run(Order("restart", 400.0), patience_s=900.0)
    assert lab.replies == ["RESTARTING"]
    assert lab.states[-2:] == ["RUNNING", "COMPLETE"]


def test_a_lost_plate_excuses_what_it_tells_and_nothing_else(tmp_path: Path) -> None:
    """A rule about what is in the vessel stands against a restart, whatever is unplugged."""
    rule = book(
        "hold", "not stored and holds in ('tungstate')", "not holds in ('tungstate')", "stored: plan, holds: plan"
    )
    lab = prepare(tmp_path, DOSE + WAIT, faults=["hotplate:unplug@t=100,for=400"])
    lab.run(Order("restart", 200.0), rules=rule, patience_s=260.0)
    assert "HELD while this stands: TEST: reactor" in lab.replies[0]


def test_a_rule_acts_again_while_its_condition_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heater is told again every ten seconds as long as the vessel is too hot; the trip is recorded once."""
    lab = prepare(tmp_path, HOT + WAIT)
    reads(lab, monkeypatch, too_hot(1500.0, 1535.0))
    cold: list[frozenset[str]] = []
    for at_s in (1499.0, 1530.0, 1560.0, 1575.0):
        lab.at(at_s, lambda _: cold.append(lab.session.interlocks.kept_cold))
    lab.run(Order("restart", 1570.0), rules=book("heater_off", *BELOW_40, OF_BOTH), patience_s=1580.0)
    told = [event.t_s for event in lab.of_kind("untrusted") if event.payload["device"] == "hotplate"]
    assert len(told) == 4
    assert all(10.0 <= later - earlier < 12.0 for earlier, later in pairwise(told))
    assert tripped(lab) == [("TEST", "reactor")]
    assert cold == [frozenset(), {"reactor"}, {"reactor"}, frozenset()]


def test_a_device_that_does_not_hear_keeps_no_rule_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a silent plate is told to stop, again and again, every rule is judged each second; told of once."""
    lab, look, looks = prepare(tmp_path, STIR + WAIT, faults=["hotplate:silent@t=100"]), Interlocks.look, list[float]()

    def timed(self: Interlocks) -> None:
        assert lab.open is not None
        looks.append(lab.open.clock.now())
        look(self)

    monkeypatch.setattr(Interlocks, "look", timed)
    lab.run(stay=True, rules=book("heater_off", *BELOW_40, OF_BOTH), patience_s=300.0)
    assert tripped(lab) == [("TEST", "reactor")]
    assert looks[-1] > 290.0
    assert max(later - earlier for earlier, later in pairwise(looks)) < 1.1
    assert len([each for each in lab.of_kind("deviation") if each.payload.get("rule") == "TEST"]) == 2


def test_no_safe_state_heats_what_a_rule_has_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vessel's own safe temperature comes back with a restart, and not before."""
    text = ONE_VESSEL.read_text(encoding="utf-8")
    assert "temperature: off}" in text
    station = tmp_path / "warm.yaml"
    station.write_text(text.replace("temperature: off}", "temperature: 30 °C}"), encoding="utf-8")
    lab = prepare(tmp_path, HOT + WAIT, station=station, head=HEADS[ONE_VESSEL])
    reads(lab, monkeypatch, too_hot(1500.0, 1520.0))
    seen: list[bool] = []
    for at_s in (1499.0, 1540.0, 1700.0):
        lab.at(at_s, lambda _: seen.append(heating(lab)))
    lab.run(Order("restart", 1600.0), Order("hold", 1650.0), patience_s=1750.0)
    assert tripped(lab) == [("SOLV-T", "reactor")]
    assert seen == [True, False, True]
