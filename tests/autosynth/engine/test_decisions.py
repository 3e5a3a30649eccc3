"""Loops and branches go where the numbers lead, an undecided number decides nothing, and people are asked properly."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.operator import Answer, Nobody, Question
from autosynth.errors import InputError
from autosynth.journal.event import Event
from tests.autosynth.engine.bench_run import BRANCHED, Lab, Order, event_of, prepare

HELD = event_of("state", to="HELD")
ENTER = "operator: {{prompt: Weigh it, likely: 1 min, enter: {{name: mass, unit: mg, min: {low} mg, max: {high} mg}}}}"
SCAN = (
    "measure: {voltammetry: {begin: 0 V, vertex1: -0.2 V, vertex2: 0 V, rate: 1 V/s}, in: cell, as: cv, clean: false, "
    "scans_at_most: 1}"
)
"""A scan of an empty cell without a library: every quantity of it stays unknown."""


class Person:
    """Answers with the given values in turn, and remembers what was asked."""

    def __init__(self, *values: float | None) -> None:
        self.values = list(values)
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> Answer | None:
        self.asked.append(question)
        return Answer("Ada", self.values.pop(0) if self.values else None)


def weighing(until: str, extra: str = "", at_most: int = 4) -> str:
    """Return a loop that weighs until a condition holds."""
    enter = ENTER.format(low=0, high=100)
    loop = f"repeat: {{name: weigh, at_most: {at_most}, until: '{until}', {extra} steps: [{{{enter}}}]}}"
    return f"- {loop}\n- note: after\n"


def weigh(folder: Path, steps: str, masses_mg: Sequence[float], *orders: Order) -> Lab:
    """Run a loop with a person who reads these masses off a balance, and return the lab."""
    lab = prepare(folder, steps)
    lab.run(*orders, operator=Person(*(1e-3 * mass for mass in masses_mg)))
    return lab


def verdicts(lab: Lab) -> list[str]:
    return [event.payload["verdict"] for event in lab.of_kind("decision")]


def noted(lab: Lab) -> list[str]:
    return [event.payload["text"] for event in lab.of_kind("action.started") if event.payload.get("verb") == "note"]


def test_a_loop_ends_in_the_round_that_meets_its_condition(tmp_path: Path) -> None:
    """The loop is judged after each round, on that round's values, and left as soon as its condition holds."""
    lab = weigh(tmp_path, weighing("mass > 50 mg"), [10, 20, 60, 70])
    assert lab.final.state is RunState.COMPLETE
    assert verdicts(lab) == ["false", "false", "true"]
    assert [event.payload["values"]["mass"]["value"] for event in lab.of_kind("decision")] == [0.01, 0.02, 0.06]
    assert [event.action for event in lab.of_kind("decision")] == ["1@1", "1@2", "1@3"]
    assert lab.final.history.is_done("2")


def test_a_condition_for_two_rounds_must_hold_twice_in_a_row(tmp_path: Path) -> None:
    """`for 2 rounds` starts again when the condition fails in between."""
    lab = weigh(tmp_path, weighing("mass > 50 mg for 2 rounds"), [60, 10, 60, 70])
    assert lab.final.state is RunState.COMPLETE
    assert verdicts(lab) == ["true", "false", "true", "true"]
    assert [event.payload["true_for"] for event in lab.of_kind("decision")] == [1, 0, 1, 2]
    assert lab.final.history.action("1") is None  # the cap was reached, but the condition held in the last round


@pytest.mark.parametrize(
    ("at_cap", "states"),
    [
        ("accept", ["RUNNING", "COMPLETE"]),
        ("hold", ["RUNNING", "HOLDING", "HELD"]),
        ("stop", ["RUNNING", "STOPPING", "STOPPED"]),
    ],
)
def test_the_cap_of_a_loop(tmp_path: Path, at_cap: str, states: list[str]) -> None:
    """A loop that reaches its bound accepts, holds or stops, as the recipe declares, and never runs a further round."""
    lab = weigh(tmp_path, weighing("mass > 50 mg", f"at_cap: {at_cap},"), [10, 20, 30, 40, 99])
    assert lab.states == states
    assert verdicts(lab) == ["false"] * 4
    after = lab.final.history.is_done("2")
    assert after == (at_cap == "accept")
    if at_cap == "accept":
        assert lab.final.history.actions["1"].result == {"outcome": "cap", "rounds": 4, "bound": "lower"}
    if at_cap == "hold":
        assert "4 rounds without mass > 50 mg" in lab.final.history.hold_reason


def test_a_loop_held_at_its_cap_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Whoever restarts a run held at a loop's cap accepts the cap, and that is the recorded outcome."""
    steps = weighing("mass > 50 mg", "at_cap: hold,")
    lab = weigh(tmp_path, steps, [10, 20, 30, 40], Order("restart", 60.0, after=HELD))
    assert lab.final.state is RunState.COMPLETE
    assert lab.final.history.actions["1"].result["outcome"] == "cap"


def test_a_branch_is_taken_by_the_value(tmp_path: Path) -> None:
    """A true condition takes `then`, a false one `else`; the other branch leaves no trace."""
    steps = (
        f"- {ENTER.format(low=0, high=100)}\n"
        "- when: {condition: mass > 50 mg, then: [{note: heavy}], else: [{note: light}]}\n"
    )
    for mass_mg, said in ((80.0, "heavy"), (20.0, "light")):
        lab = weigh(tmp_path / said, steps, [mass_mg])
        assert lab.final.state is RunState.COMPLETE
        assert noted(lab) == [said]


def test_an_undecided_condition_takes_its_own_branch(tmp_path: Path) -> None:
    """A condition on a number that nobody knows is neither true nor false: the undecided branch is taken."""
    steps = (
        f"- {SCAN}\n- when: {{condition: cv.IA2 > 50 %, then: [{{note: yes}}], else: [{{note: no}}], "
        "undecided: [{note: unknown}]}\n"
    )
    lab = prepare(tmp_path, steps, station=BRANCHED)
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert verdicts(lab) == ["undecided"]
    assert noted(lab) == ["unknown"]
    assert "no result" in [each["what"] for each in end.history.deviations]


def test_an_undecided_condition_without_a_branch_holds(tmp_path: Path) -> None:
    """Without an undecided branch the run is held; whoever restarts takes it for false, and that is a deviation."""
    steps = f"- {SCAN}\n- when: {{condition: cv.IA2 > 50 %, then: [{{note: yes}}], else: [{{note: no}}]}}\n"
    lab = prepare(tmp_path, steps, station=BRANCHED)
    end = lab.run(Order("restart", 30.0, after=HELD))
    assert end.state is RunState.COMPLETE
    assert "undecided whether cv.IA2 > 50 %" in lab.of_kind("state")[1].payload["reason"]
    assert noted(lab) == ["no"]
    (deviation,) = [each for each in end.history.deviations if each["what"] == "undecided taken for false"]
    assert deviation["by"] == "test"


@pytest.mark.parametrize(
    ("undecided", "rounds", "state"),
    [("continue", 3, RunState.COMPLETE), ("accept", 1, RunState.COMPLETE), ("hold", 1, RunState.HELD)],
)
def test_an_undecided_loop(tmp_path: Path, undecided: str, rounds: int, state: RunState) -> None:
    """A loop that cannot decide goes on to its cap, accepts, or holds, as the recipe says."""
    steps = (
        f"- repeat: {{name: scans, at_most: 3, until: cv.IA2 > 50 %, undecided: {undecided}, at_cap: accept, "
        f"steps: [{{{SCAN}}}]}}\n"
    )
    lab = prepare(tmp_path, steps, station=BRANCHED)
    end = lab.run()
    assert end.state is state
    assert verdicts(lab) == ["undecided"] * rounds


def test_the_simulated_operator_takes_about_the_declared_time(tmp_path: Path) -> None:
    """The simulated operator confirms after 0.8 to 1.2 times the declared duration and enters a plausible value."""
    lab = prepare(tmp_path, f"- {ENTER.format(low=40, high=60)}\n", seed=3)
    end = lab.run()
    assert end.state is RunState.COMPLETE
    record = end.history.actions["1"]
    assert record.done_s is not None
    assert 48.0 <= record.done_s - record.started_s <= 72.0
    assert 0.04 <= record.result["value"] <= 0.06
    assert (record.result["who"], record.result["unit"]) == ("simulated operator", "g")


def test_nobody_to_ask_holds_the_run(tmp_path: Path) -> None:
    """Where nobody can be asked the run is held with the prompt as its reason; who restarts it says it is done."""
    lab = prepare(tmp_path, "- operator: {prompt: Close the lid, likely: 1 min}\n")
    end = lab.run(Order("restart", 60.0, after=HELD), operator=Nobody(), patience_s=200.0)
    assert end.state is RunState.COMPLETE
    assert lab.states == ["RUNNING", "HOLDING", "HELD", "RESTARTING", "RUNNING", "COMPLETE"]
    reasons = {event.payload["reason"] for event in lab.of_kind("state")}
    assert any(reason.startswith("1 needs a person: Close the lid") for reason in reasons)


def test_a_restart_gives_a_number_in_the_unit_that_was_asked_for(tmp_path: Path) -> None:
    """Whoever restarts types what the balance shows, mg; the reason says so, and the limits hold."""
    lab = prepare(tmp_path, f"- {ENTER.format(low=0, high=100)}\n")

    def restart(event: Event) -> None:
        if HELD(event):
            message = {"command": "restart", "who": "Ada", "value": 21.4}
            asyncio.get_running_loop().call_later(60.0, lambda: lab.session.handle(message))

    lab.watchers.append(restart)
    end = lab.run(stay=True, operator=Nobody(), patience_s=300.0)
    assert end.state is RunState.COMPLETE
    assert end.history.actions["1"].result["value"] == pytest.approx(0.0214)
    assert lab.of_kind("state")[1].payload["reason"].endswith("restart --value mass (in mg)")


@pytest.mark.parametrize("wrong", [400.0, -1.0, None, float("nan")])
def test_an_implausible_value_holds_and_is_asked_for_again(tmp_path: Path, wrong: float | None) -> None:
    """A value outside its limits, or none at all, is not taken: the run is held, and the question is put again."""
    person = Person(None if wrong is None else 1e-3 * wrong, 0.05)
    lab = prepare(tmp_path, f"- {ENTER.format(low=0, high=100)}\n")
    end = lab.run(Order("restart", 60.0, after=HELD), operator=person)
    assert end.state is RunState.COMPLETE
    assert lab.states[:3] == ["RUNNING", "HOLDING", "HELD"]
    assert len(person.asked) == 2
    assert end.history.actions["1"].result["value"] == 0.05
    assert end.history.actions["1"].result["who"] == "Ada"


def test_a_hand_operation_goes_on_through_a_hold(tmp_path: Path) -> None:
    """A person who finishes while the run is held is heard; the action ends after the restart."""
    lab = prepare(tmp_path, "- operator: {prompt: Filter it, likely: 10 min}\n- note: done\n")
    end = lab.run(Order("hold", 60.0), Order("restart", 1500.0))
    assert end.state is RunState.COMPLETE
    assert end.history.actions["1"].done_s == pytest.approx(1500.0, abs=5.0)


def test_a_recipe_stops_itself_with_a_reason(tmp_path: Path) -> None:
    """`stop` ends the run as Stopped, its reason in the journal; what follows is not done."""
    decide = (
        "- when: {condition: mass > 50 mg, then: [{stop: too much of it}], else: [{note: enough}]}\n- note: after\n"
    )
    enter = f"- {ENTER.format(low=0, high=100)}\n"
    heavy = weigh(tmp_path / "heavy", enter + decide, [60])
    light = weigh(tmp_path / "light", enter + decide, [10])
    assert heavy.states == ["RUNNING", "STOPPING", "STOPPED"]
    reasons = [each.payload["reason"] for each in heavy.of_kind("state") if each.payload["to"] == "STOPPING"]
    assert reasons == ["2.then.1: too much of it"]
    assert not heavy.final.history.is_done("3")
    assert light.final.state is RunState.COMPLETE
    assert noted(light) == ["enough", "after"]


def test_a_branch_for_two_rounds_is_taken_when_it_held_twice_in_a_row(tmp_path: Path) -> None:
    """In a loop `when ... for 2 rounds` counts its own verdicts, round by round."""
    decide = "{when: {condition: mass > 50 mg for 2 rounds, then: [{note: twice}], else: [{note: not yet}]}}"
    enter = ENTER.format(low=0, high=100)
    loop = f"- repeat: {{name: weigh, at_most: 5, steps: [{{{enter}}}, {decide}]}}\n"
    lab = weigh(tmp_path, loop, [60, 10, 60, 70, 80])
    assert lab.final.state is RunState.COMPLETE
    assert noted(lab) == ["not yet", "not yet", "not yet", "twice", "twice"]


def test_rounds_are_of_a_loop(tmp_path: Path) -> None:
    """Outside of a loop `for 2 rounds` could never hold: it is refused."""
    enter = f"- {ENTER.format(low=0, high=100)}\n"
    with pytest.raises(InputError, match="there are no rounds here"):
        weigh(tmp_path, enter + "- when: {condition: mass > 50 mg for 2 rounds, then: [{note: twice}]}\n", [60])
