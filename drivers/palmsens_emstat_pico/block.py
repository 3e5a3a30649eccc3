"""Data packages of one shape, read all at once: potential, current, status and range, as a running scan sends them.

Only what is surely of that shape is read here; anything else is left to `codec`, which says the same of each package.
"""

import re

from drivers.palmsens_emstat_pico.codec import EXPONENTS, OFFSET, OVERLOAD

Row = tuple[float, float, bool]
"""A point as the instrument counts it: V, A, and whether it was overloaded."""
_USUAL = re.compile(
    rb"P(?:da|ab)([0-9A-F]{7})([afpnum i]);ba([0-9A-F]{7})([afpnum i]),1([0-9A-Fa-f]),2[0-9A-Fa-f]{2}\n"
)
_LENGTH = 30
_PER_UNIT = {prefix.encode(): 10.0**-power for prefix, power in EXPONENTS.items() if power <= 0}


def read_block(data: bytes) -> list[Row] | None:
    """Return the points of packages in the order they came; None when any is not of the usual shape."""
    found = _USUAL.findall(data)
    if len(found) * _LENGTH != len(data):
        return None
    return [
        (
            (int(potential, 16) - OFFSET) / _PER_UNIT[of_potential],
            (int(current, 16) - OFFSET) / _PER_UNIT[of_current],
            bool(int(status, 16) & OVERLOAD),
        )
        for potential, of_potential, current, of_current, status in found
    ]
