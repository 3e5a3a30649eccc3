"""Instruments that fail: a run survives what can be survived, and otherwise ends held, with device and bytes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.run import RunEnd
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare, reactor, stroke_begins

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 2 mL/min}\n"
TWO_DOSES = DOSE + "- wait: {for: 2 min, tolerance: 10 min}\n" + DOSE
HELD = event_of("state", to="HELD")
DISPENSED_S = 30.0
"""In the middle of the first dispensing stroke of DOSE (checked by the tests that need it)."""


def with_faults(folder: Path, steps: str, faults: Sequence[str], *orders: Order, seed: int = 0) -> Lab:
    lab = prepare(folder, steps, faults=faults, seed=seed)
    lab.run(*orders)
    return lab


def agrees(end: RunEnd, slack_ml: float = 1e-3) -> None:
    """Check the ledger's reactor against the twin's, within the ledger's uncertainty."""
    mixture = end.history.inventory.content("reactor")
    assert reactor(end)["volume_ml"] == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + slack_ml)


def unfinished_strokes(lab: Lab, t_s: float) -> list[str]:
    """Return the phases of strokes in flight at a time."""
    begun = {event.seq: event for event in lab.of_kind("intent") if event.t_s <= t_s}
    for event in lab.events:
        if event.kind in {"outcome", "settled"} and event.t_s <= t_s:
            begun.pop(event.payload["intent"], None)
    return [str(event.payload["phase"]) for event in begun.values()]


@pytest.mark.parametrize("number", [8, 12, 20, 33, 47, 60])
@pytest.mark.parametrize("fault", ["drop_reply", "late_reply", "corrupt_reply", "duplicate_reply", "truncate_reply"])
def test_one_bad_reply_is_survived(tmp_path: Path, fault: str, number: int) -> None:
    """A reply lost, late, corrupted, doubled or cut short once changes neither the dose nor the end of the run."""
    late = ",by=0.3" if fault == "late_reply" else ""
    lab = with_faults(tmp_path, DOSE, [f"pump:{fault}@n={number}{late}"])
    assert lab.final.state is RunState.COMPLETE
    agrees(lab.final)
    assert reactor(lab.final)["volume_ml"] == pytest.approx(0.9, abs=0.015)


@pytest.mark.parametrize("number", [8, 14, 26, 41])
def test_a_very_late_reply_is_survived_or_held(tmp_path: Path, number: int) -> None:
    """A reply that comes while another is awaited cannot be told apart; it may hold, but books nothing wrong."""
    lab = with_faults(tmp_path, DOSE, [f"pump:late_reply@n={number},by=1.5"])
    assert lab.final.state in {RunState.COMPLETE, RunState.HELD}
    assert lab.of_kind("fault") == []
    agrees(lab.final)


@pytest.mark.parametrize("number", [5, 9, 14])
def test_one_lost_reply_of_the_hotplate_is_survived(tmp_path: Path, number: int) -> None:
    """The hotplate's lost reply does not hold the run, and the plate ends in its safe state."""
    lab = with_faults(tmp_path, STIR + DOSE, [f"hotplate:drop_reply@n={number}"])
    assert lab.final.state is RunState.COMPLETE
    assert lab.final.truth is not None
    assert lab.final.truth["devices"]["hotplate"]["target_rpm"] == 200.0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("pump:silent@t=30", "no complete reply"),
        ("pump:corrupt_reply@t=30,for=100000", ""),
        ("pump:busy_forever@t=30", "busy"),
        ("pump:unplug@t=30,for=100000", ""),
        ("pump:overload@t=30", "overload"),
    ],
)
def test_a_pump_that_fails_for_good_holds_the_run(tmp_path: Path, fault: str, said: str) -> None:
    """The run ends HELD with a reason that names the pump, failures on record say what to do, and the plate is safe."""
    lab = with_faults(tmp_path, STIR + DOSE, [fault])
    end = lab.final
    assert end.state is RunState.HELD
    assert lab.of_kind("fault") == []
    assert end.history.hold_reason.startswith("pump")
    assert said in end.history.hold_reason
    failures = [event.payload for event in lab.of_kind("failure")]
    assert failures
    assert {each["device"] for each in failures} == {"pump"}
    assert any(each["advice"] for each in failures)
    assert end.truth is not None
    assert end.truth["devices"]["hotplate"]["target_rpm"] == 200.0


@pytest.mark.parametrize(
    "fault",
    [
        "pump:silent@t=30",
        "pump:corrupt_reply@t=30,for=100000",
        "pump:busy_forever@t=30",
        "pump:overload@t=30",
    ],
)
def test_a_failure_on_record_has_the_bytes(tmp_path: Path, fault: str) -> None:
    """The first failure says what was sent, and what came back where anything did."""
    lab = with_faults(tmp_path, STIR + DOSE, [fault])
    first = lab.of_kind("failure")[0].payload
    assert bytes.fromhex(first["sent"])
    assert bool(first["received"]) == ("silent" not in fault)


def test_garbage_between_replies_is_passed_over(tmp_path: Path) -> None:
    """Noise before every reply does not keep the run from ending well: the framing finds the replies in it."""
    lab = with_faults(tmp_path, DOSE, ["pump:garbage@t=10,for=100000"])
    assert lab.final.state is RunState.COMPLETE
    agrees(lab.final)


def test_a_silent_hotplate_holds_the_run(tmp_path: Path) -> None:
    """A sensor that says nothing for three readings holds the run: an unknown temperature is not a safe one."""
    lab = prepare(tmp_path, STIR + "- wait: {for: 10 min, tolerance: 10 min}\n", faults=["hotplate:silent@t=100"])
    end = lab.run()
    assert end.state is RunState.HELD
    assert end.history.hold_reason.startswith("the temperature sensor of reactor is silent: look at hotplate")
    assert "; not safe: hotplate" in end.history.hold_reason
    holding = lab.of_kind("state")[1]
    assert holding.payload["who"] == "interlock"
    assert 100.0 < holding.t_s < 120.0
    assert all(event.payload["trouble"] for event in lab.of_kind("safe"))


def test_a_pump_plugged_in_again_goes_on(tmp_path: Path) -> None:
    """A cable pulled between strokes and plugged in again, and a restart, give the whole dose and nothing twice."""
    lab = prepare(tmp_path, TWO_DOSES, faults=["pump:unplug@t=80,for=200"])
    end = lab.run(*(Order("restart", at_s) for at_s in (300.0, 400.0)))
    assert end.state is RunState.COMPLETE
    agrees(end)
    assert reactor(end)["volume_ml"] == pytest.approx(1.8, abs=0.03)


def test_a_pump_that_lost_power_while_idle_is_homed(tmp_path: Path) -> None:
    """After a power cycle between doses the pump is initialised anew before it moves, and no dose is given twice."""
    lab = with_faults(tmp_path, TWO_DOSES, ["pump:power_cycle@t=90"])
    end = lab.final
    assert unfinished_strokes(lab, 90.0) == []
    assert end.state is RunState.COMPLETE
    homed = [e.action for e in lab.of_kind("intent") if e.payload["stroke"]["verb"] == "home_plunger"]
    assert homed == ["1", "3"]
    agrees(end)
    assert [end.history.actions[path].result["volume_ml"] for path in ("1", "3")] == pytest.approx([0.9, 0.9], abs=1e-4)


def test_what_a_homed_syringe_held_is_a_deviation(tmp_path: Path) -> None:
    """A pump that loses power with liquid in its syringe sends it to waste when it is homed, and that is on record."""
    lab = prepare(tmp_path, DOSE, faults=["pump:power_cycle@t=60"])
    drawn = event_of("outcome", moved_ml=-0.45)
    end = lab.run(Order("hold", 1.0, after=drawn), Order("restart", 90.0, after=drawn))
    assert end.state is RunState.COMPLETE
    (deviation,) = [each for each in end.history.deviations if each["what"] == "re-initialised"]
    assert deviation["to_waste_ml"] == pytest.approx(0.9, abs=0.01)
    agrees(end)
    assert end.history.actions["1"].result["volume_ml"] == pytest.approx(0.9, abs=1e-4)
    assert end.history.inventory.volume_ml("organic") == pytest.approx(0.8, abs=0.02)  # 0.1 mL fills the waste line


def test_power_lost_in_mid_stroke_holds_with_bounds(tmp_path: Path) -> None:
    """A pump that lost power while dispensing cannot say how far it came: held, with bounds from nothing to all."""
    lab = prepare(tmp_path, DOSE, faults=["pump:power_cycle@t=25"])
    end = lab.run()
    assert unfinished_strokes(lab, 25.0) == ["dispense"]
    assert end.state is RunState.HELD
    (unknown,) = end.history.unknown.values()
    assert (unknown["low_ml"], unknown["high_ml"]) == pytest.approx((0.0, 0.45), abs=1e-3)
    assert "between 0 and 0.45 mL moved" in end.history.hold_reason
    (number,) = end.history.unknown
    assert f"stroke {number} is a person's to say: estimate, done, none" in end.history.hold_reason
    assert len(end.history.open_intents) == 1


@pytest.mark.parametrize("choice", ["estimate", "done", "none"])
def test_a_person_settles_an_unknown_stroke(tmp_path: Path, choice: str) -> None:
    """The choice given with the restart is booked under that person's name, and the dose is completed from there."""
    lab = prepare(tmp_path, DOSE, faults=["pump:power_cycle@t=25"])
    end = lab.run(Order("restart", 30.0, after=HELD), Order("restart", 60.0, after=HELD, settle=choice))
    assert "--settle" in lab.replies[0]
    assert end.state is RunState.COMPLETE
    booked = [event.payload for event in lab.of_kind("settled") if event.payload["by"] == "test"]
    assert [each["verdict"] for each in booked] == ["partly"]
    expected_ml = {"estimate": 0.225, "done": 0.45, "none": 0.0}[choice]
    assert booked[0]["moved_ml"] == pytest.approx(expected_ml, abs=1e-3)
    assert booked[0]["moved_sd_ml"] == pytest.approx(0.45 / 12**0.5 if choice == "estimate" else 0.0, abs=1e-3)
    assert end.history.actions["1"].result["volume_ml"] == pytest.approx(0.9, abs=1e-4)
    assert end.history.unknown == {}
    if choice == "estimate":
        agrees(end)


def test_stopping_books_an_unknown_stroke_as_an_estimate(tmp_path: Path) -> None:
    """Nobody will be asked once a run is stopped: its unknown stroke is booked in the middle of its bounds."""
    lab = prepare(tmp_path, DOSE, faults=["pump:power_cycle@t=25"])
    end = lab.run(Order("stop", 30.0, after=HELD))
    assert end.state is RunState.STOPPED
    assert (end.history.open_intents, end.history.unknown) == ({}, {})
    mixture = end.history.inventory.content("reactor")
    assert mixture.liquid_sd_ml > 0.1
    agrees(end)


def test_an_overloaded_plunger_is_not_driven_on(tmp_path: Path) -> None:
    """After an overload nothing is sent that moves before a person has restarted; then the axis is initialised."""
    lab = prepare(tmp_path, DOSE, faults=["pump:overload@t=25"])
    end = lab.run(Order("restart", 100.0, after=HELD, settle="estimate"))
    assert end.state is RunState.COMPLETE
    held = next(event.seq for event in lab.events if HELD(event))
    restarted = next(event.seq for event in lab.events if event_of("state", to="RESTARTING")(event))
    moves = [event for event in lab.of_kind("intent") if event.payload["device"] == "pump"]
    assert [event for event in moves if held < event.seq < restarted] == []
    first = next(event for event in moves if event.seq > restarted)
    assert first.payload["stroke"]["verb"] == "home_plunger"
    agrees(end, slack_ml=5e-3)


def test_equal_seeds_give_equal_chains(tmp_path: Path) -> None:
    """The same recipe, station and seed give the same journal to the last byte; another seed gives another."""
    steps = STIR + DOSE + "- operator: {prompt: Look, likely: 5 min}\n"
    heads = [prepare(tmp_path / str(n), steps, seed=seed).run().head for n, seed in enumerate((7, 7, 8))]
    assert heads[0] == heads[1] != heads[2]


def test_equal_seeds_and_faults_give_equal_chains(tmp_path: Path) -> None:
    """Faults are drawn from the seed too, so a failure can be played again."""
    faults = ["pump:drop_reply@p=0.05", "hotplate:corrupt_reply@p=0.02"]
    heads = [prepare(tmp_path / str(n), STIR + DOSE, faults=faults, seed=3).run().head for n in (1, 2)]
    assert heads[0] == heads[1]


def test_dispensing_is_where_the_tests_think_it_is(tmp_path: Path) -> None:
    """The times that the faults above are aimed at lie in a stroke that delivers into the reactor."""
    lab = prepare(tmp_path, DOSE)
    lab.run()
    dispensing = [event for event in lab.events if stroke_begins("pump", phase="dispense")(event)]
    assert dispensing[0].t_s < 25.0
    assert unfinished_strokes(lab, 25.0) == ["dispense"]
    assert unfinished_strokes(lab, DISPENSED_S) == ["dispense"]
