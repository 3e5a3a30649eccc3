"""Two strokes of unknown outcome are two decisions: each is named, and nothing is booked for one that was not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autosynth.engine.choices import named_choices
from autosynth.engine.machine import RunState
from autosynth.errors import StateError
from tests.autosynth.engine.bench_run import Order, event_of, prepare

TWO_PUMPS = Path(__file__).with_name("two_pumps.yaml")
HEAD = "needs: {one: vial, two: vial}\nreagents: {SiW9: {}, KOTf: {}}"
DOSES = """
- parallel:
    branches:
      - [{add: {reagent: SiW9, to: one, volume: 0.9 mL, rate: 2 mL/min}}]
      - [{add: {reagent: KOTf, to: two, volume: 0.9 mL, rate: 2 mL/min}}]
"""
HELD = event_of("state", to="HELD")
UNKNOWN: Mapping[int, Mapping[str, Any]] = {
    42: {"reason": "pump lost its place", "low_ml": 0.0, "high_ml": 0.5},
    57: {"reason": "other pump lost its place", "low_ml": -0.2, "high_ml": 0.0},
}
ONE = {42: UNKNOWN[42]}


@pytest.mark.parametrize("text", ["none", "42=none", " 42=none, "])
def test_one_stroke_needs_no_number(text: str) -> None:
    """Where one is open a choice is for it, with or without its number."""
    assert named_choices(text, ONE) == {42: "none"}


def test_each_of_two_has_its_own_choice() -> None:
    """Named choices go to the strokes they name, in any order."""
    assert named_choices("57=done 42=estimate", UNKNOWN) == {57: "done", 42: "estimate"}


@pytest.mark.parametrize(
    ("text", "strokes", "said"),
    [
        ("none", UNKNOWN, "'none' is for one stroke, and 2 are open"),
        ("42=none", UNKNOWN, "Stroke 57: other pump lost its place; between -0.2 and 0 mL moved"),
        ("", ONE, "--settle 42=estimate|done|none"),
        ("42=half", ONE, "'42=half' is no choice"),
        ("half", UNKNOWN, "'half' is no choice"),
        ("41=none", ONE, "stroke 41 is not open"),
        ("42=none 42=done", ONE, "stroke 42 is given two choices"),
        ("none done", ONE, "stroke 42 is given two choices"),
        ("none", {}, "there is nothing to settle"),
        ("42=none", {}, "stroke 42 is not open"),
    ],
)
def test_what_is_not_clear_is_refused(text: str, strokes: Mapping[int, Mapping[str, Any]], said: str) -> None:
    """A refusal says which stroke is meant, what is known of it, and what can be said."""
    with pytest.raises(StateError) as refused:
        named_choices(text, strokes)
    assert said in str(refused.value)


def test_two_pumps_that_lost_their_power_are_settled_one_by_one(tmp_path: Path) -> None:
    """One choice for both is refused; named, one is booked as made, the other as not, and both doses end whole."""
    faults = ["pump:power_cycle@t=25", "other:power_cycle@t=25"]
    lab = prepare(tmp_path, DOSES, station=TWO_PUMPS, head=HEAD, faults=faults)
    numbers: dict[str, int] = {}

    def decide(t_s: float) -> None:
        assert lab.open is not None
        opened = lab.open.history.open_intents
        numbers.update({opened[number].intent.device: number for number in lab.open.history.unknown})
        settle = f"{numbers['pump']}=done {numbers['other']}=none"
        lab.session.handle({"command": "restart", "who": "test", "settle": settle})

    lab.at(120.0, decide)
    end = lab.run(Order("restart", 60.0, after=HELD, settle="none"))
    assert "is for one stroke, and 2 are open" in lab.replies[0]
    assert end.state is RunState.COMPLETE
    booked = {e.payload["intent"]: e.payload["moved_ml"] for e in lab.of_kind("settled") if e.payload["by"] == "test"}
    assert booked == pytest.approx({numbers["pump"]: 0.45, numbers["other"]: 0.0}, abs=1e-3)
    doses = [record.result["volume_ml"] for record in end.history.actions.values() if "volume_ml" in record.result]
    assert doses == pytest.approx([0.9, 0.9], abs=1e-4)
