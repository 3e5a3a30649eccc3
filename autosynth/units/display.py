"""Quantities as people read them: a sensible prefix, as many digits as are known."""

import math

from autosynth.units.quantity import DIMENSIONS, UnitError

_SCALES: dict[str, tuple[tuple[str, float], ...]] = {
    # units with their size in the canonical unit, largest first; the first not above the value is used
    "volume": (("L", 1e3), ("mL", 1.0), ("µL", 1e-3), ("nL", 1e-6)),
    "mass": (("kg", 1e3), ("g", 1.0), ("mg", 1e-3), ("µg", 1e-6)),
    "amount": (("mol", 1.0), ("mmol", 1e-3), ("µmol", 1e-6), ("nmol", 1e-9)),
    "concentration": (("mol/L", 1.0), ("mmol/L", 1e-3), ("µmol/L", 1e-6), ("nmol/L", 1e-9)),
    "time": (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3)),
    "rate": (("mL/min", 1.0), ("µL/min", 1e-3)),
    "potential": (("V", 1.0), ("mV", 1e-3), ("µV", 1e-6)),
    "scan_rate": (("V/s", 1.0), ("mV/s", 1e-3)),
    "current": (("A", 1.0), ("mA", 1e-3), ("µA", 1e-6), ("nA", 1e-9)),
    "charge": (("C", 1.0), ("mC", 1e-3), ("µC", 1e-6), ("nC", 1e-9)),
    "frequency": (("kHz", 1e3), ("Hz", 1.0)),
    "resistance": (("kohm", 1e3), ("ohm", 1.0)),
    "length": (("cm", 10.0), ("mm", 1.0), ("µm", 1e-3), ("nm", 1e-6)),
    "ratio": (("%", 0.01),),
}


def format_quantity(value: float, dimension: str, sd: float | None = None) -> str:
    """Return the quantity as text: 0.025 mL is "25 µL"; with a standard uncertainty "12.3 ± 0.4 µmol".

    Raises:
        UnitError: the dimension is unknown.
    """
    if dimension not in DIMENSIONS:
        raise UnitError(f"{dimension!r} is not a dimension", f"known: {', '.join(DIMENSIONS)}")
    if not math.isfinite(value):
        return "not known"
    unit, size = _scale(value if value else (sd or 0.0), dimension)
    if sd is None or not sd > 0 or not math.isfinite(sd):
        number = f"{value / size:.6g}"
        return f"{number} {unit}".rstrip()
    decimals = _decimals(sd / size)
    return f"{_rounded(value / size, decimals)} ± {_rounded(sd / size, decimals)} {unit}".rstrip()


def _scale(value: float, dimension: str) -> tuple[str, float]:
    scales = _SCALES.get(dimension)
    if scales is None:
        return DIMENSIONS[dimension].unit, 1.0
    step = 2.0 if dimension == "time" else 1.0
    for unit, size in scales:
        few = step if size > 1.0 else 1.0
        if abs(value) >= size * few * (1 - 1e-9):
            return unit, size
    return (
        scales[-1] if value else (DIMENSIONS[dimension].unit or scales[0][0], scales[0][1] if len(scales) == 1 else 1.0)
    )


def _decimals(sd: float) -> int:
    exponent = math.floor(math.log10(sd))
    leading = sd / 10.0**exponent
    return (1 if leading < 1.95 else 0) - exponent


def _rounded(number: float, decimals: int) -> str:
    return f"{round(number, decimals):.{max(decimals, 0)}f}"
