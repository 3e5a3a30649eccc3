"""Command strings: how they are cut into commands, and how loops walk through them.

Parsing is static and knows only letters; whether an operand is acceptable depends on the mode and position at the
moment a command is reached, which is the firmware's business. A letter the pump does not know spoils the whole string.
"""

import re
from dataclasses import dataclass

from simulators.tecan_cavro.settings import INVALID_COMMAND

INVALID_SEQUENCE = 4
DEEPEST_LOOP = 10

KNOWN = frozenset("ZYWwzkIOBEAPDapdSvVcCLKNgGMHJU")
_ONE = re.compile(r"([A-Za-z])((?:\d+(?:,\d*)*|(?:,\d*)+)?)")


class SpoiltStringError(ValueError):
    """A string the pump refuses as a whole; `code` is its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the pump refuses the string with error {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Command:
    """One letter and its operands; an operand left out is None."""

    letter: str
    operands: tuple[int | None, ...] = ()

    def operand(self, index: int = 0) -> int | None:
        """Return an operand, None if it was not given."""
        return self.operands[index] if index < len(self.operands) else None


def parse(text: str) -> list[Command]:
    """Cut a string (without its final R) into commands.

    Raises:
        SpoiltStringError: for an unknown letter or stray character (2), a loop end without a beginning or one nested
            deeper than ten (4).
    """
    commands: list[Command] = []
    depth = at = 0
    while at < len(text):
        found = _ONE.match(text, at)
        if found is None or found[1] not in KNOWN:
            raise SpoiltStringError(INVALID_COMMAND)
        operands = tuple(int(part) if part else None for part in found[2].split(",")) if found[2] else ()
        commands.append(Command(found[1], operands))
        depth += {"g": 1, "G": -1}.get(found[1], 0)
        if not 0 <= depth <= DEEPEST_LOOP:
            raise SpoiltStringError(INVALID_SEQUENCE)
        at = found.end()
    return commands


class Program:
    """A string being executed: where it is, and which loops it is in."""

    def __init__(self, commands: list[Command]) -> None:
        self._commands = commands
        self._at = 0
        self._loops: list[tuple[int, int]] = []

    @property
    def over(self) -> bool:
        """Whether nothing is left to execute."""
        return self._at >= len(self._commands)

    def take(self) -> Command:
        """Return the next command and step past it."""
        command = self._commands[self._at]
        self._at += 1
        if command.letter == "g":
            self._loops.append((self._at, 0))
        return command

    def loop(self, times: int) -> None:
        """Go back to the innermost loop's start until it has run `times` times; 0 is for ever."""
        start, done = self._loops.pop()
        if times == 0 or done + 1 < times:
            self._loops.append((start, done + 1))
            self._at = start
