"""Alicat lines as pure values: a letter names the unit, a carriage return ends the line, a data frame answers.

A poll and a new set-point are answered alike, by unit, absolute pressure, temperature, volumetric flow, mass flow,
set-point, gas and whatever status words there are. Numbers are in the units that were chosen on the instrument, which a
frame does not name. There is no sum. Sources: MC series manual, pages 41 and 43; M series manual of January 2023,
page 32; the list of status words from the EtherNet/IP manual, page 7. That an unknown command is answered by "?" is
known from a working program only.
"""

import math
import re
from dataclasses import dataclass

from autosynth.errors import GarbledReplyError

UNITS_ML_MIN = {"SCCM": 1.0, "SLPM": 1000.0}
"""What one of the instrument's units is, mL/min at its standard conditions of 25 °C and 1 atm (as shipped)."""
STATUS = frozenset(("ADC", "EXH", "HLD", "LCK", "MOV", "OPL", "OVR", "POV", "TMF", "TOV", "VOV"))
UNMEASURED = {"MOV": "the mass flow is beyond what it can measure", "ADC": "its converter is at fault"}
UNCONTROLLED = {"HLD": "it holds its valve and controls nothing", "EXH": "it exhausts"}
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_FIRMWARE = re.compile(r"[0-9]+v[0-9]+(?:\.[0-9]+)?(?:-R[0-9]+)?")
_GAS = re.compile(r"[A-Za-z0-9-]{1,12}")
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class Frame:
    """A data frame, numbers in the instrument's own units."""

    unit: str
    flow: float
    target: float
    gas: str
    status: frozenset[str]


def poll(unit: str) -> bytes:
    """Return the question for a data frame."""
    return f"{unit}\r".encode("ascii")


def version(unit: str) -> bytes:
    """Return the question for the firmware."""
    return f"{unit}VE\r".encode("ascii")


def set_point(unit: str, target: float, decimals: int) -> bytes:
    """Return the command for a set-point."""
    return f"{unit}S{target:.{decimals}f}\r".encode("ascii")


def refused(frame: bytes) -> bool:
    """Tell whether the answer is that the command is not known, or not allowed."""
    return _text(frame).removeprefix(_text(frame)[:1]).strip() == "?" or _text(frame) == "?"


def decode(frame: bytes) -> Frame:
    """Return what a data frame says.

    Raises:
        GarbledReplyError: it is none: a word is missing, a number is no number, a status word is unknown.
    """
    words = _text(frame).split()
    if len(words) < _FIELDS or len(words[0]) != 1 or not words[0].isalpha():
        raise GarbledReplyError("this is not a data frame of a controller", received=frame)
    if not all(_NUMBER.fullmatch(word) for word in words[1:6]) or not _GAS.fullmatch(words[6]):
        raise GarbledReplyError("the numbers or the gas of the data frame are none", received=frame)
    status = frozenset(words[7:])
    if not status <= STATUS:
        raise GarbledReplyError(f"{', '.join(sorted(status - STATUS))} is no status", received=frame)
    flow, target = float(words[4]), float(words[5])
    if not (math.isfinite(flow) and math.isfinite(target)):
        raise GarbledReplyError("a number of the data frame is too large", received=frame)
    return Frame(words[0], flow, target, words[6], status)


def decode_version(frame: bytes, unit: str) -> str:
    """Return the firmware that an answer names.

    Raises:
        GarbledReplyError: it names none, or another unit answered.
    """
    text = _text(frame)
    found = _FIRMWARE.search(text)
    if found is None or not text.startswith(unit):
        raise GarbledReplyError(f"{text!r} names no firmware of unit {unit}", received=frame)
    return found[0]


def _text(frame: bytes) -> str:
    return frame.decode("ascii", "replace").strip()
