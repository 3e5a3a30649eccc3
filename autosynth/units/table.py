"""The units a recipe or station may write, each with its dimension and its size in the canonical unit.

Case counts (`mL` is not `ML`, `mM` is not `MM`); `m` alone is refused because half the field means minutes by it.
"""

from itertools import product

PREFIXES = {"": 1.0, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "k": 1e3}
_PREFIXED: tuple[tuple[tuple[str, ...], str, float, str], ...] = (
    # symbols, dimension, size in the canonical unit, prefixes
    (("L", "l"), "volume", 1e3, " n u µ μ m"),
    (("g",), "mass", 1.0, " n u µ μ m k"),
    (("mol",), "amount", 1.0, " n u µ μ m k"),
    (("M",), "concentration", 1.0, " n u µ μ m"),
    (("s",), "time", 1.0, " u µ μ m"),
    (("V",), "potential", 1.0, " u µ μ m"),
    (("A",), "current", 1.0, " n u µ μ m"),
    (("ohm", "Ω", "Ω"), "resistance", 1.0, " m k"),
    (("C",), "charge", 1.0, " n u µ μ m"),
    (("Hz",), "frequency", 1.0, " m k"),
    (("Pa",), "pressure", 1e-3, " k"),
    (("bar",), "pressure", 100.0, " m"),
    (("J",), "energy", 1.0, " m k"),
)
_PLAIN: dict[str, tuple[str, float]] = {
    "cL": ("volume", 10.0),
    "dL": ("volume", 100.0),
    "cm3": ("volume", 1.0),
    "cm³": ("volume", 1.0),
    "sec": ("time", 1.0),
    "second": ("time", 1.0),
    "seconds": ("time", 1.0),
    "min": ("time", 60.0),
    "mins": ("time", 60.0),
    "minute": ("time", 60.0),
    "minutes": ("time", 60.0),
    "h": ("time", 3600.0),
    "hr": ("time", 3600.0),
    "hrs": ("time", 3600.0),
    "hour": ("time", 3600.0),
    "hours": ("time", 3600.0),
    "d": ("time", 86400.0),
    "day": ("time", 86400.0),
    "days": ("time", 86400.0),
    "°C": ("temperature", 1.0),
    "℃": ("temperature", 1.0),
    "degC": ("temperature", 1.0),
    "K": ("temperature_difference", 1.0),
    "rpm": ("speed", 1.0),
    "RPM": ("speed", 1.0),
    "cm2": ("area", 1.0),
    "cm²": ("area", 1.0),
    "mm2": ("area", 0.01),
    "mm²": ("area", 0.01),
    "angstrom": ("length", 1e-7),
    "nm": ("length", 1e-6),
    "um": ("length", 1e-3),
    "µm": ("length", 1e-3),
    "μm": ("length", 1e-3),
    "mm": ("length", 1.0),
    "cm": ("length", 10.0),
    "m2/g": ("specific_area", 1.0),
    "m²/g": ("specific_area", 1.0),
    "deg": ("angle", 1.0),
    "degree": ("angle", 1.0),
    "degrees": ("angle", 1.0),
    "%": ("ratio", 0.01),
    "percent": ("ratio", 0.01),
    "point": ("ratio", 0.01),
    "points": ("ratio", 0.01),
    "percentage point": ("ratio", 0.01),
    "percentage points": ("ratio", 0.01),
    "eq": ("equivalents", 1.0),
    "eq.": ("equivalents", 1.0),
    "equiv": ("equivalents", 1.0),
    "equiv.": ("equivalents", 1.0),
    "equivalent": ("equivalents", 1.0),
    "equivalents": ("equivalents", 1.0),
}


def _all_units() -> dict[str, tuple[str, float]]:
    units = dict(_PLAIN)
    for symbols, dimension, size, prefixes in _PREFIXED:
        for symbol, prefix in product(symbols, prefixes.split(" ")):
            units[prefix + symbol] = (dimension, size * PREFIXES[prefix])
    return units


UNITS: dict[str, tuple[str, float]] = _all_units()
"""Unit text -> (dimension, size of the unit in the dimension's canonical unit)."""

EXAMPLES: dict[str, str] = {
    "number": "3",
    "ratio": "2 %",
    "equivalents": "0.1 eq",
    "volume": "5 mL",
    "mass": "20 mg",
    "amount": "25 umol",
    "time": "10 min",
    "temperature": "25 °C",
    "temperature_difference": "2 K",
    "concentration": "10 mmol/L",
    "rate": "0.5 mL/min",
    "speed": "400 rpm",
    "potential": "-0.2 V",
    "current": "100 uA",
    "scan_rate": "100 mV/s",
    "area": "0.07 cm2",
    "resistance": "200 ohm",
    "charge": "5 uC",
    "frequency": "25 Hz",
    "pressure": "100 kPa",
    "length": "3 mm",
    "angle": "90 deg",
    "molar_mass": "352.3 g/mol",
    "density": "0.79 g/mL",
    "heating_rate": "1 K/min",
    "specific_volume": "0.6 uL/mg",
    "energy": "500 J",
    "specific_energy": "1500 J/g",
    "specific_area": "1051 m2/g",
}
"""One well-written quantity of each dimension, for hints."""
