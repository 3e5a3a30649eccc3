"""Which faults struck which devices in which state: an episode in which nothing struck shows nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from autosynth.engine.history import History
from autosynth.engine.machine import FINAL, RunState
from simulators.bench import SimulatedBench
from simulators.faults import Fault, Frame, FrameFaults
from simulators.layout import Unit
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
        for unit in self._units:
            if unit.frame_faults is not None:
                unit.frame_faults = _Counted(unit.frame_faults.faults, unit.frame_faults.rng, self.struck)

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

    def __init__(self, faults: Sequence[Fault], rng: Any, struck: list[tuple[str, str]]) -> None:
        super().__init__(faults, rng)
        self._struck = struck
        self._lasting: set[int] = set()

    def _strikes(self, which: int, fault: Fault, t_s: float) -> bool:
        strikes = super()._strikes(which, fault, t_s)
        if strikes and which not in self._lasting:
            self._struck.append((fault.device, fault.name))
            self._lasting.add(which)
        return strikes

    def apply(self, frame: Frame) -> list[Frame]:
        """Return the frames that leave instead of one reply."""
        return super().apply(frame)


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
