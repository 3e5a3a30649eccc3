"""Acts on the machine's state: the procedures behind Holding, Restarting, Pausing, Stopping and Aborting.

The table (machine.py) says what may follow what; this file says what is done while an acting state lasts, and gives
DONE when it is. It is the only caller of DONE.
"""

import asyncio

from autosynth.engine.accounting import Accounting
from autosynth.engine.control import Control, Request, RunEndedError
from autosynth.engine.machine import FINAL, Command, RunState
from autosynth.engine.recorder import Recorder
from autosynth.engine.safety import Safety
from autosynth.errors import ExchangeError

RECOVERY = "recovery"
"""Who holds and restarts a run whose host died."""
HOST_DIED = "the host died"


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
                if self._control.state is RunState.HELD and self._recovering:
                    self._recovering = False
                    if self._control.last.reason in {"", HOST_DIED}:  # nobody else has held it meanwhile
                        self._control.give(Request(Command.RESTART, "recovered", RECOVERY))
                elif self._control.state is RunState.HELD and self._unsafe:
                    self._unsafe = False
                    await self._safety.make_safe("still held")
                elif self._control.state is RunState.HELD and self._leave_when_held:
                    break
                await self._act(executor)
        finally:
            executor.cancel()
            await asyncio.gather(executor, return_exceptions=True)
        return self._control.state

    async def _act(self, executor: asyncio.Task[None]) -> None:
        state = self._control.state
        if state is RunState.RUNNING and executor.done():
            await self._finish(executor)
        elif state is RunState.HOLDING:
            if await self._quiet(state):
                await self._safety.make_safe(self._control.last.reason)
                self._done(state)
        elif state is RunState.PAUSING:
            if await self._quiet(state):
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
            await self._safety.stop_devices(self._control.last.reason)
            await self._end(executor, "abort")
            self._done(state)
        else:
            await self._control.change()

    async def _settle_orphans(self) -> None:
        """Settle what the dead host left open; whatever cannot be settled holds the run again."""
        for orphan in tuple(self._orphans):
            self._accounting.book_choice(orphan)
            if orphan.seq in self._journal.history.open_intents:
                await self._accounting.settle_reconnecting(orphan)
            if orphan.seq not in self._journal.history.open_intents:
                self._orphans.remove(orphan)

    async def _finish(self, executor: asyncio.Task[None]) -> None:
        """The executor has ended by itself: complete, or an error of ours that must not leave a pot unsafe."""
        error = executor.exception()
        if error is not None and not isinstance(error, RunEndedError):
            self._journal.record("fault", {"error": type(error).__name__, "message": str(error)})
            self._control.give(Request(Command.ABORT, f"{type(error).__name__}: {error}"))
            await self._safety.stop_devices(str(error))
            await self._end(executor, "fault")
            self._done(RunState.ABORTING)
            raise error
        await self._safety.make_safe("end of run")
        self._done(RunState.RUNNING)

    async def _end(self, executor: asyncio.Task[None], reason: str) -> None:
        """Unwind the executor, make the vessels safe, then book what was cut off: nobody will be asked later."""
        executor.cancel()
        await asyncio.gather(executor, return_exceptions=True)
        await self._safety.make_safe(reason)
        for opened in tuple(self._journal.history.open_intents.values()):
            try:
                if opened.seq not in self._journal.history.unknown:
                    await self._accounting.settle(opened)
            except ExchangeError as error:
                self._accounting.failed(opened.seq, opened.action, error)
                self._accounting.write_off(opened, f"the run ended while it could not be asked: {error}")
            self._accounting.book_choice(opened, "estimate")

    async def _quiet(self, state: RunState) -> bool:
        """Wait until no stroke is in flight; False when the state changed meanwhile."""
        while self._control.in_flight and self._control.state is state:
            await self._control.change()
        return self._control.state is state

    def _done(self, state: RunState) -> None:
        if self._control.state is state:
            self._control.give(Request(Command.DONE, self._control.last.reason))
