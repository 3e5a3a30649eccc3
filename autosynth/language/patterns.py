"""Regular expressions for editors: what a quantity, a range, an expression or a condition may look like.

They are what a JSON Schema can say (ECMA 262), so they let through some texts that the loader refuses, and never refuse
one that the loader takes.
"""

import functools
from typing import Any

from autosynth.units import EXAMPLES, article
from autosynth.units.table import UNITS

_NUMBER = r"[-+\u2212]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+\u2212]?[0-9]+)?"
_SPACE = r"[ \t\u00a0\u2009\u202f]*"
EXPRESSION = r"[(*<>=]| [-+/] |[0-9)] */ *[A-Za-z_(0-9]|^ *-? *[A-Za-z_][A-Za-z_0-9.]* *(?:[-+/*]|$)"
"""What is read as arithmetic rather than as a quantity."""
_DANGLING = r"^(?![\s\S]*(?:[-+*/<>=!(,]|\b(?:and|or|not|in|for)) *$)[\s\S]+$"
QUOTIENTS = {
    "concentration": ("amount", "volume"),
    "rate": ("volume", "time"),
    "scan_rate": ("potential", "time"),
    "molar_mass": ("mass", "amount"),
    "density": ("mass", "volume"),
    "heating_rate": ("temperature_difference", "time"),
    "specific_area": ("area", "mass"),
    "specific_volume": ("volume", "mass"),
    "specific_energy": ("energy", "mass"),
}
"""Dimensions whose units are one unit over another."""
UNITLESS = frozenset({"number", "ratio", "equivalents"})
"""Dimensions of which a plain number is one."""
_POWERS = "[A-Za-zµμ_0-9/ ()-]*[*^][A-Za-zµμ_0-9*/^ ()-]*"
_ALSO = {"temperature": ("C", "K")}


@functools.cache
def units_pattern(dimension: str) -> str:
    """Return the expression that matches the units of a dimension, longer names that only Pint knows included."""
    known = [_escaped(name) for name, (kind, _) in UNITS.items() if kind == dimension]
    known += _ALSO.get(dimension, ())
    choices = sorted(known, key=lambda name: (-len(name), name))
    if dimension in QUOTIENTS:
        above, below = (units_pattern(part) for part in QUOTIENTS[dimension])
        choices.append(f"{above}{_SPACE}/{_SPACE}{below}")
    others = "|".join(
        sorted(_escaped(name) for name, (kind, _) in UNITS.items() if kind != dimension and len(name) > 2)
    )
    choices += [rf"(?!(?:{others})(?![A-Za-z]))[A-Za-z]{{3,}}(?:[ */^·0-9A-Za-z]*)", _POWERS]
    return f"(?:{'|'.join(choices)})"


def _escaped(unit: str) -> str:
    """Return a unit as a pattern; ECMA 262 refuses needless backslashes."""
    return unit.replace(".", r"\.")


def quantity_pattern(dimension: str) -> str:
    """Return the expression that matches a quantity of a dimension, without anchors."""
    unit = units_pattern(dimension)
    return f"{_NUMBER}{_SPACE}{f'{unit}?' if dimension in UNITLESS else unit}"


def quantity_schema(dimension: str, *, expression: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of a quantity of a dimension; with `expression`, arithmetic and names are taken too."""
    quantity = f"^{_SPACE}{quantity_pattern(dimension)}{_SPACE}$"
    also = ", or an expression" if expression else ""
    return _text(dimension, f"(?:{quantity})|{EXPRESSION}" if expression else quantity, f"{EXAMPLES[dimension]}{also}")


def range_schema(dimension: str, example: str, *, tail: str = "") -> dict[str, Any]:
    """Return the JSON Schema of a range such as 9 to 11 mmol/L; `tail` is a pattern of what may follow it."""
    pattern = rf"^{_SPACE}{_NUMBER}[\s\S]* to +{quantity_pattern(dimension)}{tail}{_SPACE}$"
    return _text(dimension, pattern, example) | {"type": "string"}


def uncertain_schema(dimension: str, example: str) -> dict[str, Any]:
    """Return the JSON Schema of a value with its standard uncertainty, such as 10.0 ± 0.1 mmol/L."""
    spread = rf"(?:{_SPACE}(?:±|\+/-|\+-){_SPACE}{_NUMBER}{_SPACE}(?:%|{units_pattern(dimension)})?)"
    unit = f"(?:{units_pattern(dimension)})?"
    quantity = quantity_pattern(dimension)
    return _text(dimension, f"^{_SPACE}(?:{quantity}|{_NUMBER}{_SPACE}{unit}{spread}){_SPACE}$", example)


def condition_schema() -> dict[str, Any]:
    """Return the JSON Schema of a condition."""
    example = "change(cv.IA2) < 2 % for 2 rounds"
    said = f"A condition, such as {example}."
    return {
        "type": "string",
        "pattern": _DANGLING,
        "description": said,
        "examples": [example],
        "patternErrorMessage": said,
    }


def _text(dimension: str, pattern: str, example: str) -> dict[str, Any]:
    said = f"{article(dimension).capitalize()}, such as {example}."
    kinds: list[str] | str = ["string", "number"] if dimension in UNITLESS else "string"
    return {
        "type": kinds,
        "pattern": pattern,
        "description": said,
        "examples": [example.partition(",")[0]],
        "patternErrorMessage": said,
    }
