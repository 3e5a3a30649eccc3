"""Counts that come out of arithmetic: 2.2 / 0.1 is 22, 2.25 / 0.1 is a mistake."""

import math

from autosynth.units import UnitError

_RELATIVE = 1e-9
_MOST = 1_000_000


def whole(value: float) -> int:
    """Return the whole number that the value is, up to 1e-9 relative for the rounding of decimal fractions.

    Raises:
        UnitError: the value is not whole, is not finite, is below 1 or above a million.
    """
    if not math.isfinite(value):
        raise UnitError("the count is not a finite number", "write for instance 22")
    nearest = round(value)
    if abs(value - nearest) > _RELATIVE * max(1.0, abs(value)):
        low, high = math.floor(value), math.ceil(value)
        would = f"{low} or {high}" if low >= 1 else f"{high}"
        raise UnitError(f"the count comes out as {value:.6g}, which is not whole", f"{would} would do")
    if not 1 <= nearest <= _MOST:
        raise UnitError(f"the count is {nearest}", f"it has to be between 1 and {_MOST}")
    return nearest
