"""Plays one cell: a run, a fault struck in the very state, a person who restarts what is held, and what came of it."""

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autosynth.clock import run_virtual
from autosynth.engine.control import Request
from autosynth.engine.machine import Command, RunState
from autosynth.engine.run import OpenRun, RunEnd, start
from autosynth.errors import NotConnectedError, StateError
from autosynth.journal.event import Event
from autosynth.station.model import Station
from simulators.bench import SimulatedBench
from tests.episodes.millbalance import MillBalance
from tests.faults.cells import Cell
from tests.faults.stages import IDLE, MOMENTS, STAGES, START, Moment, staged

LOOK_S = 0.1
"""So often the device's truth is looked at, to strike in its state."""
PATIENCE_S, RESTARTS = 60.0, 3
"""How long the person waits before a restart, and how often: then the run is stopped."""
LONGEST_S = 4 * 3600.0
"""No run's bench time may pass this: longer is a hang."""


@dataclass(slots=True)
class Played:
    """What came of one cell."""

    cell: Cell
    struck_s: float | None = None
    end: RunEnd | None = None
    not_begun: str = ""
    """Why it did not begin."""
    events: list[Event] = field(default_factory=list[Event])
    bench: SimulatedBench | None = None
    refused: list[str] = field(default_factory=list[str])
    """Restarts that were refused, and why."""

    @property
    def final(self) -> RunEnd:
        """How the run ended."""
        assert self.end is not None, f"{self.cell}: it never ended"
        return self.end

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Return the payloads of the events of a kind."""
        return [dict(event.payload) for event in self.events if event.kind == kind]

    @property
    def holds(self) -> list[str]:
        """The reasons for which the run was held."""
        return [str(each["reason"]) for each in self.of_kind("state") if each["to"] == "HOLDING"]

    @property
    def astray(self) -> bool:
        """Whether the vessel really holds something else than the ledger says, beyond its uncertainty."""
        if self.milled:
            return bool(self.unbalanced())
        vessel = STAGES[_moment(self.cell).stage].vessel
        ledger = self.final.history.inventory.content(vessel)
        truth = self.final.truth
        assert truth is not None
        error_ml = float(truth["vessels"][vessel]["volume_ml"]) - ledger.liquid_ml
        return abs(error_ml) > 4 * ledger.liquid_sd_ml + 5e-3

    @property
    def milled(self) -> bool:
        """Whether it was played on the milling bench."""
        return _moment(self.cell).stage in {"milling", "files"}

    def unbalanced(self) -> list[str]:
        """Return what the milling bench has really done otherwise than the ledger says, beyond its uncertainty."""
        bench, history = self.bench, self.final.history
        assert bench is not None
        account = MillBalance(history.station, bench._twin)
        for event in self.events:
            account.hear(event)
        found = account.wrong(history, self.final.simulated_s, unfelt=False)
        liquid, truth = history.inventory.content("jar"), bench.truth()["vessels"]["jar"]["volume_ml"]
        if abs(truth - liquid.liquid_ml) > 4 * liquid.liquid_sd_ml + 2e-3:
            found.append(f"the jar holds {truth:.4f} mL, ledger {liquid.liquid_ml:.4f} ± {liquid.liquid_sd_ml:.4f}")
        return found

    @property
    def outcome(self) -> str:
        """What came of it, in the words of the table."""
        if self.not_begun:
            return "refused"
        asked = any(each["verdict"] == "unknown" for each in self.of_kind("settled"))
        unsafe = any(each["what"] == "not safe" for each in self.final.history.deviations)
        if self.final.state is RunState.COMPLETE:
            words = "held, asks" if asked else "held" if self.holds else "goes on"
            words += ", astray" if self.astray else ""
        else:
            words = "aborted" if self.final.state is RunState.ABORTED else "stopped"
        return f"{words}; says not safe" if unsafe and self.final.state is not RunState.COMPLETE else words


def station_of(cell: Cell) -> Station:
    """Return the station on which a cell is played."""
    return staged(_moment(cell).stage).plan.station


def _moment(cell: Cell) -> Moment:
    return MOMENTS[cell.device, IDLE if cell.state == START else cell.state]


def play(cell: Cell) -> Played:
    """Play a cell from its beginning to its end."""
    early = cell.state == START
    moment = _moment(cell)
    setup = staged(moment.stage)
    bench = SimulatedBench(setup.description, 0, [cell.spec] if early else ())
    played = Played(cell, 0.0 if early else None, bench=bench)
    with tempfile.TemporaryDirectory() as folder:
        person = _Person(played, bench, moment)
        setup = replace(setup, bench=bench, runs=Path(folder), leave_when_held=False, on_open=person.attend)
        try:
            played.end = run_virtual(start(setup))
        except NotConnectedError as error:
            played.not_begun = str(error)
    return played


class _Person:
    """Strikes the fault, and looks after the run."""

    def __init__(self, played: Played, bench: SimulatedBench, moment: Moment) -> None:
        self._played = played
        self._bench = bench
        self._moment = moment
        self._since_s: float | None = None
        self._left = RESTARTS

    def attend(self, run: OpenRun) -> None:
        """Watch a run that is about to go."""
        run.on_event(self._played.events.append)
        run.on_event(lambda event: self._held(run, event))
        if self._played.struck_s is None:
            self._again(run)
        asyncio.get_running_loop().call_later(LONGEST_S, self._leave, run)

    def _again(self, run: OpenRun) -> None:
        asyncio.get_running_loop().call_later(LOOK_S, self._look, run)

    def _look(self, run: OpenRun) -> None:
        """Strike once the device has been in its state for long enough."""
        moment, t_s = self._moment, run.clock.now()
        if run.history.finished:
            return
        truth = self._bench.state(moment.of or self._played.cell.device, t_s)
        if moment.after not in run.history.actions or not moment.shown(truth):
            self._since_s = None
        elif self._since_s is None:
            self._since_s = t_s
        if self._since_s is None or t_s - self._since_s < moment.still_s:
            self._again(run)
            return
        self._bench.suffer(self._played.cell.spec, t_s)
        self._played.struck_s = t_s

    def _held(self, run: OpenRun, event: Event) -> None:
        if event.kind == "state" and event.payload["to"] == "HELD":
            asyncio.get_running_loop().call_later(PATIENCE_S, self._restart, run)

    def _restart(self, run: OpenRun) -> None:
        control = run.session.control
        if control.state is not RunState.HELD:
            return
        self._left -= 1
        if self._left < 0:
            control.give(Request(Command.STOP, "gave up", "person"))
            return
        choices = dict.fromkeys(run.history.unknown, "estimate")
        try:
            control.give(Request(Command.RESTART, "looked at it", "person", choices))
        except StateError as error:
            self._played.refused.append(str(error))
            asyncio.get_running_loop().call_later(PATIENCE_S, self._restart, run)

    def _leave(self, run: OpenRun) -> None:
        with suppress(StateError):
            run.session.control.give(Request(Command.ABORT, "the test has waited long enough", "test"))
