"""MethodSCRIPT numbers and data packages, both ways and nothing else.

A package is `P`, variables joined by `;`, LF. A variable is two letters of type, seven hexadecimal digits with an
offset of 2^27, one prefix character, then metadata tokens after commas: one hexadecimal digit of kind and its value.
Not a number is five blanks and `nan`. Source: the vendor's MethodSCRIPT examples, which print and decode such lines.
"""

import math
import re
from dataclasses import dataclass

from autosynth.errors import ArgumentError, GarbledReplyError

OFFSET = 1 << 27
EXPONENTS = {
    "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, " ": 0, "i": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15,
    "E": 18,
}  # fmt: skip
_FINE = (("p", 12), ("n", 9), ("u", 6), ("m", 3), ("", 0), ("k", -3))
_VARIABLE = re.compile(r"([a-z]{2})(?:([0-9A-F]{7})([afpnum kMGTPEi])|     nan)((?:,[0-9A-Fa-f]+)*)")
_STATUS, _RANGE = "1", "2"
TIMING, OVERLOAD, UNDERLOAD, OVERLOAD_WARNING = 1, 2, 4, 8
SET_POTENTIAL, POTENTIAL, CURRENT = "da", "ab", "ba"


@dataclass(frozen=True, slots=True)
class Variable:
    """One value of a package: its type, its number in the type's unit, its status bits and its range's index."""

    kind: str
    value: float
    status: int = 0
    range_index: int | None = None


def parse_package(line: bytes) -> tuple[Variable, ...]:
    """Return the variables of a package line.

    Raises:
        GarbledReplyError: the line is not a package.
    """
    text = line.decode("ascii", "replace").rstrip("\r\n")
    found = [_VARIABLE.fullmatch(part) for part in text[1:].split(";")]
    if not text.startswith("P") or not all(found):
        message = "not a data package"
        raise GarbledReplyError(message, received=line)
    return tuple(_variable(each) for each in found if each)


def _variable(found: "re.Match[str]") -> Variable:
    kind, digits, prefix, tokens = found.groups()
    value = math.nan
    if digits is not None:
        count, exponent = int(digits, 16) - OFFSET, EXPONENTS[prefix]
        value = count / 10**-exponent if exponent < 0 else float(count * 10**exponent)
    status, index = 0, None
    for token in tokens.split(",")[1:]:
        if token[0] == _STATUS:
            status = int(token[1:] or "0", 16)
        elif token[0] == _RANGE and len(token) > 1:
            index = int(token[1:], 16)
    return Variable(kind, value, status, index)


def script_number(value: float) -> str:
    """Return a number as a script writes it, an integer and a prefix: -0.5 is `-500m`, 0 is `0`.

    Raises:
        ArgumentError: the number is not finite or too large for the instrument's integers.
    """
    if value == 0:
        return "0"
    if math.isfinite(value):
        for prefix, power in _FINE:
            count = round(value * 10**power) if power >= 0 else round(value / 10**-power)
            if 0 < abs(count) < OFFSET:
                return _shortest(count, prefix)
            if count == 0:
                break
    message = f"{value} cannot be written in a script"
    raise ArgumentError(message)


def _shortest(count: int, prefix: str) -> str:
    names = [name for name, _ in _FINE]
    place = names.index(prefix)
    while count % 1000 == 0 and place + 1 < len(names):
        count //= 1000
        place += 1
    return f"{count}{names[place]}"
