"""A Hold is ended by whoever gave it, and what people say can neither half-change a run nor spoil its record."""

from pathlib import Path
from typing import Any

import pytest

from autosynth.engine.control import Control, Request
from autosynth.engine.machine import Command, RunMachine, RunState
from autosynth.engine.operator import Answer, Nobody, Question
from autosynth.engine.recorder import Recorder
from autosynth.errors import JournalError
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 1 mL/min}\n"
WAIT = "- wait: {for: 10 min, tolerance: 100 min}\n"
HOLDING = event_of("state", to="HOLDING")


def test_recovery_does_not_undo_a_persons_hold(tmp_path: Path) -> None:
    """A run whose host died while a person's Hold was being carried out is brought to Held and stays there."""
    lives = mortal(prepare(tmp_path, STIR + DOSE + WAIT))
    hold = Order("hold", 5.0, after=stroke_begins("pump", phase="dispense"))
    assert lives.live(hold, death=Death(HOLDING, delay_s=0.5, keep_all=True))
    assert not lives.recover(60.0)
    assert lives.end.state is RunState.HELD
    assert lives.end.history.hold_reason == "test: hold"


def test_recovery_ends_its_own_hold(tmp_path: Path) -> None:
    """A run whose second host died while it held for the first one's death goes on by itself."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    assert lives.live(death=Death(stroke_begins("pump", phase="dispense"), delay_s=5.0, keep_all=True))
    assert lives.recover(20.0, death=Death(HOLDING, delay_s=0.01, keep_all=True))
    assert not lives.recover(20.0)
    assert lives.end.state is RunState.COMPLETE


def test_a_recovered_held_run_is_made_safe_again(tmp_path: Path) -> None:
    """What changed while nobody looked is brought back to the declared safe state, and the run stays Held."""
    lives = mortal(prepare(tmp_path, STIR + WAIT))
    assert lives.live(Order("hold", 60.0), death=Death(event_of("state", to="HELD"), delay_s=1.0, keep_all=True))
    before = len([event for event in lives.journal() if event.kind == "safe"])
    assert not lives.recover(60.0)
    assert lives.end.state is RunState.HELD
    assert [event.payload["value"] for event in lives.journal() if event.kind == "safe"][before:] == [200.0, None]


def test_a_command_that_cannot_be_recorded_changes_nothing(tmp_path: Path) -> None:
    """The machine stays where the record says it is."""

    class Refusing(Recorder):
        def __init__(self) -> None:
            pass

        def record(self, kind: str, payload: Any, action: str | None = None) -> Any:
            raise JournalError("no")

    control = Control(Refusing(), RunMachine(RunState.RUNNING))
    with pytest.raises(JournalError):
        control.give(Request(Command.HOLD, "x"))
    assert control.state is RunState.RUNNING
    assert control.last.command is Command.START


def said(lab: Lab, message: dict[str, Any], replies: list[str]) -> None:
    """Say something to the run after 100 s."""

    def say(t_s: float) -> None:
        try:
            replies.append(str(lab.session.handle(message)["state"]))
        except ValueError as error:
            replies.append(str(error))

    lab.at(100.0, say)


def test_a_reason_that_is_no_text_is_made_one(tmp_path: Path) -> None:
    """Half a surrogate pair and endless text go on record as something that can be read back."""
    lab = prepare(tmp_path, STIR + WAIT)
    replies: list[str] = []
    said(lab, {"command": "abort", "who": "\ud800" * 2000, "reason": "smoke \udcff"}, replies)
    assert lab.run(stay=True).state is RunState.ABORTED
    assert replies == ["ABORTING"]
    (abort,) = [event for event in lab.of_kind("state") if event.payload["command"] == "abort"]
    assert (abort.payload["reason"], abort.payload["who"]) == ("smoke ?", "?" * 500)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a lot", [1]])
def test_what_is_no_number_is_refused(tmp_path: Path, value: object) -> None:
    """A restart with such a value says so and leaves the run held."""
    lab = prepare(tmp_path, STIR + "- operator: {prompt: Look, likely: 1 min}\n")
    replies: list[str] = []
    said(lab, {"command": "restart", "who": "Ada", "value": value}, replies)
    assert lab.run(operator=Nobody(), stay=True, patience_s=200.0).state is RunState.HELD
    assert len(replies) == 1
    assert "number" in replies[0] or "could not convert" in replies[0]


def test_a_number_that_nobody_asked_for_is_ignored(tmp_path: Path) -> None:
    """The step is done, and its result has no number."""
    lab = prepare(tmp_path, STIR + "- operator: {prompt: Look, likely: 1 min}\n")
    replies: list[str] = []
    said(lab, {"command": "restart", "who": "Ada", "value": 7}, replies)
    end = lab.run(operator=Nobody(), stay=True)
    assert end.state is RunState.COMPLETE
    assert end.history.actions["2"].result["value"] is None
    assert Question("1", "Look", 1.0).heard(Answer("Ada", 7.0)) == Answer("Ada")
