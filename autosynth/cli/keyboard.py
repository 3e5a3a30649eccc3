"""The keyboard of a run's own terminal: answers to what an operator step asks, and commands, a line each.

A line goes the way that the control channel goes, and is recorded with who typed it. Without a terminal, and on
platforms whose event loop cannot watch one, nothing is read: `autosynth hold|restart|... RUN` serves. A run in the
background leaves the keyboard to its shell, is never stopped for touching it, and outlives its terminal.
"""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from autosynth.cli.person import person
from autosynth.cli.words import NO_REASON
from autosynth.engine.choices import CHOICES
from autosynth.engine.machine import RunState
from autosynth.errors import StateError
from autosynth.recipe.measure import Entry
from autosynth.units import Quantity, UnitError, format_quantity, parse_quantity

LONGEST = 4096
LOOK_AGAIN_S = 1.0
"""How often a run in the background looks whether it was brought to the foreground while something waits to be read."""
DONE = ("done", "ok", "yes")
"""What confirms an operation, besides Enter alone."""
COMMANDS = ("hold", "restart", "pause", "resume", "stop", "abort")


class Commanded(Protocol):
    """What takes commands and answers, and tells what it asks: a run's session."""

    def status(self) -> Mapping[str, Any]:
        """Return the state, why it is held, and the open questions by action."""
        ...

    def handle(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out a command or an answer, or raise StateError."""
        ...


class Wanted(Protocol):
    """A value that a person has to enter: its name and unit, its dimension, and what is plausible."""

    @property
    def name(self) -> str:
        """Return what it is called."""
        ...

    @property
    def unit(self) -> str | None:
        """Return the unit meant if none is typed."""
        ...

    @property
    def kind(self) -> str:
        """Return its dimension."""
        ...

    @property
    def min(self) -> Quantity | str | None:
        """Return the least that is plausible."""
        ...

    @property
    def max(self) -> Quantity | str | None:
        """Return the most that is plausible."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """A value that a running step asks for, as the run's status tells it; limits are in its canonical unit."""

    name: str
    unit: str | None
    kind: str
    min: Quantity | None
    max: Quantity | None

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> "Number":
        """Return what a status says of a number."""
        unit = str(said["unit"]) or None
        kind = parse_quantity(f"1 {unit}").dimension if unit else "number"
        low, high = (None if said[end] is None else Quantity(float(said[end]), kind) for end in ("low", "high"))
        return cls(str(said["name"]), unit, kind, low, high)


class Keyboard:
    """Reads lines for one run in real time; `entry` tells what value an action's question wants, if any."""

    def __init__(self, session: Commanded, entry: Callable[[str], Entry | None]) -> None:
        self._session = session
        self._entry = entry
        self._shown = ""

    def open(self) -> None:
        """Begin to read, where there is a terminal; from now on reading or writing one stops no background process."""
        if sys.stdin.isatty() and sys.platform != "win32":
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            self.listen(sys.stdin.fileno())

    def listen(self, descriptor: int) -> None:
        """Read lines from a file descriptor until its end."""
        asyncio.get_running_loop().add_reader(descriptor, self._read, descriptor)

    def asks(self) -> bool:
        """Say whether a person's answer or decision is wanted now."""
        return bool(self._question())

    def look(self) -> None:
        """Print what is asked, once."""
        question = self._question()
        if question and question != self._shown:
            _say(question)
        self._shown = question

    def _question(self) -> str:
        status = self._session.status()
        if status["state"] == RunState.HELD:
            return f"HELD: {status['reason'] or NO_REASON}\nType restart, stop or abort, then Enter." + "".join(
                f"\nStroke {each} is unknown: restart {each}={'|'.join(CHOICES)}." for each in status["unknown"]
            )
        for action, prompt in status["questions"].items():
            return f"{action}: {prompt}\n{self._wanted(action)}"
        return ""

    def _asked(self, action: str) -> Wanted | None:
        """Return the value that an action wants: as the recipe says, or as the step itself does."""
        said = self._session.status().get("numbers", {}).get(action)
        return self._entry(action) or (None if said is None else Number.told(said))

    def _wanted(self, action: str) -> str:
        entry = self._asked(action)
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

    def _read(self, descriptor: int) -> None:
        """Read what is there; a terminal that is gone is left, one that is another's now is looked at later."""
        loop = asyncio.get_running_loop()
        try:
            if not _ours(descriptor):
                loop.remove_reader(descriptor)
                loop.call_later(LOOK_AGAIN_S, self.listen, descriptor)
                return
            typed = os.read(descriptor, LONGEST)
        except OSError:
            typed = b""
        if not typed:
            loop.remove_reader(descriptor)
        self.hear(typed.decode(errors="replace"))

    def hear(self, text: str) -> None:
        """Carry out each line of what was typed; what cannot be done is said, and the question asked again."""
        for line in text.splitlines():
            try:
                self._obey(line.split())
            except (StateError, ValueError) as error:
                _say(f"error: {error}")
                self._shown = ""

    def _obey(self, words: list[str]) -> None:
        """Carry a line out.

        Raises:
            StateError: the run does not allow it now.
            ValueError: it is no command, or not what is asked for.
        """
        who = person()
        if words and words[0] in COMMANDS:
            settle = _settling(words[1:]) if self._session.status()["unknown"] else []
            reason = " ".join(word for word in words[1:] if word not in settle)
            self._session.handle({"command": words[0], "who": who, "reason": reason, "settle": " ".join(settle)})
            return
        action = next(iter(self._session.status()["questions"]), None)
        if action is not None:
            answer: dict[str, Any] = {"command": "answer", "action": action, "who": who}
            entry = self._asked(action)
            if entry is not None:
                answer["value"] = entered(" ".join(words), entry)
            elif words and words[0].lower() not in DONE:
                msg = f"{words[0]!r} is neither a command nor {', '.join(DONE)}"
                raise ValueError(msg)
            self._session.handle(answer)
        elif words:
            msg = f"{words[0]!r} is not one of {', '.join(COMMANDS)}"
            raise ValueError(msg)


def _say(text: str) -> None:
    """Print a text; that nobody reads any more is no reason to listen no more."""
    with suppress(BrokenPipeError):
        print(text, flush=True)


def _settling(words: list[str]) -> list[str]:
    """Return the words that say what to book for strokes: NUMBER=CHOICE, or else the first plain choice."""
    named = [word for word in words if "=" in word and word.rpartition("=")[2] in CHOICES]
    return named or [word for word in words if word in CHOICES][:1]


def _ours(descriptor: int) -> bool:
    """Tell whether a descriptor may be read: one that controls no jobs, or whose foreground this process is in.

    Raises:
        OSError: the terminal is gone.
    """
    if sys.platform == "win32":
        return True
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError as error:
        if error.errno == errno.ENOTTY:  # a pipe, or a terminal that is not the one of this session
            return True
        raise


def entered(text: str, entry: Wanted) -> float:
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
