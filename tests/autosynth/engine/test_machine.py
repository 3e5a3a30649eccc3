"""The state machine of a run is the ISA-88 example model, cell by cell, and its diagram is what the table says."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from autosynth.engine.machine import FINAL, QUIESCENT, TABLE, Command, RunMachine, RunState, mermaid
from autosynth.errors import StateError

DIAGRAM = Path(__file__).parents[3] / "docs" / "state-machine.md"
INTRODUCTION = """# The states of a run

The ISA-88 example model, drawn from the one table that changes a run's state (`autosynth/engine/machine.py`): arrows
without a label are taken when an acting state has done its work. Hold goes to the safe state; Pause only waits.
"""

# The matrix of the standard's example, written out by hand; a dot is a command that the state does not take.
COLUMNS = "done      start   stop     hold    restart    abort    reset pause   resume"
MATRIX = """
IDLE       .        RUNNING .        .       .          .        .     .       .
RUNNING    COMPLETE .       STOPPING HOLDING .          ABORTING .     PAUSING .
COMPLETE   .        .       .        .       .          .        IDLE  .       .
PAUSING    PAUSED   .       STOPPING HOLDING .          ABORTING .     .       .
PAUSED     .        .       STOPPING HOLDING .          ABORTING .     .       RUNNING
HOLDING    HELD     .       STOPPING .       .          ABORTING .     .       .
HELD       .        .       STOPPING .       RESTARTING ABORTING .     .       .
RESTARTING RUNNING  .       STOPPING HOLDING .          ABORTING .     .       .
STOPPING   STOPPED  .       .        .       .          ABORTING .     .       .
STOPPED    .        .       .        .       .          ABORTING IDLE  .       .
ABORTING   ABORTED  .       .        .       .          .        .     .       .
ABORTED    .        .       .        .       .          .        IDLE  .       .
"""
CELLS = {
    (source, command): target
    for source, *row in (line.split() for line in MATRIX.strip().splitlines())
    for command, target in zip(COLUMNS.split(), row, strict=True)
}


def test_matrix_is_complete() -> None:
    """The matrix below has a cell for each of twelve states, eight commands and the end of an acting state."""
    assert {(state.value, command.value) for state in RunState for command in Command} == CELLS.keys()
    assert len(CELLS) == 12 * 9


@pytest.mark.parametrize(("source", "command"), CELLS)
def test_each_cell(source: str, command: str) -> None:
    """A command leads where the standard says, and one that the state does not take is refused and changes nothing."""
    target = CELLS[source, command]
    machine = RunMachine(RunState(source))
    assert machine.allows(Command(command)) == (target != ".")
    if target == ".":
        with pytest.raises(StateError, match=f"cannot {command} a run that is {source}"):
            machine.apply(Command(command))
        assert machine.state == source
    else:
        assert machine.apply(Command(command)) == target
        assert machine.state == target


def test_table_has_no_row_beyond_the_matrix() -> None:
    """The table consists of the filled cells of the matrix, each once."""
    rows = [(source.value, command.value, target.value) for source, command, target in TABLE]
    assert len(rows) == len(set(rows))
    assert {(*cell, target) for cell, target in CELLS.items() if target != "."} == set(rows)


def test_kinds_of_states() -> None:
    """Three states are final and three quiescent; exactly the other six end by themselves."""
    assert {"COMPLETE", "STOPPED", "ABORTED"} == FINAL
    assert {"IDLE", "PAUSED", "HELD"} == QUIESCENT
    acting = {source for (source, command), target in CELLS.items() if command == "done" and target != "."}
    assert set(RunState) - FINAL - QUIESCENT == acting


def test_machine_starts_idle() -> None:
    """A run that nobody has started is IDLE."""
    assert RunMachine().state is RunState.IDLE


class EveryWalk(RuleBasedStateMachine):
    """Random commands, against a state kept by the written matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = RunMachine()
        self.other = RunMachine()
        self.state = "IDLE"

    @rule(command=st.sampled_from(Command))
    def command(self, command: Command) -> None:
        """Give any command, allowed or not."""
        target = CELLS[self.state, command.value]
        if target == ".":
            with pytest.raises(StateError):
                self.machine.apply(command)
        else:
            self.state = self.machine.apply(command).value

    @rule()
    def end_acting(self) -> None:
        """Let the present state end, so that walks get far."""
        if self.machine.allows(Command.DONE):
            self.state = self.machine.apply(Command.DONE).value

    @invariant()
    def agrees(self) -> None:
        """The machine is where the matrix is, takes what the matrix takes, and shares nothing with another machine."""
        assert self.machine.state == self.state
        allowed = {command.value for command in Command if self.machine.allows(command)}
        assert allowed == {command for command in COLUMNS.split() if CELLS[self.state, command] != "."}
        assert self.other.state is RunState.IDLE

    @invariant()
    def can_be_ended(self) -> None:
        """Any run that has begun and not ended can be aborted, or is about to be ended."""
        if self.state not in {"IDLE", "COMPLETE", "ABORTED", "ABORTING"}:
            assert self.machine.allows(Command.ABORT)


TestEveryWalk = EveryWalk.TestCase
TestEveryWalk.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


def test_document_shows_the_table() -> None:
    """The diagram in the documentation is generated from the table as it is now."""
    assert DIAGRAM.read_text(encoding="utf-8") == f"{INTRODUCTION}\n```mermaid\n{mermaid()}```\n"


def test_diagram_draws_every_transition_once() -> None:
    """The diagram has a line for each row of the table, a beginning, and an end for each final state."""
    lines = [line.strip() for line in mermaid().splitlines()]
    arrows = [line for line in lines if "-->" in line]
    assert len(arrows) == len(set(arrows)) == len(TABLE) + 1 + len(FINAL)
    assert "HELD --> RESTARTING : restart" in lines
    assert "HOLDING --> HELD" in lines
