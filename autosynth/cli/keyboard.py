"""The keyboard of a run's own terminal: answers to what an operator step asks, and commands, a line each.

A line goes the way that the control channel goes, and is recorded with who typed it. Without a terminal, and on
platforms whose event loop cannot watch one, nothing is read: `autosynth hold|restart|... RUN` serves.
"""

import asyncio
import getpass
import sys
from typing import Any

from autosynth.cli.progress import Progress
from autosynth.engine.accounting import CHOICES
from autosynth.engine.machine import RunState
from autosynth.engine.run import OpenRun
from autosynth.errors import StateError
from autosynth.recipe.measure import Entry
from autosynth.units import Quantity, UnitError, format_quantity, parse_quantity

COMMANDS = ("hold", "restart", "pause", "resume", "stop", "abort")


class Keyboard:
    """Reads lines for one run in real time."""

    def __init__(self, run: OpenRun, progress: Progress) -> None:
        self._run = run
        self._progress = progress
        self._shown = ""

    def open(self) -> None:
        """Begin to read, where there is a terminal."""
        if sys.stdin.isatty() and sys.platform != "win32":
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._read)

    def asks(self) -> bool:
        """Say whether a person's answer or decision is wanted now."""
        return bool(self._question())

    def look(self) -> None:
        """Print what is asked, once."""
        question = self._question()
        if question and question != self._shown:
            print(question, flush=True)
        self._shown = question

    def _question(self) -> str:
        status = self._run.session.status()
        for action, prompt in status["questions"].items():
            return f"{action}: {prompt}\n{self._wanted(action)}"
        if status["state"] == RunState.HELD:
            return (
                f"HELD: {status['reason']}\n"
                "Type restart, stop or abort and Enter (restart estimate|done|none settles an unknown stroke)."
            )
        return ""

    def _wanted(self, action: str) -> str:
        entry = self._entry(action)
        if entry is None:
            return "Press Enter when it is done, or type hold, stop or abort."
        limits = [
            f"{word} {format_quantity(limit.value, limit.dimension)}"
            for word, limit in (("from", entry.min), ("to", entry.max))
            if isinstance(limit, Quantity)
        ]
        return (
            f"Enter {' '.join([entry.name, *limits])}{f', in {entry.unit} if you give no unit' if entry.unit else ''}."
        )

    def _entry(self, action: str) -> Entry | None:
        step = self._progress.operator_step(action)
        return None if step is None else step.enter

    def _read(self) -> None:
        line = sys.stdin.readline()
        if not line:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            return
        try:
            self._obey(line.split())
        except (StateError, UnitError, ValueError) as error:
            print(f"error: {error}", flush=True)
            self._shown = ""

    def _obey(self, words: list[str]) -> None:
        """Carry a line out.

        Raises:
            StateError: the run does not allow it now.
            UnitError: the value is not what is asked for.
        """
        who = getpass.getuser()
        if words and words[0] in COMMANDS:
            settle = next((word for word in words[1:] if word in CHOICES), "")
            reason = " ".join(word for word in words[1:] if word != settle)
            self._run.session.handle({"command": words[0], "who": who, "reason": reason, "settle": settle})
            return
        action = next(iter(self._run.session.status()["questions"]), None)
        if action is not None:
            answer: dict[str, Any] = {"command": "answer", "action": action, "who": who}
            entry = self._entry(action)
            if entry is not None:
                answer["value"] = entered(" ".join(words), entry)
            self._run.session.handle(answer)
        elif words:
            print(f"{words[0]!r} is not one of {', '.join(COMMANDS)}", flush=True)


def entered(text: str, entry: Entry) -> float:
    """Return a typed value in the canonical unit; without a unit, the entry's is meant.

    Raises:
        UnitError: it is no such quantity, or outside what is plausible.
    """
    try:
        number: str | None = f"{float(text)!r} {entry.unit or ''}".strip()
    except ValueError:
        number = None
    found = parse_quantity(number or text, entry.kind)
    for limit, sign, word in ((entry.min, 1, "least"), (entry.max, -1, "most")):
        if isinstance(limit, Quantity) and sign * (found.value - limit.value) < 0:
            raise UnitError(f"at {word} {format_quantity(limit.value, limit.dimension)} is plausible", "look again")
    return found.value
