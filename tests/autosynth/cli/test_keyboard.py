"""Answers and commands that are typed as lines."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from autosynth.cli.keyboard import Keyboard, entered
from autosynth.errors import StateError
from autosynth.recipe.measure import Entry
from autosynth.units import Quantity, UnitError

YIELD = Entry.model_construct(
    name="yield_mg", unit="mg", dimension=None, min=Quantity(0.0, "mass"), max=Quantity(0.25, "mass")
)


class Run:
    """A run that asks what it is told to ask and notes what it is told to do."""

    def __init__(self, state: str = "RUNNING", questions: Mapping[str, str] | None = None) -> None:
        self.state = state
        self.questions = dict(questions or {})
        self.unknown: list[int] = []
        self.numbers: dict[str, Mapping[str, Any]] = {}
        self.told: list[tuple[Any, ...]] = []
        self.heard = asyncio.Event()

    def status(self) -> Mapping[str, Any]:
        asked = {"questions": self.questions, "numbers": self.numbers}
        return {"state": self.state, "reason": "pump is silent", "unknown": self.unknown, **asked}

    def handle(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        if message["command"] == "resume":
            text = "cannot resume a run that is RUNNING"
            raise StateError(text)
        self.told.append(tuple(value for key, value in message.items() if key != "who" and value not in ("", None)))
        self.heard.set()
        return {}


def keyboard(run: Run, entry: Entry | None = None) -> Keyboard:
    return Keyboard(run, lambda action: entry)


async def test_lines_come_from_a_descriptor_until_its_end() -> None:
    """What is typed reaches the run; the end of the input ends the reading."""
    run = Run(questions={"2": "Close the flask"})
    reader, writer = os.pipe()
    try:
        keyboard(run).listen(reader)
        os.write(writer, b"\n")
        await run.heard.wait()
        os.close(writer)
    finally:
        asyncio.get_running_loop().remove_reader(reader)
        os.close(reader)
    assert run.told == [("answer", "2")]


posix = pytest.mark.skipif(sys.platform == "win32", reason="no terminals with job control")


@posix
async def test_a_run_in_the_background_leaves_the_keyboard_to_its_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed while another job is in the foreground is not read; back in the foreground the run reads again."""
    groups = [0, 0, os.getpgrp()]

    def group(descriptor: int) -> int:
        return groups.pop(0)

    monkeypatch.setattr(os, "tcgetpgrp", group)
    monkeypatch.setattr("autosynth.cli.keyboard.LOOK_AGAIN_S", 0.0)
    run = Run(questions={"2": "Close the flask"})
    reader, writer = os.pipe()
    try:
        keyboard(run).listen(reader)
        os.write(writer, b"\n")
        await run.heard.wait()
    finally:
        asyncio.get_running_loop().remove_reader(reader)
        os.close(reader)
        os.close(writer)
    assert (run.told, groups) == ([("answer", "2")], [])


@posix
async def test_a_terminal_that_is_gone_is_left() -> None:
    """A read that fails because nobody is at the other end ends the reading, not the run."""
    read = asyncio.Event()

    class Noticing(Keyboard):
        def hear(self, text: str) -> None:
            super().hear(text)
            read.set()

    run = Run(questions={"2": "Close the flask"})
    master, terminal = os.openpty()
    try:
        Noticing(run, lambda action: None).listen(terminal)
        os.close(master)
        async with asyncio.timeout(10):
            await read.wait()
        watched = asyncio.get_running_loop().remove_reader(terminal)
    finally:
        os.close(terminal)
    assert (run.told, watched) == ([], False)


@posix
async def test_touching_the_terminal_from_the_background_does_not_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a run listens at its terminal, the signals that would stop a background process are ignored."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTTIN, signal.SIGTTOU)}
    master, terminal = os.openpty()
    with os.fdopen(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        keyboard(Run()).open()
        ignored = [signal.getsignal(number) for number in before]
        asyncio.get_running_loop().remove_reader(terminal)
    os.close(master)
    for number, handler in before.items():
        signal.signal(number, handler)
    assert ignored == [signal.SIG_IGN, signal.SIG_IGN]


@pytest.mark.parametrize("text", ["\n", "done\n", " OK \n"])
async def test_enter_or_done_confirms(text: str) -> None:
    """An operation is confirmed by Enter alone or by a word for it."""
    run = Run(questions={"2": "Close the flask"})
    keyboard(run).hear(text)
    assert run.told == [("answer", "2")]


async def test_a_mistyped_command_confirms_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """`hlod` is neither a command nor a confirmation, and is asked again."""
    run = Run(questions={"2": "Close the flask"})
    keys = keyboard(run)
    keys.look()
    keys.hear("hlod\n")
    keys.look()
    assert run.told == []
    out = capsys.readouterr().out
    assert "'hlod' is neither" in out
    assert out.count("Close the flask") == 2


async def test_commands_carry_their_reason_and_what_to_book() -> None:
    """The words after a command are its reason; a choice for an unknown stroke is taken out, one for each if named."""
    run = Run(state="HELD")
    keys = keyboard(run)
    keys.hear("restart done with looking\n")
    run.unknown = [42, 57]
    keys.hear("restart estimate looked at the syringe\nrestart 42=none 57=done done looking\nstop\n\n")
    assert run.told == [
        ("restart", "done with looking"),
        ("restart", "looked at the syringe", "estimate"),
        ("restart", "done looking", "42=none 57=done"),
        ("stop",),
    ]


async def test_what_the_run_refuses_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal is a sentence on the terminal, not the end of the view."""
    keyboard(Run()).hear("resume\nnonsense\n")
    out = capsys.readouterr().out
    assert "cannot resume" in out
    assert "'nonsense' is not one of hold" in out


async def test_a_value_goes_in_the_canonical_unit() -> None:
    """12.5 means the unit that was asked for; another unit of its kind is converted."""
    run = Run(questions={"4": "Weigh it"})
    keyboard(run, YIELD).hear("12.5\n0.02 g\n")
    assert [("answer", "4", pytest.approx(0.0125)), ("answer", "4", pytest.approx(0.02))] == run.told


async def test_an_implausible_value_is_not_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """Outside the limits, of another kind, not a number or nothing: said, and nothing is recorded."""
    run = Run(questions={"4": "Weigh it"})
    keyboard(run, YIELD).hear("400 mg\n-1\n3 mL\nnan\nmuch\n\n")
    assert run.told == []
    assert capsys.readouterr().out.count("error: ") == 6


async def test_a_held_run_is_asked_for_before_any_question(capsys: pytest.CaptureFixture[str]) -> None:
    """Held says why and what can be typed, once."""
    run = Run(state="HELD", questions={"2": "Close the flask"})
    run.unknown = [42]
    keys = keyboard(run)
    keys.look()
    keys.look()
    out = capsys.readouterr().out
    assert "Stroke 42 is unknown: restart 42=estimate|done|none." in out
    assert out.count("HELD: pump is silent") == 1
    assert "restart, stop or abort" in out
    assert "Close the flask" not in out
    assert keys.asks()
    assert not keyboard(Run()).asks()


async def test_a_question_says_what_to_enter(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, limits and unit of the value are shown with the prompt."""
    keyboard(Run(questions={"4": "Weigh it"}), YIELD).look()
    out = capsys.readouterr().out
    assert "4: Weigh it" in out
    assert "yield_mg from 0 g to 250 mg, in mg" in out


@pytest.mark.parametrize("text", ["", "1e400", "infinity", "12 13", "251"])
def test_entered_refuses_what_is_no_plausible_quantity(text: str) -> None:
    """Nothing is clamped and nothing guessed."""
    with pytest.raises(UnitError):
        entered(text, YIELD)


async def test_a_number_that_a_step_asks_for_is_entered(capsys: pytest.CaptureFixture[str]) -> None:
    """Powder weighed by hand: no recipe's step says what is wanted, the run does; limits are kept, mg are converted."""
    run = Run(questions={"1": "weigh 114.7 mg of Ru2 into jar and enter the mass"})
    run.numbers = {"1": {"name": "mass", "unit": "mg", "low": 0.0, "high": 0.3441}}
    keys = keyboard(run)
    keys.look()
    assert "Enter mass from 0 g to 344.1 mg, in mg if you give no unit." in capsys.readouterr().out
    keys.hear("500\n\n114.9\n")
    assert capsys.readouterr().out.count("error: ") == 2
    assert [("answer", "1", pytest.approx(0.1149))] == run.told
