"""Numbers of a run as people read them: clock times, quantities with as many digits as are known, bytes."""

import math
from collections.abc import Mapping
from typing import Any

from autosynth.units import format_quantity

_DIMENSIONS = {
    "1": "ratio",
    "V": "potential",
    "A": "current",
    "C": "charge",
    "mol/L": "concentration",
    "mol": "amount",
    "mL": "volume",
    "ohm": "resistance",
    "s": "time",
    "mL/min": "rate",
}
_SIGNS = {"angstrom": "Å", "deg": "°", "m2/g": "m²/g", "g": "g", "": ""}
"""Units whose numbers are shown as they are, and their signs."""
RATIO = "ratio"
"""What a quantity's name begins with that is no part of a whole."""


def moment(t_s: float) -> str:
    """Return run time as h:mm:ss."""
    whole = round(t_s)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def duration(t_s: float) -> str:
    """Return a duration with the two units that matter."""
    if t_s < 60:
        return f"{t_s:.3g} s"
    minutes = round(t_s / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


def quantity(value: float | None, unit: str, sd: float | None = None) -> str:
    """Return a value in its unit, with its standard uncertainty if there is one; a proper minus sign."""
    if value is None or not math.isfinite(value):
        return "not known"
    dimension = _DIMENSIONS.get(unit)
    if dimension is not None:
        return format_quantity(value if sd else rounded(value, 4), dimension, sd).replace("-", "−")
    if unit in _SIGNS:
        return f"{format_quantity(value if sd else rounded(value, 5), 'number', sd)} {_SIGNS[unit]}".strip().replace(
            "-", "−"
        )
    uncertainty = f" ± {sd:.2g}" if sd else ""
    return f"{value:.5g}{uncertainty} {unit}".strip().replace("-", "−")


def estimate(found: Mapping[str, Any], name: str = "") -> str:
    """Return an estimate of the journal in words; near a bound with its one-sided 95 % limit.

    A ratio, as `name` tells, is a number: 1.97, not 197 %.
    """
    unit = unit_of(name, str(found.get("unit", "")))
    text = quantity(found.get("value"), unit, found.get("sd"))
    if found.get("upper") is not None:
        return f"{text} (below {quantity(rounded(found['upper']), unit)})"
    if found.get("lower") is not None:
        return f"{text} (above {quantity(found['lower'], unit)})"
    return text


def unit_of(name: str, unit: str) -> str:
    """Return the unit that a quantity of this name is shown in."""
    return "" if unit == "1" and name.startswith(RATIO) else unit


def rounded(value: float, digits: int = 2) -> float:
    """Return a value with so many significant digits."""
    return float(f"{value:.{digits}g}")


def payload(given: Mapping[str, Any], without: frozenset[str] = frozenset()) -> str:
    """Return the members of an event as "key value, key value"."""
    return ", ".join(f"{key} {_plain(value)}" for key, value in sorted(given.items()) if key not in without)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, Mapping):
        return "{" + payload(value) + "}"
    return str(value)


def wire_bytes(text: str) -> str:
    """Return bytes written in hexadecimal as a terminal would show them, escaped where they cannot be printed."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return text
    return repr(raw)[2:-1] if raw else "nothing"
