"""What the verbs work with: built once per run and handed to each of them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.device import Device
from autosynth.engine.accounting import Accounting
from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.control import Control
from autosynth.engine.hands import Hands
from autosynth.engine.history import History
from autosynth.engine.liquids import LiquidHandler
from autosynth.engine.measure import Measuring
from autosynth.engine.operator import Operator
from autosynth.engine.recorder import Recorder
from autosynth.engine.techniques import Techniques
from autosynth.engine.tubes import Tubes
from autosynth.engine.values import Values
from autosynth.plan.tree import Plan

Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workshop:
    """A run's machinery."""

    plan: Plan
    clock: Clock
    recorder: Recorder
    control: Control
    accounting: Accounting
    values: Values
    handlers: Mapping[str, LiquidHandler]
    devices: Mapping[str, Device]
    operator: Operator
    hands: Hands
    measuring: Measuring
    techniques: Techniques
    tubes: Tubes

    @property
    def history(self) -> History:
        """Return the run so far."""
        return self.recorder.history

    def handler(self, *vessels: str) -> LiquidHandler:
        """Return the pump that reaches these vessels; the check has proven that there is one."""
        return self.handlers[str(self.plan.plumbing.pump_to(*vessels))]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb in two halves: arguments resolved once and recorded, then the deed, which can be taken up again."""

    details: Callable[[Workshop, Any], Details]
    perform: Callable[[Workshop, Any, ActionRecord], Awaitable[Details]]
