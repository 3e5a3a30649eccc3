"""`autosynth watch`: a run of another process, seen as in its own terminal; its questions can be answered here.

What has happened is read from the journal, which every process may read while one writes it; what only the run knows
(its time, what it asks, temperatures) comes over its control channel, and answers and commands go that way. Leaving
changes nothing.
"""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from autosynth.cli.curve import Curves
from autosynth.cli.exits import Exit
from autosynth.cli.keyboard import Keyboard
from autosynth.cli.live import LONGEST_LINE
from autosynth.cli.progress import Progress
from autosynth.cli.recheck import is_terminal
from autosynth.cli.screen import Screen, Shown
from autosynth.cli.stage import Frame, Stage
from autosynth.cli.words import clock_text, describe, one_line
from autosynth.clock import Clock, LoopClock, run_real
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.engine.inputs import read_inputs
from autosynth.engine.machine import RunState
from autosynth.engine.remote import send_command
from autosynth.errors import AutosynthError, NotConnectedError
from autosynth.journal.connection import owned
from autosynth.journal.disk import OsDisk
from autosynth.journal.event import Event
from autosynth.journal.store import JournalStore
from autosynth.plan.tree import Plan
from autosynth.station.inventory_json import inventory_from_json
from autosynth.station.load import load_station

POLL_S = 0.5
"""Seconds between two looks at the journal."""


class Attached:
    """A run of another process: its history so far, what it says of itself, and a way to answer it."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.history = History(load_station(folder.path / "station.yaml"))
        self.temperatures_c: Mapping[str, float] = {}
        self.readings: Mapping[str, float] = {}
        self._seen = 0
        self._said: Mapping[str, Any] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._trouble = ""

    def fresh(self) -> Iterator[Event]:
        """Yield what has happened since; each event is folded into the history after it was yielded.

        Raises:
            JournalError, JournalCorruptError: the journal cannot be read, or does not verify.
        """
        store = JournalStore.read(self.folder.journal, OsDisk())
        try:
            for event in store.events(self._seen + 1):
                yield event
                self._seen = event.seq
                self.history.apply(event)
        finally:
            store.abandon()

    @property
    def alive(self) -> bool:
        """Return whether a process is writing the journal."""
        return bool(owned(self.folder.journal, OsDisk()))

    async def ask(self) -> None:
        """Ask the run what only it knows; a run in virtual time, or one that has ended, says nothing."""
        try:
            self._said = await send_command(self.folder.path, {"command": "status"})
        except (NotConnectedError, OSError):
            self._said = {}
        self.temperatures_c = self._said.get("temperatures_c", self.temperatures_c)
        self.readings = self._said.get("readings", self.readings)

    def now_s(self) -> float:
        """Return the run's time, s; that of its last event when it says none."""
        return float(self._said.get("t_s", self.history.t_s))

    def plan(self) -> Plan:
        """Return the plan that was accepted, from the copies in the folder.

        Raises:
            InputError: a copy no longer reads.
        """
        meta, path = self.history.meta, self.folder.path
        inventory = inventory_from_json(meta["inventory"], self.history.station)
        given = (meta["settings"], meta["acknowledged"], path / "library.yaml", inventory)
        return read_inputs(path / "recipe.yaml", path / "station.yaml", *given).plan

    def status(self) -> Mapping[str, Any]:
        """Return the state, why it is held, unknown strokes, and the open questions by action."""
        said = self._said or {"state": RunState.IDLE.value, "reason": "", "unknown": [], "questions": {}, "numbers": {}}
        return {**said, "trouble": self._trouble}

    def handle(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a command or an answer; what the run refuses is printed when it does."""
        task = asyncio.ensure_future(self._send(message))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return {}

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            await send_command(self.folder.path, message)
            await self.ask()
        except AutosynthError as error:
            print(f"error: {error}", flush=True)


def watch_run(run: str, runs: Path, *, plain: bool) -> int:
    """Show a run until it ends or its process is gone; return 0, also at Ctrl-C.

    Raises:
        InputError: there is no such run, or its files no longer read.
        JournalError, JournalCorruptError: its record cannot be read.
    """
    attached = Attached(RunFolder.find(run, runs))

    async def follow() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        if plain or not is_terminal():
            await follow_plainly(attached, clock)
        else:
            with Stage(Console(highlight=False), transient=False) as stage:
                await follow_pictured(attached, clock, stage)

    try:
        run_real(follow())
    except KeyboardInterrupt:
        print()
    print(_ended(attached))
    return Exit.COMPLETE


async def follow_plainly(attached: Attached, clock: Clock) -> None:
    """Print a line for each thing worth saying, from the run's beginning until there is nothing more to come."""
    progress: Progress | None = None
    while True:
        alive = attached.alive
        for event in attached.fresh():
            if progress is None and attached.history.meta:
                progress = Progress(attached.plan(), attached.history)
            if progress is not None:
                progress.take(event)
            line = describe(event, progress.deciding if progress else {})
            if line:
                print(one_line(f"{clock_text(event.t_s)}  {line}", LONGEST_LINE), flush=True)
        if attached.history.finished or not alive:
            return
        await clock.sleep(POLL_S)


async def follow_pictured(attached: Attached, clock: Clock, stage: Stage) -> None:
    """Draw the run until there is nothing more to come."""
    screen: Screen | None = None
    frame: Frame | None = None
    while True:
        alive = attached.alive
        for event in attached.fresh():
            if screen is None and attached.history.meta:
                screen = Screen(_shown(attached))
                keyboard = Keyboard(attached, screen.progress.entry)
                keyboard.open()
                frame = Frame(screen, stage, keyboard)
            if screen is not None:
                screen.take(event)
        await attached.ask()
        if frame is not None:
            frame.tick()
        if attached.history.finished or not alive:
            return
        await clock.sleep(POLL_S)


def _shown(attached: Attached) -> Shown:
    curves = Curves(attached.folder.path)
    return Shown(
        attached.plan(),
        attached.history,
        attached.now_s,
        lambda: attached.temperatures_c,
        curves,
        lambda: attached.readings,
    )


def _ended(attached: Attached) -> str:
    history, name = attached.history, attached.folder.path.name
    if history.finished:
        return f"{name}: {history.state.value} after {clock_text(history.t_s)}"
    if attached.alive:
        return f"{name}: {history.state.value}; it goes on"
    return f"{name}: its process is gone, it was {history.state.value}; `autosynth show {name}` says more"
