"""How values leave the instrument: seven hex digits with an SI prefix, and metadata tokens.

A value is (hex - 0x8000000) times its prefix; the smallest prefix that fits 27 bits is chosen. Nothing is rounded
further; NaN, and what fits no prefix, has its own eight characters.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

OFFSET = 0x8000000
PREFIXES = {
    "a": 1e-18,
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    " ": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
}
_STEPS = tuple(zip(PREFIXES, (10.0 ** (18 - 3 * index) for index in range(len(PREFIXES))), strict=True))
_ORDER = "".join(PREFIXES)
_UNIT = _ORDER.index(" ")


@dataclass(frozen=True, slots=True)
class Value:
    """What a script variable holds: a number, its two-letter type, and metadata to send along."""

    number: float
    kind: str = "ja"
    metadata: str = ""
    integer: bool = False


def encode(value: Value) -> str:
    """Return a variable as it stands in a package."""
    number = value.number
    if not math.isfinite(number) or (value.integer and abs(round(number)) >= OFFSET):
        return f"{value.kind}     nan{value.metadata}"
    if value.integer:
        return f"{value.kind}{round(number) + OFFSET:07X}i{value.metadata}"
    if number == 0:
        return f"{value.kind}{OFFSET:07X} {value.metadata}"
    for prefix, per_unit in _STEPS:
        digits = round(number * per_unit)
        if abs(digits) < OFFSET:
            return f"{value.kind}{digits + OFFSET:07X}{prefix}{value.metadata}"
    return f"{value.kind}     nan{value.metadata}"


def encode_all(kind: str, numbers: npt.NDArray[np.float64], metadata: Sequence[str]) -> list[str]:
    """Return what `encode` makes of each number with its metadata; for sweeps, where one by one takes too long."""
    digits = np.zeros(len(numbers))
    chosen = np.full(len(numbers), len(_STEPS))
    for place in reversed(range(len(_STEPS))):
        scaled = np.rint(numbers * _STEPS[place][1])
        fits = np.abs(scaled) < OFFSET
        digits[fits], chosen[fits] = scaled[fits], place
    chosen[numbers == 0.0] = _UNIT
    counts = (digits.astype(np.int64) + OFFSET).tolist()
    return [
        f"{kind}{count:07X}{_ORDER[place]}{tokens}" if place < len(_STEPS) else f"{kind}     nan{tokens}"
        for count, place, tokens in zip(counts, chosen.tolist(), metadata, strict=True)
    ]


def package(values: Iterable[Value]) -> str:
    """Return a package line without its line feed."""
    return "P" + ";".join(map(encode, values))


def status(bits: int, range_index: int) -> str:
    """Return the metadata tokens of a current: status bits (2 overload, 4 underload, 8 nearly overloaded) and range."""
    return f",1{bits:X},2{range_index:02X}"
