"""EmStat packages of one layout, decoded all at once: a scan has thousands.

Numbers are those of one package after another (see `emstat`); lines that are not surely of the first one's layout, and
values that are not numbers, are left to it.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array

OFFSET = 0x8000000
PREFIXES = dict(
    zip("afpnum kMGTPE", (1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9, 1e12, 1e15, 1e18), strict=True)
)
PREFIXES["i"] = 1.0
OVERLOAD = 0x2
_LINE = re.compile(r"P[a-z]{2}[0-9A-Fa-f]{7}.(?:,[0-9A-Fa-f]+)*(?:;[a-z]{2}[0-9A-Fa-f]{7}.(?:,[0-9A-Fa-f]+)*)*")
_VARIABLE = re.compile(r"[P;]([a-z]{2})[0-9A-Fa-f]{7}.((?:,[0-9A-Fa-f]+)*)")
_NO_DIGIT = 99
_DIGITS = np.full(256, _NO_DIGIT)
_DIGITS[[ord(digit) for digit in "0123456789abcdefABCDEF"]] = [int(digit, 16) for digit in "0123456789abcdefABCDEF"]
_FACTORS = np.full(256, np.nan)
_FACTORS[[ord(prefix) for prefix in PREFIXES]] = list(PREFIXES.values())


def read_columns(lines: Sequence[str]) -> dict[str, Array] | None:
    """Return the values of each variable; None when a line is not of the layout of the first."""
    if not lines or not lines[0].isascii() or _LINE.fullmatch(lines[0]) is None or len(set(map(len, lines))) > 1:
        return None
    width = len(lines[0])
    text = "".join(lines).encode("ascii", "replace")
    rows = np.frombuffer(text, dtype=np.uint8).reshape(-1, width)
    fixed = np.ones(width, dtype=bool)
    columns: dict[str, Array] = {}
    for variable in _VARIABLE.finditer(lines[0]):
        start = variable.start() + 3
        values = _values(rows, start)
        flags = _flags(rows, variable.start(2), variable[2])
        fixed[start : start + 8] = False
        fixed[[at for at in range(variable.start(2), variable.end(2)) if _varies(lines[0], at)]] = False
        if values is None or flags is None:
            return None
        columns[variable[1]] = np.where(flags & OVERLOAD, np.nan, values) if variable[1] == "ba" else values
    return columns if bool((rows[:, fixed] == rows[0, fixed]).all()) else None


def _varies(line: str, at: int) -> bool:
    """Tell whether a character of the metadata is a value: neither the comma nor the kind that follows it."""
    return line[at] != "," and line[at - 1] != ","


def _values(rows: NDArray[np.uint8], start: int) -> Array | None:
    """Return the numbers that stand at one place of every row, or None."""
    digits, factors = _DIGITS[rows[:, start : start + 7]], _FACTORS[rows[:, start + 7]]
    if np.any(digits == _NO_DIGIT) or np.any(np.isnan(factors)):
        return None
    return np.asarray((digits @ (16 ** np.arange(6, -1, -1)) - OFFSET) * factors, dtype=np.float64)


def _flags(rows: NDArray[np.uint8], start: int, metadata: str) -> NDArray[np.int_] | None:
    """Return the lowest digits of the status of every row, or None where metadata are not digits."""
    flags = np.zeros(len(rows), dtype=np.int_)
    at = start
    for token in metadata.split(",")[1:]:
        digits = _DIGITS[rows[:, at + 2 : at + 1 + len(token)]]
        if np.any(digits == _NO_DIGIT):
            return None
        if token[0] == "1" and len(token) > 1:
            flags |= digits[:, -1]
        at += 1 + len(token)
    return flags
