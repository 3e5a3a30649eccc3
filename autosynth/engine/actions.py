"""Performs one leaf of the plan: claims, arguments resolved once, bounds checked, the deed, the end recorded.

An action resolves its arguments when it starts and writes them into its `action.started` event; a recovery reads them
there, so an equivalent is never computed twice from different contents. A value outside the interval that the plan
was checked for holds the run: the world is not as it was proven.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from autosynth.engine.sweeping import GAS_VERBS
from autosynth.engine.verbs_liquid import LIQUID_VERBS
from autosynth.engine.verbs_other import OTHER_VERBS
from autosynth.engine.verbs_solid import SOLID_VERBS
from autosynth.engine.workshop import Details, Verb, Workshop
from autosynth.plan.tree import PlannedStep
from autosynth.recipe.steps import StepBase

VERBS: Mapping[type[StepBase], Verb] = {**LIQUID_VERBS, **OTHER_VERBS, **SOLID_VERBS, **GAS_VERBS}


class Actions:
    """Performs the leaves of one run's plan."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        station = shop.plan.station
        self._claims = {name: asyncio.Lock() for name in (*station.devices, *station.vessels, *station.racks)}

    async def perform(self, planned: PlannedStep, action: str) -> None:
        """Do one action, or the rest of it; returns at once when the history says it is done.

        Raises:
            RunEndedError: the run was stopped or aborted.
        """
        history, recorder = self._shop.history, self._shop.recorder
        if history.is_done(action):
            return
        verb = VERBS[type(planned.step)]
        async with self._claimed(planned):
            await self._shop.control.pass_gate()
            if history.action(action) is None:
                resolved = verb.details(self._shop, planned.step)
                await self._within_bounds(planned, action, resolved)
                head = {"verb": planned.step.verb, "path": planned.path, "line": planned.step.mark.line}
                recorder.record("action.started", {**head, **resolved}, action)
            result = await verb.perform(self._shop, planned.step, history.actions[action])
            await self._shop.control.pass_gate()
            recorder.record("action.done", result, action)

    @asynccontextmanager
    async def _claimed(self, planned: PlannedStep) -> AsyncGenerator[None]:
        """Hold the devices and vessels of an action, taken in one order everywhere so that nobody deadlocks."""
        taken: list[asyncio.Lock] = []
        try:
            for name in sorted(planned.claims & self._claims.keys()):
                await self._claims[name].acquire()
                taken.append(self._claims[name])
            yield
        finally:
            for lock in reversed(taken):
                lock.release()

    async def _within_bounds(self, planned: PlannedStep, action: str, resolved: Details) -> None:
        for name, bound in planned.bounds.items():
            value = resolved.get(name)
            if isinstance(value, int | float) and value not in bound:
                reason = f"{action}: {name} is {value:.6g}, checked for {bound.low:.6g} to {bound.high:.6g}"
                self._shop.recorder.record("deviation", {"what": "outside the plan", "reason": reason}, action)
                self._shop.control.hold(reason)
                await self._shop.control.pass_gate()
