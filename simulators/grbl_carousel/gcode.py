"""Lines of G-code as words, and the modes they leave behind: what a carousel needs, the rest is refused with error 20.

Inches, arcs, probing, tool offsets and work coordinates are refused: work and machine coordinates are the same here.
"""

import re
from dataclasses import dataclass, field

EXPECTED_LETTER, BAD_NUMBER, NOT_A_SETTING, NOT_IDLE, LOCKED = 1, 2, 3, 8, 9
HOMING_OFF, NEGATIVE, TOO_LONG, BEYOND_TRAVEL, BAD_JOG = 5, 4, 14, 15, 16
UNSUPPORTED, MODAL_CLASH, NO_FEED, NOT_WHOLE, REPEATED = 20, 21, 22, 23, 25
NO_WORDS, MISSING_WORD, UNUSED_WORDS = 26, 28, 36
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
GROUPS = {
    0: "motion",
    1: "motion",
    80: "motion",
    4: "dwell",
    53: "frame",
    90: "distance",
    91: "distance",
    17: "plane",
    21: "unit",
    40: "radius",
    49: "tool",
    54: "system",
    61: "path",
    94: "feed mode",
}
"""G codes that are understood, by modal group."""
M_CODES = {0, 2, 3, 4, 5, 9, 30}
"""M codes that are accepted; none of them does anything here."""


class GrblError(Exception):
    """A line is refused with a number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"error:{number}")
        self.number = number


def words(line: str) -> list[tuple[str, float]]:
    """Cut a line, upper case and without spaces, into letters with numbers.

    Raises:
        GrblError: 1 or 2 for what is neither.
    """
    found: list[tuple[str, float]] = []
    at = 0
    while at < len(line):
        if not "A" <= line[at] <= "Z":
            raise GrblError(EXPECTED_LETTER)
        number = NUMBER.match(line, at + 1)
        if number is None:
            raise GrblError(BAD_NUMBER)
        found.append((line[at], float(number[0])))
        at = number.end()
    return found


@dataclass(slots=True)
class Modes:
    """What stays from line to line; feed in units per minute, 0 for none yet."""

    motion: int = 0
    absolute: bool = True
    feed: float = 0.0

    def describe(self) -> str:
        """Return what `$G` prints."""
        return f"[GC:G{self.motion} G54 G17 G21 G{90 if self.absolute else 91} G94 M5 M9 T0 F{self.feed:.0f} S0]"


@dataclass(slots=True)
class Block:
    """What one line asks for: axis words as written, the way they are meant, and a dwell in seconds."""

    axes: dict[str, float] = field(default_factory=dict[str, float])
    absolute: bool = True
    rapid: bool = True
    feed: float = 0.0
    dwell_s: float | None = None
    ends_program: bool = False

    def target(self, x: float, z: float) -> tuple[float, float]:
        """Return where the line leads from a point."""
        base = (0.0, 0.0) if self.absolute else (x, z)
        return (
            base[0] + self.axes["X"] if "X" in self.axes else x,
            base[1] + self.axes["Z"] if "Z" in self.axes else z,
        )


def understand(line: str, modes: Modes) -> Block:
    """Return what a line asks for, and leave its modes behind; a refused line changes nothing.

    Raises:
        GrblError: the line is refused.
    """
    codes, values = _sorted(words(line))
    after = Modes(modes.motion, modes.absolute, values.pop("F", modes.feed))
    for code in codes:
        if code in (90, 91):
            after.absolute = code == 90
        elif code in (0, 1, 80):
            after.motion = code
    block = Block(absolute=after.absolute or 53 in codes, rapid=after.motion == 0, feed=after.feed)
    if 4 in codes:
        if "P" not in values:
            raise GrblError(MISSING_WORD)
        block.dwell_s = _not_negative(values.pop("P"))
    block.axes = {axis: values.pop(axis) for axis in "XYZ" if axis in values}
    values.pop("N", None)
    values.pop("S", None)
    if values or (block.axes and after.motion == 80) or (block.dwell_s is not None and block.axes):
        raise GrblError(UNUSED_WORDS)
    if block.axes and not block.rapid and after.feed <= 0.0:
        raise GrblError(NO_FEED)
    modes.motion, modes.absolute, modes.feed = after.motion, after.absolute, after.feed
    return block


def jog(line: str) -> Block:
    """Return what `$J=` asks for: its own feed and distance mode, which stay with it alone.

    Raises:
        GrblError: the line is refused.
    """
    codes, values = _sorted(words(line))
    if any(GROUPS[code] not in ("distance", "unit", "frame") for code in codes):
        raise GrblError(BAD_JOG)
    feed = values.pop("F", 0.0)
    values.pop("N", None)
    axes = {axis: values.pop(axis) for axis in "XYZ" if axis in values}
    if not axes:
        raise GrblError(NO_WORDS)
    if values:
        raise GrblError(UNUSED_WORDS)
    if feed <= 0.0:
        raise GrblError(NO_FEED)
    return Block(axes, 91 not in codes or 53 in codes, rapid=False, feed=feed)


def _sorted(found: list[tuple[str, float]]) -> tuple[set[int], dict[str, float]]:
    codes: set[int] = set()
    groups: set[str] = set()
    values: dict[str, float] = {}
    for letter, value in found:
        if letter in "GM":
            if not value.is_integer():
                raise GrblError(NOT_WHOLE if value * 10 % 1 else UNSUPPORTED)
            if letter == "M":
                if int(value) not in M_CODES:
                    raise GrblError(UNSUPPORTED)
                continue
            if int(value) not in GROUPS:
                raise GrblError(UNSUPPORTED)
            if GROUPS[int(value)] in groups:
                raise GrblError(MODAL_CLASH)
            groups.add(GROUPS[int(value)])
            codes.add(int(value))
        elif letter in values:
            raise GrblError(REPEATED)
        else:
            values[letter] = value
    if "F" in values:
        _not_negative(values["F"])
    return codes, values


def _not_negative(value: float) -> float:
    if value < 0.0:
        raise GrblError(NEGATIVE)
    return value
