"""The numbers a host may preset, with their ranges, units and power-up values.

Speeds are stored as half-increments per second whatever the mode; the manual keeps v <= c <= V silently, so what is
reported and used is the effective value. Out-of-range values are refused with the pump's own error 3.
"""

from dataclasses import dataclass, field
from typing import Literal

from simulators.tecan_cavro.motion import FULL_STROKE, SPEED_CODES

Dialect = Literal["xcalibur", "xlp"]

STROKES: dict[Dialect, tuple[int, ...]] = {"xcalibur": (3000, 24000), "xlp": (6000, 48000, 48000)}
"""Increments a full stroke in modes N0, N1 (and N2); the XLP's fine stroke is from working code only."""

FINE = 8
INVALID_COMMAND, INVALID_OPERAND = 2, 3

VALVE_TYPES = frozenset({1, 2, 5, 7, 8, 11, 30, 31, 41, 47})


@dataclass(frozen=True, slots=True)
class Habits:
    """What differs between units or is not certain from the manual.

    Attributes:
        dialect: "xcalibur" or "xlp": step counts and the N2 mode.
        ports: Ports of the distribution valve.
        q_shows_uninitialised: Whether Q reports error 7 before initialisation although nothing was asked (assumed).
        model_backlash: Whether an aspiration overshoots by K and comes back; else K is only remembered.
        terminate_slip: Half-increments the drive coasts unseen when terminated (assumed; 0 keeps the position true).
        home_settle_s: Time for finding the stop and stepping back the gap k (assumed).
        homing_turns: Full turns of the valve's search for its home from an unknown position (assumed).
    """

    dialect: Dialect = "xcalibur"
    ports: int = 9
    q_shows_uninitialised: bool = True
    model_backlash: bool = False
    terminate_slip: float = 0.0
    home_settle_s: float = 0.4
    homing_turns: int = 1


@dataclass(slots=True)
class Settings:
    """What survives between strings and is gone with the power.

    The slope's default 7 is the quick reference's: it reproduces the manual's stroke times, 14 (in its text) does not.
    """

    dialect: Dialect
    start: float = 900.0
    top: float = 1400.0
    cutoff: float = 900.0
    slope: int = 7
    backlash: int = 12
    gap: int = 50
    mode: int = 0
    outputs: int = 0
    written: list[int] = field(default_factory=list[int])

    @property
    def stroke(self) -> int:
        """Increments of a full stroke in the present mode."""
        return STROKES[self.dialect][self.mode]

    @property
    def per_half(self) -> float:
        """Increments per half-increment in the present mode."""
        return self.stroke / FULL_STROKE

    @property
    def speeds(self) -> tuple[float, float, float]:
        """Effective start, top and cutoff speed in half-increments per second."""
        start = min(self.start, self.top)
        return start, self.top, min(max(self.cutoff, start), self.top)

    @property
    def speed_unit(self) -> int:
        """How many speed units of the present mode make a half-increment per second."""
        return FINE if self.mode == 2 else 1

    def bounds(self, letter: str) -> tuple[int, int] | None:
        """Return the range of a setting command's operand in the present mode; None for another command."""
        fine = FINE if self.mode else 1
        unit = self.speed_unit
        ranges = {
            "S": (0, len(SPEED_CODES) - 1),
            "v": (50 * unit, 1000 * unit),
            "V": (5 * unit, 6000 * unit),
            "c": (50 * unit, 2700 * unit),
            "C": (0, 25),
            "L": (1, 20),
            "K": (0, 31 * fine),
            "k": (0, 80 * fine),
            "N": (0, len(STROKES[self.dialect]) - 1),
            "J": (0, 7),
            "U": (min(VALVE_TYPES), max(VALVE_TYPES)),
        }
        return ranges.get(letter)

    def fault(self, letter: str, value: int | None) -> int:
        """Return the error a setting command deserves: 0, or 3 for an operand missing or out of range."""
        bounds = self.bounds(letter)
        if value is None or bounds is None or not bounds[0] <= value <= bounds[1]:
            return INVALID_OPERAND
        return INVALID_OPERAND if letter == "U" and value not in VALVE_TYPES else 0

    def apply(self, letter: str, value: int) -> None:
        """Take a checked setting."""
        speed = value / self.speed_unit
        match letter:
            case "S":
                self.top = float(SPEED_CODES[value])
            case "v":
                self.start = speed
            case "V":
                self.top = speed
            case "c":
                self.cutoff = speed
            case "C":
                self.cutoff = self.start
            case "L":
                self.slope = value
            case "K":
                self.backlash = value
            case "k":
                self.gap = value
            case "N":
                self._switch(value)
            case "J":
                self.outputs = value
            case _:
                self.written.append(value)

    def _switch(self, mode: int) -> None:
        """Change the step mode; gaps keep their length, so their numbers change."""
        factor = (FINE if mode else 1) / (FINE if self.mode else 1)
        self.backlash = round(self.backlash * factor)
        self.gap = round(self.gap * factor)
        self.mode = mode
