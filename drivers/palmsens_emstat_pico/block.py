"""Data packages of one shape, decoded all at once: potential, current, status and range, as a running scan sends them.

Only what is surely of that shape is read here; anything else is left to `codec`, which says the same of each package.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.palmsens_emstat_pico.codec import EXPONENTS, OFFSET, OVERLOAD

Array = NDArray[np.float64]
_USUAL = re.compile(
    rb"P(?:da|ab)[0-9A-F]{7}[afpnum kMGTPEi];ba[0-9A-F]{7}[afpnum kMGTPEi],1[0-9A-Fa-f],2[0-9A-Fa-f]{2}\n"
)
_POTENTIAL, _CURRENT, _STATUS = 3, 14, 24
"""Where the digits of both values and the status stand in such a package."""
_FIXED = (0, 1, 2, 11, 12, 13, 22, 23, 25, 26, 29)
"""The characters that do not vary."""
_NO_DIGIT = 255


@dataclass(frozen=True, slots=True)
class Block:
    """Points in the order they came: V, A as the instrument counts it, and whether it was overloaded."""

    potential_v: Array
    current_a: Array
    overload: NDArray[np.bool_]


def read_block(data: bytes) -> Block | None:
    """Return the points of packages; None when any is not of the usual shape."""
    first = _USUAL.match(data)
    if first is None or len(data) % first.end():
        return None
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, first.end())
    fixed = rows[:, _FIXED]
    if not np.array_equal(fixed, np.broadcast_to(fixed[0], fixed.shape)):
        return None
    potential_v, current_a = _values(rows, _POTENTIAL), _values(rows, _CURRENT)
    status = _DIGITS[rows[:, _STATUS]]
    if potential_v is None or current_a is None or np.any(_DIGITS[rows[:, 27:29]] == _NO_DIGIT):
        return None
    return None if np.any(status == _NO_DIGIT) else Block(potential_v, current_a, (status & OVERLOAD) != 0)


def _values(rows: NDArray[np.uint8], place: int) -> Array | None:
    """Return the numbers that begin at a place of every row, seven digits and a prefix."""
    digits = _DIGITS[rows[:, place : place + 7]]
    powers = _POWERS[rows[:, place + 7]]
    if np.any(digits > 15) or np.any(np.isnan(powers)) or np.any(rows[:, place : place + 7] >= ord("a")):
        return None
    counts = digits @ (16 ** np.arange(6, -1, -1)) - OFFSET
    return np.asarray(counts / 10.0 ** np.maximum(-powers, 0.0) * 10.0 ** np.maximum(powers, 0.0))


def _table(values: dict[str, float], missing: float) -> Array:
    table = np.full(256, missing)
    for letter, value in values.items():
        table[ord(letter)] = value
    return table


_DIGITS = _table({digit: int(digit, 16) for digit in "0123456789abcdefABCDEF"}, _NO_DIGIT).astype(np.int64)
_POWERS = _table({prefix: float(power) for prefix, power in EXPONENTS.items()}, np.nan)
