"""Acts on the machine's state: the procedures behind Holding, Restarting, Pausing, Stopping and Aborting.

The table (machine.py) says what may follow what; this file says what is done while an acting state lasts, and gives
DONE when it is. It is the only caller of DONE.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from autosynth.engine.accounting import Accounting
from autosynth.engine.control import RECOVERY, Control, Request, RunEndedError
from autosynth.engine.machine import FINAL, Command, RunState
from autosynth.engine.recorder import Recorder
from autosynth.engine.safety import RESTORING, Safety
from autosynth.errors import ExchangeError, JournalError, StateError

HOST_DIED = "the host died"

RETRY_S = 10.0
"""How long a held run waits before it tells a device its safe state again."""
LOOK_S = 30.0
"""How often a held run looks whether all is still as is safe."""
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
        self._look_failed = False
        self._tries = 0
        self._fault: BaseException | None = None
        self._acts: list[asyncio.Task[None]] = []
        """What is being done about the present state; cut off by an abort."""

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
        elif state in {RunState.HOLDING, RunState.HELD}:
            history = self._journal.history
            self._recovering = history.held_by == RECOVERY
            self._control.last = Request(Command.HOLD, history.hold_reason, history.held_by)
            self._unsafe = state is RunState.HELD  # a watchdog may have changed things since

    async def watch(self, executor: asyncio.Task[None]) -> RunState:
        """Return the final state, or HELD when nobody could end it; `executor` never outlives this call."""
        executor.add_done_callback(lambda _: self._control.wake())
        try:
            while True:
                self._look_at(executor)
                if self._control.state in FINAL or self._leaves:
                    break
                if self._control.state is RunState.ABORTING:
                    await self._abort(executor)
                elif (acting := self._acting(executor)) is None:
                    await self._control.change()
                else:
                    await self._unless_aborted(acting, executor)
        finally:
            self._control.over = self._control.state in FINAL
            executor.cancel()
            await asyncio.gather(executor, *self._acts, return_exceptions=True)
        self._look_at(executor)
        if self._fault is not None:
            raise self._fault
        if self._control.state is RunState.HELD:
            with suppress(JournalError, StateError):  # no disk: a recovery books it
                self._safety.book_milling()
        return self._control.state

    @property
    def _leaves(self) -> bool:
        """Whether it is time for this process to leave a held run, that is safe or that it cannot hope to make safe."""
        leaves = self._leave_when_held and self._control.state is RunState.HELD and not self._unsafe
        return leaves and not (self._safety.undone and self._tries < TRIES_BEFORE_LEAVING)

    def _restart_recovered(self) -> None:
        """Restart without asking anybody, unless a live rule stands against it: then a person has to."""
        try:
            self._control.give(Request(Command.RESTART, "recovered", RECOVERY))
        except StateError as error:
            self._journal.record("deviation", {"what": "not restarted", "reason": str(error)})
            self._journal.record("hold.joined", {"reason": str(error), "who": "engine"})

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

    def _acting(self, executor: asyncio.Task[None]) -> Coroutine[Any, Any, None] | None:
        """Return what the present state asks for; None: to wait for a change."""
        match self._control.state:
            case RunState.RUNNING if executor.done():
                return self._complete()
            case RunState.HOLDING:
                return self._hold()
            case RunState.HELD:
                return self._stay_held()
            case RunState.PAUSING:
                return self._pause()
            case RunState.RESTARTING:
                return self._restart()
            case RunState.STOPPING:
                return self._stop(executor)
            case _:
                return None

    async def _unless_aborted(self, acting: Coroutine[Any, Any, None], executor: asyncio.Task[None]) -> None:
        """Act until that is done or the run is aborted: then it is cut off, and an abort waits for none of it."""
        act = asyncio.create_task(acting, name="acting")
        act.add_done_callback(lambda _: self._control.wake())
        self._acts = [act]
        try:
            while not act.done() and self._control.state is not RunState.ABORTING:
                await self._control.change()
                self._look_at(executor)
            if act.done():
                act.result()
        finally:
            act.cancel()

    async def _abort(self, executor: asyncio.Task[None]) -> None:
        executor.cancel()
        try:
            await self._safety.stop_devices(self._control.last.reason)
        finally:
            await asyncio.gather(*self._acts, return_exceptions=True)
            await self._end(executor, "abort" if self._fault is None else "fault")
        self._done(RunState.ABORTING)

    async def _complete(self) -> None:
        await self._safety.make_safe("end of run")
        self._safety.book_milling()
        self._done(RunState.RUNNING)

    async def _hold(self) -> None:
        """Make safe, and go on after a recovery if nobody else has held the run meanwhile."""
        if await self._quiet(RunState.HOLDING):
            troubles = await self._safety.make_safe(self._control.last.reason)
            if troubles and self._control.state is RunState.HOLDING:
                self._control.hold(f"not safe: {'; '.join(troubles)}")
            self._done(RunState.HOLDING)
        self._go_on()

    def _go_on(self) -> None:
        """Restart what nobody but a recovery has held."""
        if self._recovering and self._control.state is RunState.HELD:
            self._recovering = False
            if self._control.last.who == RECOVERY and self._control.last.reason in {"", HOST_DIED}:
                self._restart_recovered()

    async def _stay_held(self) -> None:
        """Wait for a command, look from time to time whether all is safe, and tell again what is not."""
        if self._unsafe:
            self._unsafe = False
            if not await self._safety.make_safe("still held"):
                self._go_on()
            self._recovering = False
            return
        undone = due = self._safety.undone
        try:
            async with asyncio.timeout(RETRY_S if undone else LOOK_S):
                await self._control.change()
        except TimeoutError:
            due = True
        if due and self._control.state is RunState.HELD:
            self._tries += self._leave_when_held
            await self._look("still not safe" if undone else "still held")

    async def _look(self, reason: str) -> None:
        """Look whether all is safe yet; a defect of ours is told once and ends no process that a person can command."""
        try:
            await self._safety.keep_safe(reason)
        except Exception as error:
            if not self._look_failed:
                self._look_failed = True
                self._journal.record("fault", {"error": type(error).__name__, "message": str(error)})

    async def _pause(self) -> None:
        if await self._quiet(RunState.PAUSING):
            troubles = await self._safety.stop_mills(self._control.last.reason or "paused")
            if troubles:
                self._control.hold(f"not at rest: {'; '.join(troubles)}")
            self._done(RunState.PAUSING)

    async def _restart(self) -> None:
        self._recovering = False
        await self._settle_orphans()
        if self._control.state is RunState.RESTARTING:
            troubles = await self._safety.restore()
            if troubles and self._control.state is RunState.RESTARTING:
                self._control.hold("; ".join(troubles))
        self._done(RunState.RESTARTING)

    async def _stop(self, executor: asyncio.Task[None]) -> None:
        if await self._quiet(RunState.STOPPING):
            await self._end(executor, "stop")
            self._done(RunState.STOPPING)

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
        task.add_done_callback(lambda _: self._control.wake())
        try:
            while not task.done() and self._control.state is RunState.RESTARTING:
                await self._control.change()
        finally:
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.result()

    async def _end(self, executor: asyncio.Task[None], reason: str) -> None:
        """Unwind the executor, make the vessels safe, then book what was cut off: nobody will be asked later.

        Who cannot be asked what became of its stroke is told to stop.
        """
        executor.cancel()
        await asyncio.gather(executor, return_exceptions=True)
        await self._safety.make_safe(reason)
        await self._safety.stop_unstopped(reason)
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
