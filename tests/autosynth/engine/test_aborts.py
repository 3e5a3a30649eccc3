"""An abort reaches every device that answers within half a second, whatever the run is busy with."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.operator import Answer, Question
from autosynth.engine.recorder import Recorder
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal
from tests.autosynth.engine.host import PLATE, PUMP

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
HOT = STIR + "- heat: {vessel: reactor, to: 35 °C, within: 60 min, tolerance: 2 K}\n"
WAIT = "- wait: {for: 60 min, tolerance: 100 min}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 1.8 mL/min}\n"
HOT_S = 1500.0
ABORTING = event_of("state", to="ABORTING")
RESTARTING = event_of("state", to="RESTARTING")
BOUND_S = 0.5


def first(lab: Lab, kind: str, **payload: str) -> float:
    """Return when an event was first recorded."""
    return next(event.t_s for event in lab.events if event_of(kind, **payload)(event))


def told_to_stop(lab: Lab) -> list[float]:
    """Return how long after the abort pump and plate were first told to stop, s; nothing else moves meanwhile."""
    assert lab.host is not None
    aborted_s = first(lab, "state", to="ABORTING")
    later = [each for each in lab.host.sent if each.t_s >= aborted_s]
    pump = next(each.t_s for each in later if each.address == PUMP and each.data[3:4] == b"T")
    plate = next(each.t_s for each in later if each.address == PLATE.replace("2", "1") and b"STOP_1" in each.data)
    return [pump - aborted_s, plate - aborted_s]


def aborted(lab: Lab, orders: Sequence[Order]) -> None:
    """Run to the abort, and expect it to reach both instruments at once and to end the run."""
    end = lab.run(*orders, patience_s=HOT_S + 1000.0)
    assert end.state is RunState.ABORTED
    assert end.history.open_intents == {}
    assert max(told_to_stop(lab)) <= BOUND_S


@pytest.mark.parametrize("before", ["hold", "stop"])
def test_while_a_silent_plate_is_made_safe(tmp_path: Path, before: str) -> None:
    """The hold is cut off, what was not safe is told again, and that it could not be is on record."""
    lab = prepare(tmp_path, HOT + WAIT, faults=[f"hotplate:silent@t={HOT_S}"])
    aborted(lab, [Order(before, HOT_S + 0.5), Order("abort", HOT_S + 2.0)])
    whats = [(each["what"], each["device"]) for each in lab.final.history.deviations]
    assert whats == [("not stopped", "hotplate"), ("not safe", "hotplate"), ("not safe", "hotplate")]


def test_while_a_held_run_tells_a_silent_plate_again(tmp_path: Path) -> None:
    """It is safe as soon as it answers: before the run is ABORTED."""
    lab = prepare(tmp_path, HOT + WAIT, faults=[f"hotplate:silent@t={HOT_S},for=75"])
    orders = [Order("hold", HOT_S + 0.5), Order("abort", HOT_S + 65.0)]
    retried: list[float] = []
    lab.at(HOT_S + 64.9, lambda t_s: retried.extend(each.t_s for each in lab.host.sent if each.t_s > t_s - 3.0))  # type: ignore[union-attr]
    aborted(lab, orders)
    assert retried
    assert lab.host is not None
    plate = lab.host.truth()["devices"]["hotplate"]
    assert (plate["target_rpm"], plate["heating"]) == (200.0, False)


def test_while_a_plate_falls_silent_in_a_restart(tmp_path: Path) -> None:
    """The setting that it did not confirm is asked for at the end, and booked."""
    lab = prepare(tmp_path, HOT + WAIT, faults=[f"hotplate:silent@t={HOT_S + 103.0},for=60"])
    orders = [Order("hold", HOT_S), Order("restart", HOT_S + 101.5), Order("abort", HOT_S + 103.3)]
    aborted(lab, orders)


def slow_disk(lab: Lab, monkeypatch: pytest.MonkeyPatch, sync_s: float) -> None:
    """Let the disk take its time from the restart on."""
    durable, slow = Recorder.durable, [False]
    lab.watchers.append(lambda event: slow.append(True) if RESTARTING(event) else None)

    async def slowly(self: Recorder, timeout_s: float | None = None) -> None:
        await durable(self, timeout_s)
        if slow[-1]:
            assert lab.open is not None
            await lab.open.clock.sleep(sync_s)

    monkeypatch.setattr(Recorder, "durable", slowly)


@pytest.mark.parametrize("command", ["abort", "hold", "stop"])
def test_a_setting_that_waits_for_the_disk_is_not_sent_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A restart waits for its first intent when somebody thinks better of it: nothing is set, nothing heats."""
    lab = prepare(tmp_path, HOT + WAIT)
    slow_disk(lab, monkeypatch, 6.0)
    lab.run(
        Order("hold", HOT_S), Order("restart", HOT_S + 100.0), Order(command, 2.0, after=RESTARTING), patience_s=1700
    )
    assert lab.host is not None
    given_s = first(lab, "state", to="RESTARTING") + 2.0
    later = [each.data for each in lab.host.sent if each.t_s >= given_s]
    assert not [each for each in later if each.startswith((b"OUT_SP_4 400", b"OUT_SP_1 35"))]
    assert lab.final.history.open_intents == {}
    settled = [event.payload["verdict"] for event in lab.of_kind("settled")]
    assert settled == ["not_started"]
    if command == "abort":
        assert max(told_to_stop(lab)) <= BOUND_S


def test_in_a_recovered_stop_that_waits_for_a_stroke(tmp_path: Path) -> None:
    """The pump is terminated in mid-stroke, and what it delivered is booked."""
    begins = stroke_begins("pump", phase="dispense")
    lives = mortal(prepare(tmp_path, DOSE))
    assert lives.live(Order("stop", 1.0, after=begins), death=Death(begins, delay_s=2.0, keep_all=True))
    assert lives.died_s is not None
    lives.lab.events.clear()
    assert not lives.recover(1.0, Order("abort", lives.died_s + 2.5))
    assert lives.end.state is RunState.ABORTED
    assert max(told_to_stop(lives.lab)) <= BOUND_S
    assert [event.payload["verdict"] for event in lives.lab.of_kind("settled")] == ["partly"]


class Defect:
    """Somebody at the bench whose desk breaks while the run is being held."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    async def ask(self, question: Question) -> Answer | None:
        assert self._lab.open is not None
        clock = self._lab.open.clock
        await clock.sleep(HOT_S + 2.0 - clock.now())
        raise RuntimeError(question.prompt)


def test_an_error_of_ours_is_heard_in_a_hold_that_is_not_done(tmp_path: Path) -> None:
    """The plan can no longer be executed: the run is aborted while a silent plate is told to be safe."""
    steps = HOT + "- operator: {prompt: Look, likely: 1 min}\n"
    lab = prepare(tmp_path, steps, faults=[f"hotplate:silent@t={HOT_S}"])
    with pytest.raises(RuntimeError, match="Look"):
        lab.run(Order("hold", HOT_S + 0.5), patience_s=HOT_S + 1000.0, operator=Defect(lab))
    assert first(lab, "state", to="ABORTING") == pytest.approx(HOT_S + 2.0, abs=0.01)
    assert max(told_to_stop(lab)) <= BOUND_S
