"""A measurement: a sample into the cell, a technique that measures it, the cell washed.

Each part is an action of its own below the measurement's id, so a crash in the middle costs at most one scan or block.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.laboratory import Details, Laboratory, Technique
from autosynth.engine.liquids import LiquidHandler
from autosynth.recipe.steps import Measure


class Measuring:
    """Measures for one run."""

    def __init__(self, laboratory: Laboratory, techniques: Mapping[str, Technique]) -> None:
        self._lab = laboratory
        self._techniques = techniques

    def details(self, step: Measure) -> Details:
        """Resolve a measurement's arguments."""
        return {"technique": step.technique, **self._techniques[step.technique].details(step)}

    async def measure(self, step: Measure, record: ActionRecord) -> Details:
        """Carry a measurement out, or the rest of it.

        Raises:
            RunEndedError: the run was stopped.
        """
        asked, action = record.details, record.action
        technique = self._techniques[step.technique]
        if asked["vessel"] is not None and asked["sample_ml"] is not None:
            if self._lab.history.action(f"{action}/sample") is None:
                await technique.prepare(action, asked)
            await self._sample(action, asked)
        if "measured" not in record.marks:
            await technique.measure(action, asked, step.decide)
            self._lab.recorder.record("action.phase", {"phase": "measured"}, action)
        if step.clean and step.technique == "voltammetry":
            await self._clean(action, asked["cell"])
        return {"as": asked["as"]}

    async def wash(self, action: str, vessel: str, stock: str, volume_ml: float, times: int) -> None:
        """Empty a vessel to waste and rinse it `times` with `volume_ml` of `stock`."""
        handler = self._handler(vessel)
        rate = self._lab.plan.station.draw_rate_ml_min
        if self._lab.begin(f"{action}/drain", {"vessel": vessel}):
            await handler.drain(f"{action}/drain", vessel, rate)
            self._lab.end(f"{action}/drain")
        for turn in range(1, times + 1):
            rinsed = {"vessel": vessel, "stock": stock, "volume_ml": volume_ml}
            if self._lab.begin(f"{action}/rinse{turn}", rinsed):
                await handler.dose(f"{action}/rinse{turn}", stock, vessel, volume_ml, rate)
                self._lab.end(f"{action}/rinse{turn}")
            if self._lab.begin(f"{action}/drain{turn}", {"vessel": vessel}):
                await handler.drain(f"{action}/drain{turn}", vessel, rate)
                self._lab.end(f"{action}/drain{turn}")

    async def _sample(self, action: str, asked: Mapping[str, Any]) -> None:
        sub = f"{action}/sample"
        sampled = {"source": asked["vessel"], "vessel": asked["cell"], "volume_ml": asked["sample_ml"]}
        if self._lab.begin(sub, sampled):
            rate = self._lab.plan.station.draw_rate_ml_min
            handler = self._handler(asked["vessel"])
            await handler.transfer(sub, asked["vessel"], asked["cell"], float(asked["sample_ml"]), rate)
            self._lab.end(sub)

    async def _clean(self, action: str, cell: str) -> None:
        rinse = self._lab.plan.station.rinse
        if rinse is not None:
            await self.wash(action, cell, rinse.stock, rinse.volume_ml, rinse.times)

    def _handler(self, vessel: str) -> LiquidHandler:
        pump = self._lab.plan.plumbing.pump_to(vessel)
        return self._lab.handlers[str(pump)]
