"""What measuring needs of a run, whatever the technique: parts done once, data kept before anything is computed.

A part of a measurement is an action of its own below the measurement's id, so that a crash costs at most one part. A
disk that refuses a file holds the run and is tried again when a person restarts.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.contracts.device import Device
from autosynth.engine.accounting import Accounting
from autosynth.engine.control import Control
from autosynth.engine.estimates import quantities_to_json
from autosynth.engine.folder import RunFolder
from autosynth.engine.hands import Hands
from autosynth.engine.history import History
from autosynth.engine.liquids import LiquidHandler
from autosynth.engine.recorder import Recorder
from autosynth.engine.values import Values
from autosynth.errors import JournalError
from autosynth.language.expression import Condition
from autosynth.language.logic import Truth
from autosynth.plan.tree import Plan
from autosynth.recipe.steps import Evaluate, Measure
from autosynth.units import Quantity

Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A run as a measurement sees it; `library` is what the recipe names, one or several."""

    plan: Plan
    library: AnyLibrary | Shelf | None
    folder: RunFolder
    accounting: Accounting
    recorder: Recorder
    handlers: Mapping[str, LiquidHandler]
    devices: Mapping[str, Device]
    values: Values
    control: Control
    hands: Hands
    threaded: bool
    """Whether to compute and write beside the event loop: in real time neither a long fit nor a disk that stalls may
    keep watchdogs and holds waiting."""

    @property
    def history(self) -> History:
        """Return the run so far."""
        return self.recorder.history

    def begin(self, action: str, details: Details) -> bool:
        """Start a part of a measurement; False when the history says it is done."""
        if self.history.action(action) is None:
            self.recorder.record("action.started", details, action)
        return not self.history.is_done(action)

    def end(self, action: str, result: Mapping[str, Any] | None = None) -> None:
        """Note that a part is done."""
        self.recorder.record("action.done", result or {}, action)

    async def kept(self, keep: Callable[[], tuple[str, str]]) -> Details:
        """Write a file of the run; while the disk refuses, hold, and try again when a person restarts.

        Raises:
            RunEndedError: the run was stopped.
        """
        while True:
            try:
                path, digest = await asyncio.to_thread(keep) if self.threaded else keep()
            except JournalError as error:
                self.control.hold(str(error))
                await self.control.pass_gate()
            else:
                return {"file": path, "sha256": digest}

    async def keep_fits(self, action: str, name: str, tables: Mapping[str, bytes]) -> list[Details]:
        """Write fitted curves, file name to table, so that what was decided on can be looked at as it was."""
        files = tables.items()
        return [await self.kept(partial(self.folder.keep_fit, action, name, file, table)) for file, table in files]

    def undecided(self, decide: Condition | None, name: str, quantities: Mapping[str, Estimate]) -> bool:
        """Tell whether the decision that a measurement serves cannot be taken on what it has found so far."""
        if decide is None:
            return False
        found = quantities_to_json(quantities)
        return self.values.provisional(decide, name, found) is Truth.UNDECIDED


def asked_of_all(lab: Laboratory, step: Measure, cell: str) -> Details:
    """Return the arguments that every technique has."""
    number = lab.values.number
    return {
        "as": step.as_,
        "cell": cell,
        "vessel": lab.plan.vessel(step.of) if step.of else None,
        "sample_ml": number(step.sample).value if step.sample else None,
        "scans_at_most": step.most_scans,
        "until": {name: sd.value for name, sd in step.until.items() if isinstance(sd, Quantity)},
        "species": list(step.species or ()),
    }


class Technique(Protocol):
    """One way of measuring."""

    def details(self, step: Measure) -> Details:
        """Resolve a measurement's arguments, its cell among them."""
        ...

    async def prepare(self, action: str, asked: Mapping[str, Any]) -> None:
        """See that a sample can be put where it is to be measured; raises RunEndedError."""
        ...

    async def measure(self, action: str, asked: Mapping[str, Any], decide: Condition | None) -> None:
        """Measure until sure enough what is in the cell, and record it as `measured`; raises RunEndedError."""
        ...


class Conclusion(Protocol):
    """One way of concluding from measurements."""

    def details(self, step: Evaluate) -> Details:
        """Resolve what is concluded from what."""
        ...

    async def conclude(self, action: str, asked: Mapping[str, Any]) -> Details:
        """Conclude, record it as `measured` and return what the step comes to; without data all stays unknown."""
        ...
