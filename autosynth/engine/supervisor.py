"""Acts on the machine's state: the procedures behind Holding, Restarting, Pausing, Stopping and Aborting.

The table (machine.py) says what may follow what; this file says what is done while an acting state lasts, and gives
DONE when it is. It is the only caller of DONE.
"""

import asyncio

from autosynth.engine.control import Control, Request, RunEndedError
from autosynth.engine.machine import FINAL, Command, RunState
from autosynth.engine.recorder import Recorder
from autosynth.engine.safety import Safety


class Supervisor:
    """Watches one run from RUNNING to its end."""

    def __init__(self, control: Control, safety: Safety, journal: Recorder, *, leave_when_held: bool) -> None:
        self._control = control
        self._safety = safety
        self._journal = journal
        self._leave_when_held = leave_when_held

    async def watch(self, executor: asyncio.Task[None]) -> RunState:
        """Return the final state, or HELD when nobody could end it; `executor` never outlives this call."""
        executor.add_done_callback(lambda _: self._control.wake())
        try:
            while self._control.state not in FINAL:
                if self._control.state is RunState.HELD and self._leave_when_held:
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

    async def _finish(self, executor: asyncio.Task[None]) -> None:
        """The executor has ended by itself: complete, or an error of ours that must not leave a pot unsafe."""
        error = executor.exception()
        if error is not None and not isinstance(error, RunEndedError):
            self._journal.record("fault", {"error": type(error).__name__, "message": str(error)})
            self._control.give(Request(Command.ABORT, f"{type(error).__name__}: {error}"))
            await self._safety.stop_devices(str(error))
            await self._safety.make_safe("fault")
            self._done(RunState.ABORTING)
            raise error
        await self._safety.make_safe("end of run")
        self._done(RunState.RUNNING)

    async def _end(self, executor: asyncio.Task[None], reason: str) -> None:
        executor.cancel()
        await asyncio.gather(executor, return_exceptions=True)
        await self._safety.make_safe(reason)

    async def _quiet(self, state: RunState) -> bool:
        """Wait until no stroke is in flight; False when the state changed meanwhile."""
        while self._control.in_flight and self._control.state is state:
            await self._control.change()
        return self._control.state is state

    def _done(self, state: RunState) -> None:
        if self._control.state is state:
            self._control.give(Request(Command.DONE, self._control.last.reason, settle=self._control.last.settle))
