"""Standard streams that are closed, lack characters, or go away meanwhile."""

import io
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autosynth.cli import streams
from autosynth.cli.keyboard import Keyboard
from autosynth.cli.live import PlainView
from autosynth.cli.output import print_json
from autosynth.journal.event import GENESIS, Event
from tests.autosynth.cli.test_keyboard import Run


def ascii_stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "ascii", "strict")


def test_a_character_that_the_output_lacks_ends_nothing() -> None:
    """A micro sign becomes a question mark, in a stream that refused it."""
    plain = ascii_stream()
    stream = streams.lasting(plain)
    print("300 µL", file=stream, flush=True)
    assert plain.buffer.getvalue() == b"300 ?L\n"  # type: ignore[attr-defined]


def test_json_loses_no_character(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the output cannot say is escaped, so that a script reads what was meant."""
    plain = ascii_stream()
    monkeypatch.setattr(sys, "stdout", streams.lasting(plain))
    print_json({"volume": "300 µL"})
    sys.stdout.flush()
    assert plain.buffer.getvalue() == b'{"volume": "300 \\u00b5L"}\n'  # type: ignore[attr-defined]


def test_closed_streams_are_opened_on_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was given no streams reads an end and writes to nowhere; no terminal is asked."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    streams.prepare_streams()
    opened = (sys.stdin, sys.stdout, sys.stderr)
    print("nobody hears")
    assert sys.stdin.read() == ""
    assert not any(each.isatty() for each in opened)
    for each in opened:
        each.close()


def test_no_record_gets_the_number_of_a_stream(tmp_path: Path) -> None:
    """A closed descriptor is opened on nothing; one that is open is left alone."""
    with (tmp_path / "x").open("wb") as file:
        number = file.fileno()
        streams.occupy(number)
        assert stat.S_ISREG(os.fstat(number).st_mode)
        other = os.dup(number)
    os.close(other)
    streams.occupy(other)
    assert stat.S_ISCHR(os.fstat(other).st_mode)
    os.close(other)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_output_outlives_its_terminal() -> None:
    """What is written once the terminal is closed goes nowhere, and raises nothing."""
    master, terminal = os.openpty()
    with os.fdopen(terminal, "w") as screen:
        stream = streams.lasting(screen)
        print("one", file=stream)
        assert os.read(master, 100).startswith(b"one")
        os.close(master)
        print("two", file=stream, flush=True)
        assert not stream.isatty()


class Closed(io.StringIO):
    """A pipe that nobody reads any more."""

    def write(self, text: str, /) -> int:
        raise BrokenPipeError


def test_a_view_that_nobody_reads_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`run --plain | head -1` costs the run its view, without a word; the keyboard is still heard."""
    listeners: list[Callable[[Event], None]] = []

    def on_event(listener: Callable[[Event], None]) -> Callable[[], None]:
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    plan = SimpleNamespace(steps=(), recipe=None)
    history: Any = SimpleNamespace(actions={}, measurements={})
    run: Any = SimpleNamespace(
        folder=SimpleNamespace(path=tmp_path), session=SimpleNamespace(plan=plan), history=history, on_event=on_event
    )
    PlainView(run, None).open()
    monkeypatch.setattr(sys, "stdout", Closed())
    (listener,) = listeners
    listener(Event(1, 0.0, "state", None, 1, {"from": "IDLE", "to": "RUNNING"}, GENESIS))
    assert listeners == []
    typed = Run("HELD")
    keyboard = Keyboard(typed, lambda action: None)
    keyboard.look()
    keyboard.hear("resume\nabort\n")
    assert typed.told == [("abort",)]
