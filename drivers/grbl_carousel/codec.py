"""GRBL 1.1 requests as bytes and answers as values.

Lines are answered once each, in order, by `ok` or `error:N`; single real-time bytes are taken out of the stream
wherever they stand and have no `ok`. All movement is absolute in machine coordinates. Source: see the entry.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from autosynth.errors import GarbledReplyError

STATUS, HOLD, RESET = b"?", b"!", b"\x18"
HOME, BARRIER = b"$H\n", b"G4 P0\n"
SETTINGS, VERSION, PARSER = b"$$\n", b"$I\n", b"$G\n"
OK, ALARM, BANNER = b"ok", b"ALARM:", b"Grbl"

REPORT_MASK, INCHES, HOMING = 10, 13, 22
MAX_RATE = {"X": 110, "Z": 112}
"""Settings: mm/min."""
ACCELERATION = {"X": 120, "Z": 122}
"""Settings: mm/s^2."""
TRAVEL = {"X": 130, "Z": 132}
"""Settings: mm."""
_AXES = {"X": 0, "Y": 1, "Z": 2}
_SETTING = re.compile(r"\$(\d{1,3})=(-?\d+(?:\.\d+)?)")
_VERSION = re.compile(r"\[VER:([^:\]]*)")
_FINEST = 3
"""Decimals of a millimetre that GRBL reports."""


@dataclass(frozen=True, slots=True)
class Status:
    """A status report: state without its number, machine position in mm, and the pins that are active."""

    state: str
    detail: str
    position_mm: tuple[float, ...]
    pins: str = ""

    def at_mm(self, axis: str) -> float:
        """Return where "X" or "Z" stands by the board's count of steps."""
        return self.position_mm[_AXES[axis]]


def move(axis: str, to_mm: float, feed_mm_min: float) -> bytes:
    """Return the line that moves "X" or "Z" to a place in machine coordinates.

    Raises:
        ValueError: the place is not finite or the feed is not above zero.
    """
    if axis not in _AXES or not math.isfinite(to_mm) or not 0 < feed_mm_min < math.inf:
        raise ValueError(f"{axis} cannot move to {to_mm} at {feed_mm_min}")
    return f"G90 G53 G1 {axis}{to_mm:.{_FINEST}f} F{feed_mm_min:g}\n".encode()


def parse_answer(frame: bytes) -> int:
    """Return 0 for `ok`, or the number of an error.

    Raises:
        GarbledReplyError: it is neither.
    """
    last = frame.strip().rsplit(b"\n", 1)[-1].strip()
    if last == OK:
        return 0
    number = last.removeprefix(b"error:")
    if number == last or not number.isdigit():
        raise GarbledReplyError("this is neither ok nor an error", received=frame)
    return int(number)


def parse_status(frame: bytes) -> Status:
    """Return what a status report says.

    Raises:
        GarbledReplyError: it is no report, or has no machine position of three axes.
    """
    text = frame.strip().decode("ascii", "replace")
    if not (text.startswith("<") and text.endswith(">")):
        raise GarbledReplyError("this is not a status report", received=frame)
    head, *parts = text[1:-1].split("|")
    fields = {name: value for name, _, value in (part.partition(":") for part in parts)}
    state, _, detail = head.partition(":")
    try:
        position = tuple(float(number) for number in fields["MPos"].split(","))
    except (KeyError, ValueError) as error:
        raise GarbledReplyError("this report has no machine position", received=frame) from error
    if len(position) < len(_AXES) or not all(map(math.isfinite, position)) or not state.isalpha():
        raise GarbledReplyError("this report has no state or not three axes", received=frame)
    return Status(state, detail, position, fields.get("Pn", ""))


def parse_settings(frame: bytes) -> Mapping[int, float]:
    """Return the board's settings by number.

    Raises:
        GarbledReplyError: there are none.
    """
    found = {int(number): float(value) for number, value in _SETTING.findall(frame.decode("ascii", "replace"))}
    if not found:
        raise GarbledReplyError("these are not a board's settings", received=frame)
    return found


def parse_version(frame: bytes) -> str:
    """Return the firmware's version.

    Raises:
        GarbledReplyError: it says none.
    """
    found = _VERSION.search(frame.decode("ascii", "replace"))
    if found is None:
        raise GarbledReplyError("this is not a board's version", received=frame)
    return found[1]


def parse_inches(frame: bytes) -> bool:
    """Return whether the board takes numbers in lines for inches.

    Raises:
        GarbledReplyError: this is not the state of its parser.
    """
    if b"[GC:" not in frame:
        raise GarbledReplyError("this is not the state of a parser", received=frame)
    return b"G20" in frame.split()


def parse_alarm(frame: bytes) -> int:
    """Return the number of an alarm; 0: it is none, or one without a number."""
    number = frame.strip().removeprefix(ALARM)
    return int(number) if number.isdigit() and frame.startswith(ALARM) else 0
