"""Acts on the machine's state: the procedures behind Holding, Restarting, Pausing, Stopping and Aborting.

The table (machine.py) says what may follow what; this file says what is done while an acting state lasts, and gives
DONE when it is. It is the only caller of DONE.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from autosynth.engine.accounting import Accounting
from autosynth.engine.control import Control, Request, RunEndedError
from autosynth.engine.machine import FINAL, Command, RunState
from autosynth.engine.recorder import Recorder
from autosynth.engine.safety import RESTORING, Safety
from autosynth.errors import ExchangeError, JournalError, StateError

RECOVERY = "recovery"
"""Who holds and restarts a run whose host died."""
HOST_DIED = "the host died"

RETRY_S = 10.0
"""How long a held run waits before it tells a device its safe state again."""
TRIES_BEFORE_LEAVING = 6
"""So often a process that leaves a held run tries; then the instruments' own watchdogs must do."""


class Supervisor:
    """Watches one run from RUNNING to its end."""

    def __init__(
        self, control: Control, safety: Safety, accounting: Accounting, journal: Recorder, *, leave_when_held: bool
    ) -> None:
        self._control = control
        self._safety = safety
        self._accounting = accounting
        self._journal = journal
        self._leave_when_held = leave_when_held
        self._orphans = list(journal.history.open_intents.values())
        self._recovering = False
        self._unsafe = False
        self._tries = 0
        self._fault: BaseException | None = None

    def leave(self) -> None:
        """End the process's hold on the run as soon as it is Held."""
        self._leave_when_held = True
        self._control.wake()

    def begin(self) -> None:
        """Start a new run, or take a recovered one to where ISA-88 lets it go on."""
        state = self._control.state
        if state is RunState.IDLE:
            self._control.give(Request(Command.START))
        elif state in {RunState.RUNNING, RunState.PAUSING, RunState.PAUSED, RunState.RESTARTING}:
            self._recovering = True
            self._control.give(Request(Command.HOLD, HOST_DIED, RECOVERY))
        elif state is RunState.HOLDING:
            self._recovering = self._held_by() == RECOVERY
        elif state is RunState.HELD:
            self._unsafe = True  # a watchdog may have changed things since

    def _held_by(self) -> str:
        """Return who gave the recovered run's last Hold."""
        holds = (event for event in self._journal.journal.events() if event.kind == "state")
        return "".join([str(event.payload["who"]) for event in holds if event.payload["command"] == Command.HOLD][-1:])

    async def watch(self, executor: asyncio.Task[None]) -> RunState:
        """Return the final state, or HELD when nobody could end it; `executor` never outlives this call."""
        executor.add_done_callback(lambda _: self._control.wake())
        try:
            while self._control.state not in FINAL:
                self._look_at(executor)
                if self._control.state is RunState.HELD:
                    if not await self._held():
                        break
                else:
                    await self._act(executor)
        finally:
            self._control.over = self._control.state in FINAL
            executor.cancel()
            await asyncio.gather(executor, return_exceptions=True)
        self._look_at(executor)
        if self._fault is not None:
            raise self._fault
        if self._control.state is RunState.HELD:
            with suppress(JournalError, StateError):  # no disk: a recovery books it
                self._safety.book_milling()
        return self._control.state

    async def _held(self) -> bool:
        """Go on after a recovery, or stay Held until something changes; False when it is time to leave."""
        if self._recovering:
            self._recovering = False
            if self._control.last.reason in {"", HOST_DIED}:  # nobody else has held it meanwhile
                self._restart_recovered()
        elif self._unsafe:
            self._unsafe = False
            await self._safety.make_safe("still held")
        elif self._leave_when_held and not self._must_stay():
            return False
        elif self._safety.undone:
            await self._try_again()
        else:
            await self._control.change()
        return True

    def _restart_recovered(self) -> None:
        """Restart without asking anybody, unless a live rule stands against it: then a person has to."""
        try:
            self._control.give(Request(Command.RESTART, "recovered", RECOVERY))
        except StateError as error:
            self._journal.record("deviation", {"what": "not restarted", "reason": str(error)})

    def _look_at(self, executor: asyncio.Task[None]) -> None:
        """Record an error of ours in the executor in whatever state it happens, and abort."""
        if self._fault is not None or not executor.done() or executor.cancelled():
            return
        error = executor.exception()
        if error is None or isinstance(error, RunEndedError):
            return
        self._fault = error
        self._journal.record("fault", {"error": type(error).__name__, "message": str(error)})
        if self._control.machine.allows(Command.ABORT) and self._control.state not in FINAL:
            self._control.give(Request(Command.ABORT, f"{type(error).__name__}: {error}"))

    def _must_stay(self) -> bool:
        """Say whether something is still unsafe that this process can yet hope to make safe before it leaves."""
        return self._safety.undone and self._tries < TRIES_BEFORE_LEAVING

    async def _try_again(self) -> None:
        """Stay Held for a while, then tell again what could not be told, unless somebody has given a command."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RETRY_S):
                await self._control.change()
        if self._control.state is RunState.HELD:
            self._tries += self._leave_when_held
            await self._safety.make_safe_again("still not safe")

    async def _act(self, executor: asyncio.Task[None]) -> None:
        state = self._control.state
        if state is RunState.RUNNING and executor.done():
            await self._safety.make_safe("end of run")
            self._safety.book_milling()
            self._done(state)
        elif state is RunState.HOLDING:
            if await self._quiet(state):
                troubles = await self._safety.make_safe(self._control.last.reason)
                if troubles and self._control.state is state:
                    self._control.hold(f"not safe: {'; '.join(troubles)}")
                self._done(state)
        elif state is RunState.PAUSING:
            if await self._quiet(state):
                troubles = await self._safety.stop_mills(self._control.last.reason or "paused")
                if troubles:
                    self._control.hold(f"not at rest: {'; '.join(troubles)}")
                self._done(state)
        elif state is RunState.RESTARTING:
            await self._settle_orphans()
            if self._control.state is state:
                troubles = await self._safety.restore()
                if troubles and self._control.state is state:
                    self._control.hold("; ".join(troubles))
            self._done(state)
        elif state is RunState.STOPPING:
            if await self._quiet(state):
                await self._end(executor, "stop")
                self._done(state)
        elif state is RunState.ABORTING:
            executor.cancel()
            try:
                await self._safety.stop_devices(self._control.last.reason)
            finally:
                await self._end(executor, "abort" if self._fault is None else "fault")
            self._done(state)
        else:
            await self._control.change()

    async def _settle_orphans(self) -> None:
        """Settle what the dead host or an earlier restart left open; what cannot be settled holds the run again."""
        opened = self._journal.history.open_intents.values()
        self._orphans += [each for each in opened if each.action == RESTORING and each not in self._orphans]
        for orphan in tuple(self._orphans):
            self._accounting.book_choice(orphan)
            if orphan.seq in self._journal.history.open_intents:
                await self._while_restarting(self._accounting.settle_reconnecting(orphan))
            if orphan.seq not in self._journal.history.open_intents:
                self._orphans.remove(orphan)

    async def _while_restarting(self, settling: Coroutine[Any, Any, bool]) -> None:
        """Let a settlement go on until it is done or somebody holds, stops or aborts: then its intent stays open."""
        task = asyncio.ensure_future(settling)
        try:
            while not task.done() and self._control.state is RunState.RESTARTING:
                change = asyncio.ensure_future(self._control.change())
                await asyncio.wait({task, change}, return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
                await asyncio.gather(change, return_exceptions=True)
        finally:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _end(self, executor: asyncio.Task[None], reason: str) -> None:
        """Unwind the executor, make the vessels safe, then book what was cut off: nobody will be asked later.

        Who cannot be asked what became of its stroke is told to stop.
        """
        executor.cancel()
        await asyncio.gather(executor, return_exceptions=True)
        await self._safety.make_safe(reason)
        cut_off = tuple(self._journal.history.open_intents.values())
        for opened in cut_off:
            try:
                if opened.seq not in self._journal.history.unknown:
                    await self._accounting.settle(opened)
            except ExchangeError as error:
                self._accounting.failed(opened.seq, opened.action, error)
                self._accounting.write_off(opened, f"the run ended while it could not be asked: {error}")
                await self._safety.stop_devices(reason, [opened.intent.device])  # it may be under way yet
            self._accounting.book_choice(opened, "estimate")
        if cut_off:  # settling takes its time
            await self._safety.keep_safe(reason)
        self._safety.book_milling()

    async def _quiet(self, state: RunState) -> bool:
        """Wait until no stroke is in flight; False when the state changed meanwhile."""
        while self._control.in_flight and self._control.state is state:
            await self._control.change()
        return self._control.state is state

    def _done(self, state: RunState) -> None:
        if self._control.state is state:
            self._control.give(Request(Command.DONE, self._control.last.reason))
