"""Who answers when a recipe needs hands: a person at a terminal, a simulated operator, or nobody.

The engine only asks; it never invents an answer. Without anybody to ask, the run is held.
"""

import asyncio
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from autosynth.clock import Clock
from autosynth.units import parse_quantity

READ_OFF: Mapping[str, tuple[str, float]] = {
    "mass": ("mass_mg", 1e-3),
    "volume": ("volume_ml", 1.0),
    "temperature": ("temperature_c", 1.0),
}
"""What is read off by whoever does a task: the number's name -> its key in what is seen, and its factor to the unit."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked to do, and perhaps to enter: a number within low..high; `unit` is how they think of it.

    The limits are in its canonical unit.
    `task` is the same for a simulated bench, as its documents list tasks; a person reads the prompt.
    """

    action: str
    prompt: str
    likely_s: float
    name: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    task: Mapping[str, Any] | None = None

    def accepts(self, answer: "Answer") -> bool:
        """Say whether the answer has the number that was asked for, within its limits."""
        if not self.name:
            return True
        value = answer.value
        if value is None or not math.isfinite(value):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def by_restart(self) -> str:
        """Return how a restart gives what was asked for: " --value yield (in mg)"; nothing when no number was."""
        unit = f" (in {self.unit})" if self.unit else ""
        return f" --value {self.name}{unit}" if self.name else ""

    def restarted(self, who: str, value: float | None) -> "Answer":
        """Return the answer of whoever restarts; their number is in the unit that the question names."""
        if value is not None and self.unit and self.name:
            value = parse_quantity(f"{value!r} {self.unit}").value
        return self.heard(Answer(who, value))

    def heard(self, answer: "Answer") -> "Answer":
        """Return the answer without a number that nobody asked for."""
        return answer if self.name else replace(answer, value=None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said: done, by whom, and the number if one was asked for, in its canonical unit."""

    who: str
    value: float | None = None


class Operator(Protocol):
    """Somebody who can be asked."""

    async def ask(self, question: Question) -> Answer | None:
        """Return the answer, or None when there is nobody to give one."""
        ...


class Nobody:
    """No operator: every question holds the run."""

    async def ask(self, question: Question) -> Answer | None:
        """Return None at once."""
        return None


class SimulatedOperator:
    """Confirms after the declared duration, a little early or late by the seed; numbers come from `enter`.

    What needs hands is done to the simulated bench by `hands`, which gets the task and the time, and says what is seen.
    """

    def __init__(
        self,
        clock: Clock,
        seed: int,
        enter: Callable[[Question], float | None] | None = None,
        hands: Callable[[Mapping[str, Any], float], Mapping[str, Any]] | None = None,
    ) -> None:
        self._clock = clock
        self._random = random.Random(seed)
        self._enter = enter
        self._hands = hands

    async def ask(self, question: Question) -> Answer | None:
        """Return after 0.8 to 1.2 times the likely duration."""
        await self._clock.sleep(question.likely_s * self._random.uniform(0.8, 1.2))
        value = None
        seen: Mapping[str, Any] = {}
        if question.task is not None and self._hands is not None:
            seen = self._hands(question.task, self._clock.now())
        found = _seen(question, seen)
        if found is not None:
            value = found
        elif question.name:
            value = self._enter(question) if self._enter else None
            if value is None and question.low is not None and question.high is not None:
                value = self._random.uniform(question.low, question.high)
        return Answer("simulated operator", value)


class Desk:
    """Questions wait here until somebody at a terminal or over the control channel answers them."""

    def __init__(self) -> None:
        self.open: dict[str, Question] = {}
        self._answers: dict[str, asyncio.Future[Answer]] = {}

    async def ask(self, question: Question) -> Answer | None:
        """Return when `answer` is called for this question's action."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.open[question.action], self._answers[question.action] = question, future
        try:
            return await future
        finally:
            del self.open[question.action], self._answers[question.action]

    def answer(self, action: str, answer: Answer) -> bool:
        """Give the answer; False when nothing of that action is being asked."""
        future = self._answers.get(action)
        if future is None or future.done():
            return False
        future.set_result(self.open[action].heard(answer))
        return True


class RehearsedDesk(Desk):
    """A desk beside a simulated bench: what somebody confirms is done to it by `hands`, what is read off is its own.

    Whoever rehearses has no powder to weigh: the number that they enter for one is not what is in the simulated jar.
    """

    def __init__(self, clock: Clock, hands: Callable[[Mapping[str, Any], float], Mapping[str, Any]]) -> None:
        super().__init__()
        self._clock = clock
        self._hands = hands

    async def ask(self, question: Question) -> Answer | None:
        """Return when it was answered and the bench has seen it done."""
        answer = await super().ask(question)
        if answer is None or question.task is None:
            return answer
        seen = self._hands(question.task, self._clock.now())
        found = _seen(question, seen)
        return answer if found is None else replace(answer, value=found)


def _seen(question: Question, seen: Mapping[str, Any]) -> float | None:
    """Return the number that was asked for as the simulated bench has it, in its canonical unit; None of others."""
    key, factor = READ_OFF.get(question.name, ("", 1.0))
    return factor * float(seen[key]) if key in seen else None
