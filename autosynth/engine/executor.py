"""Walks the plan: sequence, repeat, when, parallel; the leaves are performed by actions.py.

An action's id is its plan path and the rounds it is in ("6.2@3"), never random, so the walk can be begun anew after a
crash: what the history calls done is passed over, decisions are read from it, and the first thing not done goes on.
"""

import asyncio
from collections.abc import Mapping, Sequence

from autosynth.engine.actions import Actions
from autosynth.engine.control import RunEndedError
from autosynth.engine.decisions import Decisions
from autosynth.engine.values import Values, action_id
from autosynth.language.logic import Truth
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe.steps import Parallel, Repeat, When


class Executor:
    """Executes one plan from wherever the history says it stands."""

    def __init__(self, plan: Plan, actions: Actions, decisions: Decisions, values: Values) -> None:
        self._plan = plan
        self._actions = actions
        self._decisions = decisions
        self._values = values

    async def run(self) -> None:
        """Execute the plan to its end.

        Raises:
            RunEndedError: the run was stopped or aborted.
        """
        await self._sequence(self._plan.steps, ())

    async def _sequence(self, steps: Sequence[PlannedStep], rounds: tuple[int, ...]) -> None:
        for planned in steps:
            await self._step(planned, rounds)

    async def _step(self, planned: PlannedStep, rounds: tuple[int, ...]) -> None:
        step = planned.step
        if isinstance(step, Repeat):
            await self._repeat(planned, step, rounds)
        elif isinstance(step, When):
            await self._when(planned, step, rounds)
        elif isinstance(step, Parallel):
            await self._parallel(planned.blocks, rounds)
        else:
            await self._actions.perform(planned, action_id(planned.path, rounds))

    async def _repeat(self, planned: PlannedStep, step: Repeat, rounds: tuple[int, ...]) -> None:
        """Repeat until the condition has held for its number of rounds; the last round is judged before the cap."""
        cap = self._values.whole(step.at_most)
        held_for = 0
        for number in range(1, cap + 1):
            inner = (*rounds, number)
            await self._sequence(planned.blocks["steps"], inner)
            if step.until is None:
                continue
            verdict = await self._decisions.decide(planned, action_id(planned.path, inner), step.until, number, cap)
            if verdict is Truth.UNDECIDED and step.undecided == "hold":
                verdict = await self._decisions.ask_a_person(action_id(planned.path, inner), step.until)
            held_for = held_for + 1 if verdict is Truth.TRUE else 0
            if held_for >= step.until.rounds or (verdict is Truth.UNDECIDED and step.undecided == "accept"):
                return
        if step.until is None:
            return
        await self._decisions.at_cap(planned, action_id(planned.path, rounds), step, cap)

    async def _when(self, planned: PlannedStep, step: When, rounds: tuple[int, ...]) -> None:
        action = action_id(planned.path, rounds)
        verdict = await self._decisions.decide(planned, action, step.condition, 1, 1)
        if verdict is Truth.TRUE and not self._decisions.held(planned.path, rounds, step.condition.rounds):
            verdict = Truth.FALSE
        if verdict is Truth.UNDECIDED and "undecided" not in planned.blocks:
            verdict = await self._decisions.ask_a_person(action, step.condition)
        block = {Truth.TRUE: "then", Truth.FALSE: "else", Truth.UNDECIDED: "undecided"}[verdict]
        await self._sequence(planned.blocks.get(block, ()), rounds)

    async def _parallel(self, blocks: Mapping[str, Sequence[PlannedStep]], rounds: tuple[int, ...]) -> None:
        """Run the branches at once; when the run is being stopped each ends by itself, after its stroke in flight."""
        ended: list[RunEndedError] = []

        async def branch(steps: Sequence[PlannedStep]) -> None:
            try:
                await self._sequence(steps, rounds)
            except RunEndedError as error:
                ended.append(error)

        try:
            async with asyncio.TaskGroup() as branches:
                for name in sorted(blocks):
                    branches.create_task(branch(blocks[name]), name=name)
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        if ended:
            raise ended[0]
