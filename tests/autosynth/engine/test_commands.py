"""Hold, restart, pause, resume, stop and abort of a live run: what moves, what is kept safe, and what is booked."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.language.interval import Interval
from tests.autosynth.engine.bench_run import (
    BRANCHED,
    Lab,
    Order,
    event_of,
    prepare,
    reactor,
    stroke_begins,
)
from tests.autosynth.engine.host import Host

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
HEAT = "- heat: {vessel: reactor, to: 30 °C, within: 30 min, tolerance: 2 K}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 1.5 mL, rate: 2 mL/min}\n"
DISPENSING = stroke_begins("pump", phase="dispense")


def plate(lab: Lab) -> dict[str, object]:
    """Return the true state of the hotplate."""
    assert lab.host is not None
    state: dict[str, object] = lab.host.truth()["devices"]["hotplate"]
    return state


def settings_between(lab: Lab, first: str, last: str) -> list[tuple[str, object]]:
    """Return what safe states and restarts set on the hotplate between two states of the run."""
    states = {str(event.payload["to"]): event.seq for event in reversed(lab.of_kind("state"))}
    return [
        (event.payload["verb"], event.payload["value"])
        for event in lab.of_kind("safe")
        if states[first] < event.seq < states[last]
    ]


def test_hold_lets_the_stroke_finish_and_makes_the_vessel_safe(tmp_path: Path) -> None:
    """A hold in the middle of a dose waits for the stroke in flight, then stirs at 200 rpm and stops heating."""
    lab = prepare(tmp_path, STIR + HEAT + DOSE)
    end = lab.run(Order("hold", 5.0, after=DISPENSING), stay=False)
    assert end.state is RunState.HELD
    assert lab.states == ["RUNNING", "HOLDING", "HELD"]
    assert settings_between(lab, "HOLDING", "HELD") == [("set_speed", 200.0), ("set_temperature", None)]
    holding = next(event for event in lab.of_kind("state") if event.payload["to"] == "HOLDING")
    after = [event for event in lab.events if event.seq > holding.seq]
    assert [event.kind for event in after if event.kind in {"intent", "outcome"}] == ["outcome"]
    assert end.history.open_intents == {}
    assert end.history.actions["3"].phase_ml("dispense") == pytest.approx(0.5, abs=1e-4)
    assert reactor(end)["volume_ml"] == pytest.approx(0.45, abs=0.01)  # the reactor line keeps 0.05 mL
    assert (plate(lab)["target_rpm"], plate(lab)["stirring"], plate(lab)["heating"]) == (200.0, True, False)


def test_restart_restores_and_completes_with_the_right_total(tmp_path: Path) -> None:
    """After a restart the plate stirs and heats as before the hold, and the dose comes out as asked."""
    lab = prepare(tmp_path, STIR + HEAT + DOSE + "- wait: {for: 1 min}\n")
    held = event_of("state", to="HELD")
    end = lab.run(Order("hold", 5.0, after=DISPENSING), Order("restart", 300.0, after=held))
    assert end.state is RunState.COMPLETE
    assert lab.states == ["RUNNING", "HOLDING", "HELD", "RESTARTING", "RUNNING", "COMPLETE"]
    states = [event.seq for event in lab.of_kind("state")]
    restored = [e.payload["stroke"] for e in lab.of_kind("intent") if states[3] < e.seq < states[4]]
    assert [each["verb"] for each in restored] == ["set_speed", "set_temperature"]
    assert [each["arguments"] for each in restored] == [{"speed_rpm": 400.0}, {"temperature_c": 30.0}]
    assert end.history.actions["3"].result["volume_ml"] == pytest.approx(1.5, abs=5e-5)
    assert reactor(end)["volume_ml"] == pytest.approx(1.5, abs=4 * end.history.actions["3"].result["sd_ml"])
    assert {event.payload["who"] for event in lab.of_kind("state")} == {"engine", "test"}


@pytest.mark.parametrize("delay_s", [0.0, 0.01, 0.03, 0.045, 0.2])
def test_nothing_moves_while_held(tmp_path: Path, delay_s: float) -> None:
    """Whenever a hold comes, even while the state before a stroke is read, nothing moves once the run says HELD."""
    lab = prepare(tmp_path, DOSE)
    drawn = event_of("outcome", moved_ml=-0.5)
    lab.run(Order("hold", delay_s, after=drawn), Order("restart", 60.0, after=drawn))
    moving, wrong = set[int](), list[int]()
    for event in lab.events:
        if event.kind == "intent":
            moving.add(event.seq)
        elif event.kind == "outcome":
            moving.remove(event.payload["intent"])
        elif event.kind == "state" and event.payload["to"] == "HELD":
            wrong += sorted(moving)
    assert wrong == []
    assert lab.states[-1] == "COMPLETE"


def test_pause_leaves_the_devices_as_they_are(tmp_path: Path) -> None:
    """A pause waits for the stroke in flight and touches nothing; resume goes on where it was."""
    lab = prepare(tmp_path, STIR + HEAT + DOSE)
    paused = event_of("state", to="PAUSED")
    end = lab.run(Order("pause", 5.0, after=DISPENSING), Order("resume", 120.0, after=paused))
    assert end.state is RunState.COMPLETE
    assert lab.states == ["RUNNING", "PAUSING", "PAUSED", "RUNNING", "COMPLETE"]
    assert settings_between(lab, "PAUSING", "COMPLETE") == [("set_speed", 200.0), ("set_temperature", None)]
    quiet = [event.t_s for event in lab.events if event.kind == "state"][2:4]
    assert [e.kind for e in lab.events if quiet[0] < e.t_s < quiet[1]] == []
    assert quiet[1] - quiet[0] == pytest.approx(120.0)
    assert end.history.actions["3"].result["volume_ml"] == pytest.approx(1.5, abs=5e-5)


def test_a_paused_run_can_be_held(tmp_path: Path) -> None:
    """Holding a paused run makes its vessels safe, and a restart takes it up again."""
    lab = prepare(tmp_path, STIR + DOSE)
    end = lab.run(Order("pause", 20.0), Order("hold", 60.0), Order("restart", 90.0))
    assert end.state is RunState.COMPLETE
    assert lab.states[1:6] == ["PAUSING", "PAUSED", "HOLDING", "HELD", "RESTARTING"]
    assert settings_between(lab, "HOLDING", "HELD")[0] == ("set_speed", 200.0)


def test_stop_ends_in_order(tmp_path: Path) -> None:
    """A stop lets the stroke in flight finish, makes the vessels safe, begins nothing more and cannot be undone."""
    lab = prepare(tmp_path, STIR + DOSE)
    end = lab.run(Order("stop", 5.0, after=DISPENSING), Order("restart", 100.0, after=DISPENSING))
    assert end.state is RunState.STOPPED
    assert lab.states == ["RUNNING", "STOPPING", "STOPPED"]
    stopping = next(event.seq for event in lab.of_kind("state") if event.payload["to"] == "STOPPING")
    assert [e for e in lab.of_kind("intent") if e.seq > stopping] == []
    assert end.history.open_intents == {}
    assert end.history.actions["2"].phase_ml("dispense") == pytest.approx(0.5, abs=1e-4)
    assert plate(lab)["target_rpm"] == 200.0


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.05, 0.1, 0.2])
def test_an_abort_of_a_run_that_has_just_stopped_comes_too_late(tmp_path: Path, after_s: float) -> None:
    """Everything is safe already, and nobody is left to act: it stays STOPPED."""
    lab = prepare(tmp_path, STIR + DOSE)
    stopped = event_of("state", to="STOPPED")
    end = lab.run(Order("stop", 5.0, after=DISPENSING), Order("abort", after_s, after=stopped))
    assert end.state is RunState.STOPPED
    assert lab.states == ["RUNNING", "STOPPING", "STOPPED"]


def test_a_stopped_run_takes_no_restart(tmp_path: Path) -> None:
    """A command that the state does not take is refused with both names and changes nothing."""
    lab = prepare(tmp_path, STIR + DOSE)
    end = lab.run(Order("resume", 3.0), Order("reset", 4.0), Order("done", 5.0), Order("dance", 6.0))
    assert end.state is RunState.COMPLETE
    assert lab.replies[0] == "cannot resume a run that is RUNNING"
    assert [reply.partition(" ")[0] for reply in lab.replies[1:3]] == ["reset", "done"]
    assert "dance" in lab.replies[3]


def test_abort_stops_the_plunger_at_once_and_books_the_partial_stroke(tmp_path: Path) -> None:
    """An abort in mid-stroke terminates the movement within half a second; what had moved is in the ledger."""
    lab = prepare(tmp_path, STIR + DOSE)
    end = lab.run(Order("abort", 5.0, after=DISPENSING))
    assert end.state is RunState.ABORTED
    assert lab.states == ["RUNNING", "ABORTING", "ABORTED"]
    began = next(event for event in lab.events if DISPENSING(event))
    assert end.truth is not None
    pump = end.truth["devices"]["pump"]
    delivered_ml = 1.0 - pump["plunger_ml"]
    assert 5.0 * 2 / 60 - 0.01 < delivered_ml < 5.5 * 2 / 60
    assert lab.host is not None
    aborted = next(event.t_s for event in lab.of_kind("state") if event.payload["to"] == "ABORTING")
    terminated = next(sent.t_s for sent in lab.host.sent if b"T" in sent.data and sent.t_s >= began.t_s)
    assert terminated - aborted < 0.5
    assert "pump" in end.history.untrusted
    assert end.history.open_intents == {}
    mixture = end.history.inventory.content("reactor")
    assert reactor(end)["volume_ml"] == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + 1e-4)
    assert (plate(lab)["target_rpm"], plate(lab)["heating"]) == (200.0, False)


def test_an_aborted_axis_is_homed_before_the_next_run_moves_it(tmp_path: Path) -> None:
    """A run that takes over the bench of an aborted one first re-initialises the pump to waste."""
    first = prepare(tmp_path, DOSE)
    aborted = first.run(Order("abort", 5.0, after=DISPENSING))
    assert first.host is not None
    second = prepare(tmp_path / "second", DOSE)
    end = second.run(bench=Host(first.host.bench, later_s=600.0), inventory=aborted.history.inventory)
    assert end.state is RunState.COMPLETE
    moves = [event.payload["stroke"]["verb"] for event in second.of_kind("intent") if event.payload["device"] == "pump"]
    assert moves[0] == "home_plunger"


def test_a_wait_is_measured_from_its_beginning_through_a_hold(tmp_path: Path) -> None:
    """Chemistry goes on while a run is held: a wait counts on, and only what exceeds its tolerance is a deviation."""
    lab = prepare(tmp_path, "- wait: {for: 5 min, tolerance: 1 min}\n- wait: {for: 5 min, tolerance: 1 min}\n")
    orders = (Order("hold", 100.0), Order("restart", 200.0), Order("hold", 400.0), Order("restart", 700.0))
    end = lab.run(*orders)
    assert end.state is RunState.COMPLETE
    waited = [end.history.actions[path].result["waited_s"] for path in ("1", "2")]
    assert waited[0] == pytest.approx(300.0, abs=0.01)
    assert waited[1] == pytest.approx(700.0 - 300.0, abs=2.0)
    (deviation,) = end.history.deviations
    assert (deviation["what"], deviation["action"]) == ("waited too long", "2")
    assert (deviation["wait_s"], deviation["tolerance_s"]) == (300.0, 60.0)


def test_a_value_outside_the_plan_holds(tmp_path: Path) -> None:
    """An argument outside the interval it was checked for holds the run before anything moves, and is recorded."""
    lab = prepare(tmp_path, DOSE)
    (planned,) = lab.plan.steps
    bounds = {**planned.bounds, "volume_ml": Interval(0.1, 1.4)}
    plan = replace(lab.plan, steps=(replace(planned, bounds=bounds),))
    end = lab.run(stay=False, plan=plan)
    assert end.state is RunState.HELD
    assert "volume_ml is 1.5, checked for 0.1 to 1.4" in end.history.hold_reason
    assert [each["what"] for each in end.history.deviations] == ["outside the plan"]
    assert lab.of_kind("intent") == []
    assert reactor(end)["volume_ml"] == 0.0


def test_heating_waits_for_the_temperature_and_too_slow_holds(tmp_path: Path) -> None:
    """A heat step ends within its tolerance of the target; one that is not reached in time holds the run."""
    quick = prepare(tmp_path / "quick", HEAT)
    end = quick.run()
    assert end.state is RunState.COMPLETE
    assert end.history.actions["1"].result["temperature_c"] == pytest.approx(30.0, abs=2.0)
    slow = prepare(tmp_path / "slow", "- heat: {vessel: reactor, to: 55 °C, within: 10 s, tolerance: 1 K}\n")
    end = slow.run()
    assert end.state is RunState.HELD
    assert "after 10 s" in end.history.hold_reason


def test_branches_share_the_pump_without_mixing_their_strokes(tmp_path: Path) -> None:
    """Two branches that need one pump take it in turns, action by action, and both doses arrive whole."""
    lab = prepare(
        tmp_path,
        """
- parallel:
    branches:
      - [{add: {reagent: SiW9, to: reactor, volume: 1.2 mL, rate: 5 mL/min}}, {wait: 1 min}]
      - [{add: {reagent: KOTf, to: vial, volume: 0.7 mL, rate: 5 mL/min}}, {stir: {vessel: reactor, speed: 300 rpm}}]
- add: {reagent: SiW9, to: reactor, volume: 0.1 mL, rate: 5 mL/min}
""",
        station=BRANCHED,
    )
    end = lab.run()
    assert end.state is RunState.COMPLETE
    users = [event.action for event in lab.of_kind("intent") if event.payload["device"] == "pump"]
    turns = [user for number, user in enumerate(users) if number == 0 or users[number - 1] != user]
    assert len(turns) == len(set(turns)) == 3
    assert end.truth is not None
    vessels = end.truth["vessels"]
    assert vessels["reactor"]["volume_ml"] == pytest.approx(1.3, abs=0.02)
    assert vessels["vial"]["volume_ml"] == pytest.approx(0.7, abs=0.012)
    begun = {str(event.action): event.seq for event in lab.of_kind("action.started")}
    done = {str(event.action): event.seq for event in lab.of_kind("action.done")}
    assert begun["2"] > max(seq for action, seq in done.items() if action.startswith("1."))


def test_a_stop_ends_both_branches(tmp_path: Path) -> None:
    """Stopping while branches run ends all of them in order."""
    lab = prepare(
        tmp_path,
        """
- parallel:
    branches:
      - [{add: {reagent: SiW9, to: reactor, volume: 1.2 mL, rate: 2 mL/min}}]
      - [{wait: 30 min}, {stir: {vessel: reactor, speed: 300 rpm}}]
""",
        station=BRANCHED,
    )
    end = lab.run(Order("stop", 40.0))
    assert end.state is RunState.STOPPED
    assert end.history.open_intents == {}
    assert "set_speed" not in {event.payload["stroke"]["verb"] for event in lab.of_kind("intent")}
    assert lab.of_kind("fault") == []


@pytest.mark.parametrize("stopped_after_s", [5.0, 9.5])
def test_a_stop_lets_the_stroke_of_every_branch_finish(tmp_path: Path, stopped_after_s: float) -> None:
    """A branch that meets the stop first does not cut the stroke of another: it ends, with its outcome on record."""
    branches = """
- parallel:
    branches:
      - - add: {reagent: SiW9, to: reactor, volume: 1.5 mL, rate: 2 mL/min}
      - - repeat: {name: looking, at_most: 60, steps: [{wait: 1 s}]}
"""
    lab = prepare(tmp_path, STIR + branches)
    end = lab.run(Order("stop", stopped_after_s, after=DISPENSING))
    assert end.state is RunState.STOPPED
    assert lab.of_kind("settled") == []
    dispensing = next(event for event in lab.events if DISPENSING(event))
    assert dispensing.seq in {event.payload["intent"] for event in lab.of_kind("outcome")}
    assert end.history.actions[str(dispensing.action)].phase_ml("dispense") == pytest.approx(0.5, abs=1e-4)
    assert "pump" not in end.history.untrusted
