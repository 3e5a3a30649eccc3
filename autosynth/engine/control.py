"""The gate between people (or interlocks) and the executor: commands change the machine, strokes pass or wait.

No stroke begins unless the run is RUNNING. Closing the gate never interrupts a stroke in flight; the supervisor
waits until none is in flight before it says that Holding or Pausing is done. Only Abort cuts movement.
"""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from autosynth.engine.machine import TABLE, Command, RunMachine, RunState
from autosynth.engine.recorder import Recorder
from autosynth.errors import AutosynthError, StateError

_TARGETS = {(source, command): target for source, command, target in TABLE}


class RunEndedError(AutosynthError):
    """Raised inside the executor when the run is being stopped: unwinds without another stroke."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command with who gave it and why.

    `settle` has choices for unknown strokes by intent number, `value` is what a held operator step asked for.
    """

    command: Command
    reason: str = ""
    who: str = "engine"
    settle: Mapping[int, str] = field(default_factory=dict[int, str])
    value: float | None = None


RECOVERY = "recovery"
"""Who holds and restarts a run whose host died."""
INTERLOCK = "interlock"
"""Who holds or aborts a run when a live rule trips."""


class Gate(Protocol):
    """What a stroke asks before it begins, and what it tells when something goes wrong."""

    @property
    def last(self) -> Request:
        """Return the last command somebody gave."""
        ...

    @property
    def passing(self) -> bool:
        """Return whether a stroke may begin now; one that has not been sent when it may not is not sent."""
        ...

    def hold(self, reason: str, who: str = "engine") -> bool:
        """Hold the run."""
        ...

    async def pass_gate(self) -> None:
        """Return when a stroke may begin.

        Raises:
            RunEndedError: none may begin any more.
        """
        ...

    def stroke(self) -> AbstractContextManager[None]:
        """Count a stroke in flight."""
        ...


class Watch(Protocol):
    """What may stand against a restart."""

    def obstacle(self) -> str:
        """Return which conditions stand, or nothing."""
        ...

    def restarted(self) -> None:
        """Note that the run has been restarted."""
        ...


class Control:
    """The state of a live run and everybody who waits for it to change."""

    def __init__(self, journal: Recorder, machine: RunMachine) -> None:
        self._journal = journal
        self._machine = machine
        self._in_flight = 0
        self._waiters: set[asyncio.Future[None]] = set()
        self.watch: Watch | None = None
        """Asked before every restart."""
        self.last = Request(Command.START)
        """The last command somebody gave: whose reason, and whose choice for an unknown stroke, holds now."""
        self.goes = 0
        """How often this process has gone to RUNNING: what was seen before the last time is not known any more."""
        self.over = False
        """Whether the run has ended: then even Abort comes too late."""

    @property
    def state(self) -> RunState:
        """Return the ISA-88 state."""
        return self._machine.state

    @property
    def passing(self) -> bool:
        """Return whether the run is RUNNING."""
        return self._machine.state is RunState.RUNNING

    @property
    def machine(self) -> RunMachine:
        """Return the machine, for questions."""
        return self._machine

    def give(self, request: Request) -> RunState:
        """Record a command and apply it at once; everybody waiting is woken. What cannot be recorded changes nothing.

        Raises:
            StateError: the table does not allow it in the present state, a condition stands against a restart, the run
                is over, or the journal is closed.
            JournalError: it cannot be written as it is.
        """
        before = self._machine.state
        if self.over:
            raise StateError(f"the run is {before.value}: it has ended, nobody would act on {request.command.value}")
        target = _TARGETS.get((before, request.command))
        if target is RunState.RESTARTING:
            self._ask_watch()
        if target is not None:
            self._journal.record(
                "state",
                {
                    "from": before.value,
                    "to": target.value,
                    "command": request.command.value,
                    "reason": request.reason,
                    "who": request.who,
                },
            )
            self._journal.hasten()  # whoever has said it, it outlives the host
        try:
            after = self._machine.apply(request.command)
            if request.command is not Command.DONE:
                self.last = request
            if target is RunState.RESTARTING and self.watch is not None:
                self.watch.restarted()
            self.goes += after is RunState.RUNNING and before is not after
        finally:
            self.wake()
        return after

    def _ask_watch(self) -> None:
        trouble = "" if self.watch is None else self.watch.obstacle()
        if trouble:
            msg = f"the run stays {self.state.value} while this stands: {trouble}"
            raise StateError(msg)

    def hold(self, reason: str, who: str = "engine") -> bool:
        """Hold if the present state allows it, and say so; a run that is holding already takes the reason on record.

        Raises:
            StateError: the journal is closed.
            JournalError: the reason cannot be written as it is.
        """
        if self._machine.allows(Command.HOLD):
            self.give(Request(Command.HOLD, reason, who))
            return True
        if reason not in self.last.reason or self.last.who == RECOVERY:
            self.join(reason, who)
        return False

    def join(self, reason: str, who: str) -> bool:
        """Hold along with who holds already, while that is carried out or a recovery may end it; False: nobody does.

        Raises:
            StateError: the journal is closed.
            JournalError: the reason cannot be written as it is.
        """
        recovering = self._machine.state is RunState.HELD and self.last.who == RECOVERY
        if self._machine.state is not RunState.HOLDING and not recovering:
            return False
        self.last = replace(self.last, reason=_joined(self.last.reason, reason), who=who)
        self._journal.record("hold.joined", {"reason": self.last.reason, "who": who})
        self._journal.hasten()
        self.wake()
        return True

    async def pass_gate(self) -> None:
        """Return when the run is RUNNING.

        Raises:
            RunEndedError: the run is being stopped or aborted.
        """
        while self._machine.state is not RunState.RUNNING:
            if self._machine.state in {RunState.STOPPING, RunState.STOPPED, RunState.ABORTING, RunState.ABORTED}:
                msg = f"the run is {self._machine.state.value}"
                raise RunEndedError(msg)
            await self.change()

    async def change(self) -> None:
        """Return at the next change of state, or when a stroke has ended."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(future)
        try:
            await future
        finally:
            self._waiters.discard(future)

    @contextmanager
    def stroke(self) -> Generator[None]:
        """Count a stroke in flight."""
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            self.wake()

    @property
    def in_flight(self) -> int:
        """Return how many strokes are being made now."""
        return self._in_flight

    def wake(self) -> None:
        """Wake everybody who waits for a change."""
        for future in self._waiters:
            if not future.done():
                future.set_result(None)


def _joined(reason: str, other: str) -> str:
    """Return two reasons as one."""
    return f"{reason.removesuffix('.')}; {other}" if reason and other else reason or other


class RestartGate:
    """The gate for the strokes of a restart: they pass while the run is RESTARTING, and never wait."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self.hold = control.hold
        self.stroke = control.stroke

    @property
    def last(self) -> Request:
        """Return the last command somebody gave."""
        return self._control.last

    @property
    def passing(self) -> bool:
        """Return whether the run is RESTARTING."""
        return self._control.state is RunState.RESTARTING

    async def pass_gate(self) -> None:
        """Return while the run is RESTARTING.

        Raises:
            RunEndedError: it is not, or no longer.
        """
        if not self.passing:
            msg = f"the run is {self._control.state.value}, no longer RESTARTING"
            raise RunEndedError(msg)
