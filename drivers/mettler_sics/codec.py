"""MT-SICS lines as pure values: words between blanks, texts in quotes; columns are never counted.

A plain command answers once. A Quantos command (`QRA a b [v]`, `QRD a b c [v]`) may answer twice: `B`, working, and
later `A`, done, or `I` with an error's number; `L` is a wrong parameter. Sources: MT-SICS as published drivers quote
it; Quantos command set, whole document. That an answer repeats the numbers of its command is the document's form;
whether also the value after them is open, so both are understood.
"""

import math
import re
from dataclasses import dataclass

from autosynth.errors import GarbledReplyError

MILLIGRAMS = {"mg": 1.0, "g": 1e3, "kg": 1e6}
DOSE_RANGE_MG = (0.1, 250000.0)
TOLERANCE_RANGE = (0.001, 0.4)
_TARGET_DECIMALS, _TOLERANCE_DECIMALS = 2, 1
"""How finely targets (mg) and tolerances (per cent) are said [assumed: the document has no digits]."""
_TOLERANCE_PARTS = 1000.0
"""The smallest difference of tolerances that can be said is one part of so many: a tenth of a per cent."""
_EXACT = 1e-4
"""Of the last digit: what differs by less is the same number."""
START, STOP = "QRA 61 1", "QRA 61 4"
CLOSE_DOOR, LOCK_PIN = "QRA 60 7 2", "QRA 60 2 4"
DOOR, HEAD = "QRD 2 3 7", "QRD 2 4 11"
DOOR_CLOSED = "2"
ERRORS = {"ES": "syntax error", "ET": "transmission error", "EL": "logical error"}
_HEAD_WORDS = {"QRA": 3, "QRD": 4}
_WORD = re.compile(r'"[^"]*"|\S+')
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a balance shows: a mass in mg, or why there is none (`I` not now, `+` over, `-` underload, or an error)."""

    mass_mg: float | None
    stable: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a Quantos command: whose, `A`, `B`, `I` or `L`, an error's number (0: none) and its values."""

    head: tuple[str, ...]
    code: str
    error: int = 0
    values: tuple[str, ...] = ()


def encode(command: str) -> bytes:
    """Return a command as it goes over the line."""
    return f"{command}\r\n".encode("ascii")


def words(frame: bytes) -> list[str]:
    """Return the words of a line; a text in quotes is one, with its quotes."""
    return _WORD.findall(frame.decode("latin-1"))


def head_of(command: str) -> tuple[str, ...]:
    """Return what an answer to a Quantos command begins with: its word and numbers, without a value."""
    spoken = command.split()
    return tuple(spoken[: _HEAD_WORDS.get(spoken[0], 1)])


def parse_reading(frame: bytes) -> Reading:
    """Return what the answer to `S` or `SI` says.

    Raises:
        GarbledReplyError: it is the answer to something else, or no weight.
    """
    match words(frame):
        case [error] if error in ERRORS:
            return Reading(None, stable=False, reason=ERRORS[error])
        case ["S", "S", "Error", code]:
            return Reading(None, stable=False, reason=f"error {code}")
        case ["S", ("I" | "+" | "-") as reason]:
            return Reading(None, stable=False, reason=reason)
        case ["S", ("S" | "D") as state, number, unit] if unit in MILLIGRAMS and _NUMBER.fullmatch(number):
            return Reading(float(number) * MILLIGRAMS[unit], stable=state == "S")
        case _:
            raise GarbledReplyError("this is no weight in mg, g or kg", received=frame)


def parse_text(frame: bytes, command: str) -> str:
    """Return the text that an inquiry such as `I4` is answered with, "" where the balance does not know the inquiry.

    Raises:
        GarbledReplyError: it is the answer to something else.
    """
    match words(frame):
        case [error] if error in ERRORS:
            return ""
        case [spoken, "I" | "L"] if spoken == command:
            return ""
        case [spoken, "A", *texts] if spoken == command:
            return " ".join(each.strip('" ') for each in texts)
        case _:
            raise GarbledReplyError(f"this is no answer to {command}", received=frame)


def parse_answer(frame: bytes) -> Answer | None:
    """Return an answer to any Quantos command, None for a line that is none."""
    spoken = words(frame)
    count = _HEAD_WORDS.get(spoken[0], 0) if spoken else 0
    rest = spoken[count:]
    at = next((index for index, word in enumerate(rest) if word in {"A", "B", "I", "L"}), None)
    if not count or at is None or not all(word.isdecimal() for word in spoken[1:count]):
        return None
    number = rest[at + 1] if rest[at] == "I" and len(rest) > at + 1 else "0"
    error = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else 0
    return Answer(tuple(spoken[:count]), rest[at], error, tuple(rest[:at]))


def answer_to(frame: bytes, command: str) -> Answer:
    """Return the answer to `command`.

    Raises:
        GarbledReplyError: it is the answer to something else.
    """
    spoken = words(frame)
    if len(spoken) == 1 and spoken[0] in ERRORS:
        return Answer(head_of(command), spoken[0])
    answer = parse_answer(frame)
    if answer is None or answer.head != head_of(command):
        raise GarbledReplyError(f"this is no answer to {command}", received=frame)
    return answer


def restarted(frame: bytes) -> bool:
    """Return whether a line is the one that a balance says after power-up, which is also the answer to `I4`."""
    return words(frame)[:2] == ["I4", "A"]


def target_told_mg(target_mg: float) -> float:
    """Return the target nearest to `target_mg` that can be said, in hundredths of a milligram."""
    return round(target_mg, _TARGET_DECIMALS)


def tolerance_told_frac(tolerance_frac: float) -> float:
    """Return the widest tolerance of `tolerance_frac` or less that can be said, in tenths of a per cent."""
    return math.floor(tolerance_frac * _TOLERANCE_PARTS + _EXACT) / _TOLERANCE_PARTS


def rounded(target_mg: float, tolerance_frac: float) -> tuple[str, ...]:
    """Return what is told instead of what was asked for, in words; nothing where that can be said as it is."""
    told_mg, told_frac = target_told_mg(target_mg), tolerance_told_frac(tolerance_frac)
    target = f"told {told_mg:.10g} mg of {target_mg:.10g} mg"
    tolerance = f"told a tolerance of {100.0 * told_frac:.6g} % of {100.0 * tolerance_frac:.6g} %"
    differ = (abs(told_mg - target_mg) > _EXACT, abs(told_frac - tolerance_frac) > _EXACT * 1e-3)
    return tuple(text for text, different in zip((target, tolerance), differ, strict=True) if different)


def target_command(target_mg: float) -> str:
    """Return the command that sets what is to be dosed, in mg.

    Raises:
        ValueError: it is no number of hundredths of a milligram.
    """
    return f"QRD 1 1 5 {_plain(target_mg, _TARGET_DECIMALS)}"


def tolerance_command(tolerance_frac: float) -> str:
    """Return the command that sets the tolerance, which goes over the line in per cent.

    Raises:
        ValueError: it is no number of tenths of a per cent.
    """
    return f"QRD 1 1 6 {_plain(100.0 * tolerance_frac, _TOLERANCE_DECIMALS)}"


def _plain(value: float, decimals: int) -> str:
    if not math.isfinite(value) or abs(round(value, decimals) - value) > _EXACT * 10.0**-decimals:
        raise ValueError(f"{value} is no number with {decimals} decimals")
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".")
