"""Where a run stands in its plan: the steps going on now, the rounds they are in, the time that is left.

It looks at plan and history only. The time left is the plan's likely duration of what has not begun plus what
remains of the top-level steps that have; decisions make it a guess, and it is called one.
"""

from collections.abc import Iterator, Sequence

from autosynth.cli.words import arguments_text, deciding
from autosynth.engine.history import History
from autosynth.engine.values import Values
from autosynth.journal.event import Event
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe.measure import Entry
from autosynth.recipe.steps import Measure, Operator, Repeat, StepBase, When

Loops = tuple[Repeat, ...]


class Progress:
    """Follows one run; `take` every event, then ask. Events are told before the history has folded them."""

    def __init__(self, plan: Plan, history: History) -> None:
        self._plan = plan
        self._values = Values(plan, history)
        self._steps: dict[str, tuple[StepBase, Loops]] = {
            planned.path: (planned.step, loops) for planned, loops in _walk(plan.steps, ())
        }
        self.used = frozenset(name for planned, _ in _walk(plan.steps, ()) for name in planned.claims)
        """Vessels and devices that the plan's steps claim."""
        self._running = {name: record.details for name, record in history.actions.items() if record.done_s is None}
        self._top = max((_top(name) for name in history.actions), default=0)
        self._top_started_s = min(
            (record.started_s for name, record in history.actions.items() if _top(name) == self._top), default=0.0
        )
        self.deciding = deciding(self._names())

    def _names(self) -> Iterator[str]:
        """Yield the quantities that the plan decides on, and those that measurements must know well."""
        for step, _ in self._steps.values():
            condition = step.until if isinstance(step, Repeat) else step.condition if isinstance(step, When) else None
            if condition is not None:
                text = condition.expression.text.replace(" ", "")
                for name in sorted(condition.names()):
                    yield name
                    if f"change({name})" in text:
                        yield f"change {name}"
            if isinstance(step, Measure):
                yield from (_full(step.as_, quantity) for quantity in step.until)

    def take(self, event: Event) -> None:
        """Note an event."""
        if event.kind == "action.started":
            self._running[str(event.action)] = event.payload
            if _top(str(event.action)) > self._top:
                self._top, self._top_started_s = _top(str(event.action)), event.t_s
        elif event.kind == "action.done":
            self._running.pop(str(event.action), None)

    def now(self) -> list[str]:
        """Return a line for each action going on: its rounds, then what it does, then the part it is in."""
        lines: list[str] = []
        for action, details in sorted(self._running.items()):
            if "verb" in details:
                parts = [each for each in self._running if each.startswith(f"{action}/")]
                part = f" ({parts[-1].rpartition('/')[2]})" if parts else ""
                lines.append(f"{self._rounds(action)}{arguments_text(details)}{part}")
        return lines

    def _rounds(self, action: str) -> str:
        path, _, numbers = action.partition("@")
        loops = self._steps[path][1] if path in self._steps else ()
        rounds = numbers.split(".")
        return "".join(
            f"{loop.name}, round {number} of {self._values.whole(loop.at_most)}: "
            for loop, number in zip(loops, rounds, strict=False)
        )

    def entry(self, action: str) -> Entry | None:
        """Return what value a person has to enter for an action, if any."""
        step = self._steps.get(action.partition("@")[0], (None, ()))[0]
        return step.enter if isinstance(step, Operator) else None

    def left_s(self, now_s: float) -> float:
        """Return the likely time to the end, s."""
        left_s = 0.0
        for number, planned in enumerate(self._plan.steps, start=1):
            if number > self._top:
                left_s += planned.duration.likely_s
            elif number == self._top:
                left_s += max(planned.duration.likely_s - (now_s - self._top_started_s), 0.0)
        return left_s


def _full(measurement: str, quantity: str) -> str:
    change = "change " if quantity.startswith("change ") else ""
    return f"{change}{measurement}.{quantity.removeprefix('change ')}"


def _walk(steps: Sequence[PlannedStep], loops: Loops) -> Iterator[tuple[PlannedStep, Loops]]:
    for planned in steps:
        yield planned, loops
        inner = (*loops, planned.step) if isinstance(planned.step, Repeat) else loops
        for block in planned.blocks.values():
            yield from _walk(block, inner)


def _top(action: str) -> int:
    """Return the number of the top-level step that an action belongs to."""
    return int(action.partition("@")[0].partition(".")[0].partition("/")[0])
