"""The host of an episode: it starts or recovers the run, has a person beside it, and may die."""

import asyncio
import random
from dataclasses import dataclass, field, replace
from typing import Any

from autosynth.clock import VirtualClock, VirtualLoop
from autosynth.engine.chronicle import read_history
from autosynth.engine.control import Request
from autosynth.engine.folder import RunFolder
from autosynth.engine.machine import Command, RunState
from autosynth.engine.recovery import recover
from autosynth.engine.run import OpenRun, RunEnd, RunSetup, start
from autosynth.errors import AutosynthError, ExchangeError, JournalError, StateError
from tests.episodes.chance import Death
from tests.episodes.mortal import MortalBench, MortalDisk
from tests.episodes.witness import Witness

LONGEST_S = 4 * 3600.0
"""No life's bench time may pass this: longer is a hang."""
MOST_STEPS = 400_000
"""So often a life's loop may look at the time within PASSING_S; more is a hang without time passing."""
PASSING_S = 600.0
MOST_IN_ALL = 10_000_000
"""So often in a whole life; a mill that is watched is worth some 160 looks a second."""
MOST_TRIES = 60
"""How often the person tries to begin or recover a run in one life; no fault lasts for so long."""
LOOK_S = 45.0
"""How often the person looks at the run."""
PATIENCE = 6
"""How often the person restarts a held run before stopping it."""


class HangError(BaseException):
    """The loop goes round without end."""


class PatientLoop(VirtualLoop):
    """A virtual loop that gives up after so many rounds, in all or without much time passing."""

    def __init__(self) -> None:
        self.steps = self.before = 0
        self.since_s = 0.0
        super().__init__()

    def time(self) -> float:
        """Return the virtual time in seconds.

        Raises:
            HangError: it was asked too often.
        """
        self.steps += 1
        now_s = super().time()
        if now_s >= self.since_s + PASSING_S:
            self.since_s, self.before = now_s, self.steps
        if self.steps - self.before > MOST_STEPS or self.steps > MOST_IN_ALL:
            message = f"{self.steps} steps of the loop, {self.steps - self.before} of them since {self.since_s:g} s"
            raise HangError(message)
        return now_s


@dataclass(slots=True)
class Fate:
    """What goes on from life to life of one run; times are the bench's."""

    setup: RunSetup
    disk: MortalDisk
    commands: tuple[tuple[float, str], ...]
    now_s: float = 0.0
    zero_s: float = 0.0
    """Where the run's own clock began."""
    folder: RunFolder | None = None
    """The run's folder once the run is on record."""
    left: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """The files that the last death has left."""
    patience: int = PATIENCE
    tries: int = 0
    refused: list[str] = field(default_factory=list[str])


class Life:
    """One process of the host."""

    def __init__(self, fate: Fate, bench: MortalBench, witness: Witness) -> None:
        self._fate = fate
        self._bench = bench
        self._witness = witness
        self._person: asyncio.Task[None] | None = None
        self._began_s = fate.now_s

    async def live(self, death: Death | None) -> RunEnd | None:
        """Run or recover; None when the host died first."""
        loop = asyncio.get_running_loop()
        died: asyncio.Future[None] = loop.create_future()
        self._bench.on_death = lambda: self._cut_off(died, death)
        self._bench.looked = self._witness.looked
        self._fate.disk.host = self._bench
        main = asyncio.create_task(self._main())
        if death is not None and death.kind == "time":
            loop.call_later(death.at, self._bench.kill)
        waited: set[asyncio.Future[Any]] = {main, died}
        await asyncio.wait(waited, timeout=LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
        self._fate.now_s = max(self._now_s(), self._bench.now_s)
        end = await main if main.done() and not died.done() else None
        if end is None:
            hung = not died.done()
            self._bench.kill()
            main.cancel()
            await asyncio.gather(main, return_exceptions=True)
            if hung:
                self._witness.seen.wrong(f"a hang: nothing ended within {LONGEST_S:.0f} s")
        if self._person is not None:
            self._person.cancel()
            await asyncio.gather(self._person, return_exceptions=True)
        return end

    def _cut_off(self, died: asyncio.Future[None], death: Death | None) -> None:
        """Let the power go: what the disk holds now is what the next host finds."""
        fate = self._fate
        keep = None if death is None or death.disk is None else random.Random(death.disk)
        fate.left = fate.disk.left(keep)
        self._witness.died()
        if not died.done():
            died.set_result(None)

    def _now_s(self) -> float:
        return self._began_s + asyncio.get_running_loop().time()

    async def _main(self) -> RunEnd:
        for _ in range(MOST_TRIES):
            try:
                if self._fate.folder is not None:
                    return await self._recovered(self._fate.folder)
                return await self._started()
            except ExchangeError:
                if self._bench.dead:
                    raise
                await VirtualClock(asyncio.get_running_loop()).sleep(10.0)  # a person looks at the cables, and again
        message = f"it could not be begun or recovered in {MOST_TRIES} tries"
        raise RuntimeError(message)

    async def _started(self) -> RunEnd:
        fate = self._fate
        fate.zero_s, fate.tries = self._now_s(), fate.tries + 1
        self._bench.offset_s = fate.zero_s
        self._witness.begin()
        return await start(
            replace(
                fate.setup,
                bench=self._bench,
                run_id=f"{fate.setup.run_id}{fate.tries}",
                on_folder=self._on_record,
                on_open=self._opened,
            )
        )

    async def _recovered(self, folder: RunFolder) -> RunEnd:
        fate, loop = self._fate, asyncio.get_running_loop()
        self._bench.offset_s = fate.zero_s
        clock = VirtualClock(loop, fate.zero_s - self._began_s)
        setup = replace(fate.setup, bench=self._bench, on_open=self._opened)
        try:
            return await recover(setup, folder, clock, fate.disk)
        except StateError:
            history = read_history(folder, setup.plan.station, fate.disk)
            if not history.finished:
                raise
            return RunEnd(folder, history.state, history, "", clock.now(), 0, None)  # it died after its last event

    def _on_record(self, folder: RunFolder) -> None:
        if not self._bench.dead:  # what a dead host still thinks of is not so
            self._fate.folder = folder

    def _opened(self, run: OpenRun) -> None:
        if self._bench.dead:
            return
        self._witness.opened(run)
        if self._person is not None:
            self._person.cancel()
        self._person = asyncio.create_task(self._attend(run))

    async def _attend(self, run: OpenRun) -> None:
        """Give the scripted commands at their times, and look after a run that waits for somebody."""
        fate = self._fate
        while not run.history.finished:
            now_s = self._now_s()
            ahead = [each for each in fate.commands if each[0] > now_s]
            fate.commands = tuple(ahead)
            if ahead and ahead[0][0] - now_s < LOOK_S:
                await run.clock.sleep(ahead[0][0] - now_s)
                fate.commands = tuple(ahead[1:])
                self._give(run, Request(Command(ahead[0][1]), "because", "person"))
            else:
                await run.clock.sleep(LOOK_S)
                self._look_after(run)

    def _look_after(self, run: OpenRun) -> None:
        """Restart a held run, booking unknown strokes in the middle; give up after a while; resume a paused one."""
        state = run.session.control.state
        if state is RunState.PAUSED:
            self._give(run, Request(Command.RESUME, "long enough", "person"))
        if state is not RunState.HELD:
            return
        self._fate.patience -= 1
        choices = dict.fromkeys(run.history.unknown, "estimate")
        if self._fate.patience > 0:
            self._give(run, Request(Command.RESTART, "looked at it", "person", choices))
        else:
            self._give(run, Request(Command.STOP, "gave up", "person", choices))

    def _give(self, run: OpenRun, request: Request) -> None:
        try:
            run.session.control.give(request)
        except (StateError, JournalError) as error:
            self._fate.refused.append(f"{request.command.value}: {error}")


def unbegun(error: AutosynthError, fate: Fate) -> bool:
    """Tell whether a run could not be begun or recovered because its host died before anything was on record."""
    return fate.folder is None and isinstance(error, StateError | JournalError)
