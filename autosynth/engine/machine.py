"""The ISA-88 procedural state machine of a run, as one table.

Everything that can change a run's state is a row of `TABLE`; nothing else may. The machine has no callbacks: the
engine gives it a command (or says that an acting state has done its work) and then acts on the new state. Hold goes
to the safe state and may last; Pause only waits at the next safe point. (Some other systems use the two words the
other way round.) The diagram in docs/state-machine.md is generated from the table.
"""

from enum import StrEnum
from typing import Any

from transitions import Machine, MachineError

from autosynth.errors import StateError


class RunState(StrEnum):
    """The twelve states of the ISA-88 example model."""

    IDLE = "IDLE"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    PAUSING = "PAUSING"
    PAUSED = "PAUSED"
    HOLDING = "HOLDING"
    HELD = "HELD"
    RESTARTING = "RESTARTING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    ABORTING = "ABORTING"
    ABORTED = "ABORTED"


class Command(StrEnum):
    """The eight commands; DONE is no command but an acting state saying that its work is finished."""

    START = "start"
    HOLD = "hold"
    RESTART = "restart"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    ABORT = "abort"
    RESET = "reset"
    DONE = "done"


FINAL = frozenset({RunState.COMPLETE, RunState.STOPPED, RunState.ABORTED})
QUIESCENT = frozenset({RunState.IDLE, RunState.PAUSED, RunState.HELD})

_S, _C = RunState, Command
TABLE: tuple[tuple[RunState, Command, RunState], ...] = (
    (_S.IDLE, _C.START, _S.RUNNING),
    (_S.RUNNING, _C.DONE, _S.COMPLETE),
    (_S.RUNNING, _C.PAUSE, _S.PAUSING),
    (_S.PAUSING, _C.DONE, _S.PAUSED),
    (_S.PAUSED, _C.RESUME, _S.RUNNING),
    *((source, _C.HOLD, _S.HOLDING) for source in (_S.RUNNING, _S.PAUSING, _S.PAUSED, _S.RESTARTING)),
    (_S.HOLDING, _C.DONE, _S.HELD),
    (_S.HELD, _C.RESTART, _S.RESTARTING),
    (_S.RESTARTING, _C.DONE, _S.RUNNING),
    *(
        (source, _C.STOP, _S.STOPPING)
        for source in (_S.RUNNING, _S.PAUSING, _S.PAUSED, _S.HOLDING, _S.HELD, _S.RESTARTING)
    ),
    (_S.STOPPING, _C.DONE, _S.STOPPED),
    *(
        (source, _C.ABORT, _S.ABORTING)
        for source in _S
        if source not in {_S.IDLE, _S.COMPLETE, _S.ABORTING, _S.ABORTED}
    ),
    (_S.ABORTING, _C.DONE, _S.ABORTED),
    *((source, _C.RESET, _S.IDLE) for source in (_S.COMPLETE, _S.STOPPED, _S.ABORTED)),
)


class RunMachine:
    """The state of one run; `apply` is its only verb."""

    def __init__(self, initial: RunState = RunState.IDLE) -> None:
        self._model = _Model()
        self._machine: Any = Machine(
            model=self._model,
            states=[state.value for state in RunState],
            transitions=[[command.value, source.value, target.value] for source, command, target in TABLE],
            initial=initial.value,
            auto_transitions=False,
        )

    @property
    def state(self) -> RunState:
        """Return the present state."""
        return RunState(self._model.state)

    def allows(self, command: Command) -> bool:
        """Return whether `command` is in the table for the present state."""
        return any(source == self.state and each == command for source, each, _ in TABLE)

    def apply(self, command: Command) -> RunState:
        """Make the transition and return the new state.

        Raises:
            StateError: the table has no such transition; the state stays.
        """
        try:
            self._machine.events[command.value].trigger(self._model)
        except MachineError as error:
            msg = f"cannot {command.value} a run that is {self.state.value}"
            raise StateError(msg) from error
        return self.state


class _Model:
    """What `transitions` keeps the state on."""

    state: str = ""


def mermaid() -> str:
    """Return the table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> IDLE"]
    for source, command, target in TABLE:
        label = "" if command is Command.DONE else f" : {command.value}"
        lines.append(f"    {source.value} --> {target.value}{label}")
    lines += [f"    {state.value} --> [*]" for state in RunState if state in FINAL]
    return "\n".join(lines) + "\n"


__all__ = ["FINAL", "QUIESCENT", "TABLE", "Command", "RunMachine", "RunState", "mermaid"]
