"""Live rules trip on what sensors say and on their silence, stop what they name, and are reset by a person only."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from autosynth.clock import VirtualClock, run_virtual
from autosynth.contracts.potentiostat import Point
from autosynth.contracts.thermal import Thermostat
from autosynth.engine.machine import RunState
from autosynth.engine.readings import Readings
from autosynth.engine.sampler import Sampler
from autosynth.plan.rulebook import Rulebook, standing_rules
from drivers.ika_ret.device import IkaHotplate
from tests.autosynth.engine.bench_run import BRANCHED, Lab, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal

DOSE = "- add: {reagent: SiW9, to: reactor, volume: 1.5 mL, rate: 2 mL/min}\n"
HOT = DOSE + "- heat: {vessel: reactor, to: 35 °C, within: 60 min, tolerance: 2 K}\n"
WAIT = "- wait: {for: 30 min, tolerance: 300 min}\n"
HELD = event_of("state", to="HELD")
SCAN = """
- measure: {voltammetry: {begin: 0 V, vertex1: -0.2 V, vertex2: 0 V, rate: 10 mV/s}, in: cell, as: cv, clean: false,
    scans_at_most: 1}
"""
ONE_RULE = """
rules: 1
families: {tungstate: {named: [SiW9]}}
list:
  - {id: TEST, class: safety, phase: live, says: tested, when: WHEN, check: CHECK, facts: {FACTS}, action: ACTION}
"""


def book(action: str, when: str, check: str, facts: str) -> Rulebook:
    """Return a rulebook with one live rule."""
    made = Rulebook()
    made.solvents |= standing_rules().solvents
    text = ONE_RULE.replace("WHEN", when).replace("CHECK", check).replace("FACTS", facts).replace("ACTION", action)
    made.read_rules(text, "test.yaml")
    return made


def tungstate_stays_cold(action: str) -> Rulebook:
    """Return a rule that stands from the moment SiW9 is in the reactor."""
    facts = "holds: plan, vessel_temperature: sensor"
    return book(action, "holds in ('tungstate')", "vessel_temperature <= 10 °C", facts)


def reads(lab: Lab, monkeypatch: pytest.MonkeyPatch, reading_c: Callable[[float], float | None]) -> None:
    """Let the hotplate's sensor say something else at the times for which there is a value."""
    read = IkaHotplate.read_temperature

    async def strange(self: IkaHotplate) -> float:
        true_c = await read(self)
        said_c = reading_c(0.0 if lab.open is None else lab.open.clock.now())
        return true_c if said_c is None else said_c

    monkeypatch.setattr(IkaHotplate, "read_temperature", strange)


def tripped(lab: Lab) -> list[tuple[str, str]]:
    """Return rule and vessel of everything that tripped."""
    found = [event.payload for event in lab.of_kind("deviation") if event.payload["what"] == "interlock"]
    return [(str(each["rule"]), str(each["vessel"])) for each in found]


def heating(lab: Lab) -> bool:
    """Return whether the plate heats in truth."""
    assert lab.host is not None
    return bool(lab.host.truth()["devices"]["hotplate"]["heating"])


def too_hot(from_s: float, to_s: float) -> Callable[[float], float | None]:
    """Return a reading of 50 °C for a while: 46.1 °C is the limit in acetone."""
    return lambda t_s: 50.0 if from_s <= t_s < to_s else None


def dispensing(lab: Lab) -> list[float]:
    """Return a list that will have the time at which the first dispensing stroke began."""
    begun: list[float] = []
    begins = stroke_begins("pump", phase="dispense")
    lab.watchers.append(lambda event: begun.append(event.t_s) if begins(event) else None)
    return begun


def test_a_vessel_too_near_its_boiling_point_is_no_longer_heated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within two seconds heating is off and the run held; the record says rule, vessel and value."""
    lab = prepare(tmp_path, HOT + WAIT)
    reads(lab, monkeypatch, too_hot(1500.0, 9e9))
    seen: list[bool] = []
    lab.at(1499.0, lambda _: seen.append(heating(lab)))
    lab.at(1503.0, lambda _: seen.append(heating(lab)))
    end = lab.run(Order("restart", 1600.0), patience_s=1700.0)
    assert end.state is RunState.HELD
    assert tripped(lab) == [("SOLV-T", "reactor")]
    assert seen == [True, False]
    holding = next(event for event in lab.of_kind("state") if event.payload["to"] == "HOLDING")
    assert 1500.0 <= holding.t_s <= 1502.0
    assert holding.payload["who"] == "interlock"
    assert "vessel_temperature is 50 °C" in end.history.hold_reason


def test_a_restart_is_refused_while_the_condition_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tripped stays held even when it is over; a person restarts it then, and not before; it can trip again."""
    lab = prepare(tmp_path, HOT + WAIT)
    reads(lab, monkeypatch, lambda t_s: 50.0 if 1500.0 <= t_s < 1560.0 or 1700.0 <= t_s < 1701.5 else None)
    states: list[str] = []
    lab.at(1640.0, lambda _: states.append(lab.session.control.state.value))
    orders = [Order("restart", at_s) for at_s in (1530.0, 1650.0, 1750.0)]
    end = lab.run(*orders)
    assert "HELD while this stands: SOLV-T: reactor" in lab.replies[0]
    assert states == ["HELD"]
    assert lab.replies[1:] == ["RESTARTING", "RESTARTING"]
    assert tripped(lab) == [("SOLV-T", "reactor")] * 2
    assert end.state is RunState.COMPLETE


def test_heating_that_a_rule_stands_against_is_not_dispatched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vessel that is too hot already: no intent, nothing sent, held."""
    lab = prepare(tmp_path, HOT + WAIT)
    reads(lab, monkeypatch, too_hot(0.0, 9e9))
    end = lab.run()
    assert end.state is RunState.HELD
    assert [e for e in lab.events if stroke_begins("hotplate", "set_temperature")(e)] == []
    assert tripped(lab) == [("SOLV-T", "reactor")]


async def unread(self: Sampler, vessel: str, sensor: Thermostat) -> bool:
    """Fail to read, without any time being spent on it."""
    return False


def test_a_silent_sensor_stands_against_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temperature that nobody knows is not one below the limit, whoever wants to go on."""
    lab = prepare(tmp_path, HOT + WAIT)
    lab.at(1500.0, lambda _: monkeypatch.setattr(Sampler, "_sample", unread))
    end = lab.run(Order("restart", 1600.0), patience_s=1700.0)
    assert end.state is RunState.HELD
    assert "no sensor tells vessel_temperature now" in lab.replies[0]


def test_a_stale_reading_trips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readings that stop without any error are old after ten seconds, and heating goes off."""
    lab = prepare(tmp_path, HOT + WAIT)

    async def asleep(self: Sampler, vessel: str, sensor: Thermostat) -> bool:
        return True

    lab.at(1500.0, lambda _: monkeypatch.setattr(Sampler, "_sample", asleep))
    end = lab.run()
    assert end.state is RunState.HELD
    assert tripped(lab) == [("SOLV-T", "reactor")]
    (trip,) = [event for event in lab.of_kind("deviation") if event.payload["what"] == "interlock"]
    assert 1509.0 < trip.t_s < 1513.0


def test_a_lost_port_does_not_stand_against_the_restart_that_opens_it(tmp_path: Path) -> None:
    """The restart connects the plate, waits for its sensor, and then heats again."""
    lab = prepare(tmp_path, HOT + WAIT, faults=["hotplate:unplug@t=1500,for=60"])
    end = lab.run(Order("restart", 1600.0))
    assert lab.replies == ["RESTARTING"]
    assert end.state is RunState.COMPLETE
    assert lab.states.count("HELD") == 1
    assert tripped(lab) == []


def test_dosing_is_stopped_in_mid_stroke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pump is stopped at once; what had moved is booked and the axis homed before it is used again."""
    lab = prepare(tmp_path, DOSE)
    begun = dispensing(lab)
    reads(lab, monkeypatch, lambda t_s: 50.0 if begun and begun[0] + 5.0 <= t_s < begun[0] + 60.0 else None)
    facts = "holds: plan, vessel_temperature: sensor"
    rule = book(
        "stop_dosing", "not holds in ('tungstate') or holds in ('tungstate')", "vessel_temperature <= 40 °C", facts
    )
    end = lab.run(Order("restart", 120.0), rules=rule)
    assert tripped(lab) == [("TEST", "reactor")]
    assert [event.payload["device"] for event in lab.of_kind("untrusted")] == ["pump"]
    (cut,) = [event for event in lab.of_kind("settled") if event.payload["verdict"] == "partly"]
    assert 5.0 * 2 / 60 < cut.payload["moved_ml"] < 7.5 * 2 / 60
    assert end.state is RunState.COMPLETE
    assert end.truth is not None
    mixture = end.history.inventory.content("reactor")
    assert end.history.actions["1"].result["volume_ml"] == pytest.approx(1.5, abs=1e-4)
    truth_ml = end.truth["vessels"]["reactor"]["volume_ml"]
    assert truth_ml == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + 1e-4)


def test_abort_and_note(tmp_path: Path) -> None:
    """One ends the run at once, the other is a remark, made once, and the run goes on."""
    aborted = prepare(tmp_path / "abort", DOSE)
    assert aborted.run(rules=tungstate_stays_cold("abort")).state is RunState.ABORTED
    noted = prepare(tmp_path / "note", DOSE)
    assert noted.run(rules=tungstate_stays_cold("note")).state is RunState.COMPLETE
    assert tripped(noted) == [("TEST", "reactor")]


def test_a_current_above_the_limit_switches_the_cell_off(tmp_path: Path) -> None:
    """Points are judged as they come; the scan is cut and its data are not taken for a measurement."""
    rule = book("cell_off", "scans", "cell_current <= 1 nA", "scans: plan, cell_current: sensor")
    steps = "- add: {reagent: SiW9, to: cell, volume: 0.5 mL, rate: 5 mL/min}\n" + SCAN
    lab = prepare(tmp_path, steps, station=BRANCHED)
    end = lab.run(rules=rule)
    assert end.state is RunState.HELD
    assert tripped(lab) == [("TEST", "cell")]
    assert lab.of_kind("measured") == []
    begun = next(event for event in lab.events if stroke_begins("potentiostat", "scan")(event))
    holding = next(event for event in lab.of_kind("state") if event.payload["to"] == "HOLDING")
    assert holding.t_s - begun.t_s < 10.0
    quiet = prepare(tmp_path / "quiet", steps, station=BRANCHED)
    assert quiet.run().state is RunState.COMPLETE
    assert tripped(quiet) == []


class Streaming:
    """A potentiostat that somebody listens to already."""

    def __init__(self, heard: list[float]) -> None:
        self.on_point: Callable[[Point], None] | None = lambda point: heard.append(point.t_s)


def test_currents_are_the_largest_of_late_and_others_hear_them_too() -> None:
    """A peak between two looks is not missed, an old one is forgotten, and silence is no current."""
    heard: list[float] = []

    async def main() -> list[float | None]:
        clock = VirtualClock(asyncio.get_running_loop())
        potentiostat, readings = Streaming(heard), Readings(clock, Nowhere())
        found = [readings.current_a("cell", 5.0)]
        readings.listen({"cell": potentiostat})
        assert potentiostat.on_point is not None
        for t_s, current_a in ((0.1, 1e-6), (0.2, -3e-3), (0.3, 1e-6)):
            potentiostat.on_point(Point(t_s, 0.0, current_a))
        found.append(readings.current_a("cell", 5.0))
        await clock.sleep(3.0)
        potentiostat.on_point(Point(3.3, 0.0, 2e-6))
        found.append(readings.current_a("cell", 5.0))
        await clock.sleep(6.0)
        return [*found, readings.current_a("cell", 5.0)]

    assert run_virtual(main()) == [None, 3e-3, 2e-6, None]
    assert heard == [0.1, 0.2, 0.3, 3.3]


class Nowhere:
    """A sink that keeps nothing."""

    def add(self, channel: str, t_s: float, value: float) -> None:
        """Forget it."""


def test_a_recovery_does_not_restart_against_a_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host dies, the vessel is too hot when another takes over: it stays held until a person may restart it."""
    lives = mortal(prepare(tmp_path, HOT + WAIT))
    hot = [False]
    reads(lives.lab, monkeypatch, lambda _: 50.0 if hot[0] else None)
    assert lives.live(death=Death(event_of("action.done", action="2"), delay_s=60.0, keep_all=True))
    hot[0] = True
    assert lives.died_s is not None
    lives.lab.at(lives.died_s + 200.0, lambda _: hot.__setitem__(0, False))
    orders = [Order("restart", lives.died_s + at_s) for at_s in (100.0, 300.0)]
    assert not lives.recover(30.0, *orders)
    refused = [each.payload for each in lives.journal() if each.kind == "deviation"]
    assert "SOLV-T: reactor" in next(str(each["reason"]) for each in refused if each["what"] == "not restarted")
    assert "while this stands" in lives.lab.replies[0]
    assert lives.end.state is RunState.COMPLETE
