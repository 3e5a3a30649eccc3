"""Decisions, taken once and recorded with the values behind them; a recovery reads them again."""

from collections.abc import Sequence

from autosynth.engine.control import Request
from autosynth.engine.machine import Command
from autosynth.engine.values import action_id
from autosynth.engine.workshop import Workshop
from autosynth.language.expression import Condition
from autosynth.language.logic import Truth
from autosynth.plan.tree import PlannedStep
from autosynth.recipe.steps import Repeat


class Decisions:
    """Judges conditions for one run."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    async def decide(self, planned: PlannedStep, action: str, condition: Condition, number: int, cap: int) -> Truth:
        """Return the verdict of this decision, judged now unless the history has it."""
        for decision in self._shop.history.decisions:
            if decision["action"] == action:
                return Truth(decision["verdict"])
        await self._shop.control.pass_gate()
        verdict, values = self._shop.values.judge(condition)
        true_for = 1 + self._true_before(action) if verdict is Truth.TRUE else 0
        payload = {
            "name": getattr(planned.step, "name", ""),
            "condition": condition.expression.text,
            "rounds": condition.rounds,
            "true_for": true_for,
            "values": values,
            "verdict": verdict.value,
            "round": number,
            "of": cap,
            "line": planned.step.mark.line,
        }
        self._shop.recorder.record("decision", payload, action)
        return verdict

    def held(self, path: str, rounds: Sequence[int], wanted: int) -> bool:
        """Tell whether a decision of this path came out true in so many rounds up to this one."""
        return wanted <= 1 or self._true_before(action_id(path, (*rounds[:-1], rounds[-1] + 1))) >= wanted

    def _true_before(self, action: str) -> int:
        """Return in how many rounds running before this one the same decision came out true."""
        true = {each["action"] for each in self._shop.history.decisions if Truth(each["verdict"]) is Truth.TRUE}
        path, _, numbers = action.partition("@")
        *outer, number = [int(each) for each in numbers.split(".")] if numbers else [1]
        found = 0
        while action_id(path, (*outer, number - found - 1)) in true:
            found += 1
        return found

    async def ask_a_person(self, action: str, condition: Condition) -> Truth:
        """Hold on an undecided condition: whoever restarts takes it for not shown, and that is recorded, once."""
        taken = "undecided taken for false"
        if any(each["action"] == action and each["what"] == taken for each in self._shop.history.deviations):
            return Truth.FALSE
        self._shop.control.hold(f"{action}: undecided whether {condition.expression.text}")
        await self._shop.control.pass_gate()
        payload = {"what": taken, "condition": condition.expression.text}
        self._shop.recorder.record("deviation", {**payload, "by": self._shop.control.last.who}, action)
        return Truth.FALSE

    async def at_cap(self, planned: PlannedStep, action: str, step: Repeat, cap: int) -> None:
        """A loop ended by its bound: a declared outcome, or reason to hold or stop."""
        if self._shop.history.is_done(action) or step.until is None:
            return
        if step.at_cap == "hold":
            self._shop.control.hold(f"{step.name}: {cap} rounds without {step.until.expression.text}")
        elif step.at_cap == "stop":
            self._shop.control.give(Request(Command.STOP, f"{step.name}: reached its cap of {cap} rounds"))
        await self._shop.control.pass_gate()
        head = {"verb": "repeat", "path": planned.path, "line": step.mark.line, "name": step.name}
        self._shop.recorder.record("action.started", head, action)
        self._shop.recorder.record("action.done", {"outcome": "cap", "rounds": cap, "bound": "lower"}, action)
