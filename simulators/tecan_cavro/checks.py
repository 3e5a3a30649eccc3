"""Which commands the pump refuses, with which error, and what the accepted ones amount to.

Everything is judged against the moment the command would run: the mode, the position and whether the pump is
initialised. Only operands and circumstances are judged here; unknown letters are the parser's.
"""

from dataclasses import dataclass

from simulators.tecan_cavro.body import Turn
from simulators.tecan_cavro.program import Command
from simulators.tecan_cavro.settings import INVALID_OPERAND, Habits, Settings

INIT_FAILED, NOT_INITIALISED, OVERLOAD, BLOCKED, BUSY = 1, 7, 9, 11, 15
FATAL = frozenset({INIT_FAILED, OVERLOAD})
MOVES = frozenset("APDapd")
TOLERATED_OVERTRAVEL = 1.05
"""The XCalibur takes a relative aspiration to 3150 of 3000 increments."""

FORCES = frozenset({0, 1, 2, *range(10, 41)})


@dataclass(frozen=True, slots=True)
class Standing:
    """How the pump stands when a command is reached; `blocked` is a valve not at a port."""

    initialised: bool
    latched: int
    blocked: bool
    counter: int


def fault(command: Command, standing: Standing, settings: Settings, habits: Habits) -> int:
    """Return the error a command meets, 0 for none."""
    letter, value = command.letter, command.operand()
    if letter in MOVES:
        return _move_fault(command, standing, settings)
    if settings.bounds(letter) is not None:
        return settings.fault(letter, value)
    last = habits.ports
    if letter in "ZYW":
        ports_are_right = all(0 <= (command.operand(index) or 0) <= last for index in (1, 2))
        return 0 if (value or 0) in FORCES and ports_are_right else INVALID_OPERAND
    if letter in "IOw":
        return 0 if value is not None and 1 <= value <= last else INVALID_OPERAND
    highest = {"G": 30000, "M": 30000, "H": 2}.get(letter)
    return 0 if highest is None or (value or 0) <= highest else INVALID_OPERAND


def _move_fault(command: Command, standing: Standing, settings: Settings) -> int:
    if not standing.initialised:
        return standing.latched if standing.latched in FATAL else NOT_INITIALISED
    if standing.blocked:
        return BLOCKED
    goal = target(command, standing.counter)
    tolerated = TOLERATED_OVERTRAVEL if command.letter in "Pp" and settings.dialect == "xcalibur" else 1.0
    return 0 if goal is not None and 0 <= goal <= settings.stroke * tolerated else INVALID_OPERAND


def target(command: Command, counter: int) -> int | None:
    """Return where a move leads in increments, None without an operand."""
    value = command.operand()
    if value is None:
        return None
    letter = command.letter.upper()
    return value if letter == "A" else counter + (value if letter == "P" else -value)


def rotation(now: int | None, port: int, habits: Habits, *, clockwise: bool) -> Turn:
    """Return how far the valve turns to a port; from an unknown position it looks for its home first."""
    ports = habits.ports
    if now is None:
        return Turn(str(port), ports * habits.homing_turns + (port - 1))
    return Turn(str(port), ((port - now) if clockwise else (now - port)) % ports)
