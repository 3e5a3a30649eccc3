"""Which faults struck which devices in which state: an episode in which nothing struck shows nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autosynth.engine.history import History
from autosynth.engine.machine import FINAL, RunState
from simulators.bench import SimulatedBench
from simulators.faults import Fault, FrameFaults, Planned
from simulators.layout import Unit, chance
from simulators.port import Port

Strike = tuple[str, str, str]
"""Driver, fault, state."""
STATES = ("idle", "moving", "acquiring", "held", "recovering", "ending", "dead")
_HELD = {RunState.HOLDING, RunState.HELD, RunState.PAUSING, RunState.PAUSED}
_ACQUIRING = {"scan", "acquire", "shim"}


class CountedBench(SimulatedBench):
    """A bench that notes each fault when it strikes: `struck` has device and name, in order."""

    def __init__(self, bench: Mapping[str, Any], seed: int, faults: Sequence[str]) -> None:
        self.struck: list[tuple[str, str]] = []
        super().__init__(bench, seed, faults)

    def _plan(self, fault: Fault) -> None:
        unit = next(unit for unit in self._units if unit.name == fault.device)
        if unit.frame_faults is None:
            unit.frame_faults = _Counted(chance(self._seed, f"faults of {unit.name}"), self.struck)
        super()._plan(fault)

    def _injected(self, t_s: float, unit: Unit, fault: Fault) -> None:
        self.struck.append((unit.name, fault.name))
        super()._injected(t_s, unit, fault)

    def _power_cycled(self, t_s: float, unit: Unit) -> None:
        self.struck.append((unit.name, "power_cycle"))
        super()._power_cycled(t_s, unit)

    def _unplugged(self, t_s: float, port: Port, until_s: float) -> None:
        self.struck += [(self._units[index].name, "unplug") for index in port.units]
        super()._unplugged(t_s, port, until_s)


class _Counted(FrameFaults):
    """Faults of replies that note when they strike; one that lasts counts once."""

    def __init__(self, rng: np.random.Generator, struck: list[tuple[str, str]]) -> None:
        super().__init__(rng)
        self._struck = struck
        self._lasting: set[int] = set()

    def _strikes(self, planned: Planned, t_s: float) -> bool:
        strikes = super()._strikes(planned, t_s)
        if strikes and id(planned) not in self._lasting:
            self._struck.append((planned.fault.device, planned.fault.name))
            self._lasting.add(id(planned))
        return strikes


def state_of(device: str, history: History | None, *, recovering: bool) -> str:
    """Return what a device was doing for its run, by the record; without a live host it is "dead"."""
    if history is None:
        return "dead"
    if history.state in _HELD:
        return "held"
    if recovering:
        return "recovering"
    if history.state in FINAL or history.state in {RunState.STOPPING, RunState.ABORTING}:
        return "ending"
    verbs = {each.intent.stroke.VERB for each in history.open_intents.values() if each.intent.device == device}
    if verbs & _ACQUIRING:
        return "acquiring"
    return "moving" if verbs else "idle"


def table(strikes: Counter[Strike]) -> str:
    """Return the counts as a table in Markdown: a row for each driver and fault, a column for each state."""
    lines = ["| driver | fault | " + " | ".join(STATES) + " |", "|---|---|" + "---:|" * len(STATES)]
    for driver, fault in sorted({(driver, fault) for driver, fault, _ in strikes}):
        counts = (strikes[driver, fault, state] for state in STATES)
        lines.append(f"| {driver} | {fault} | " + " | ".join(str(count or "") for count in counts) + " |")
    return "\n".join(lines)
