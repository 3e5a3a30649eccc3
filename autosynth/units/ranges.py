"""Ranges ("9 to 11 mmol/L") and uncertain values ("10.0 ± 0.1 mmol/L"); ± always means one standard uncertainty."""

import re
from dataclasses import dataclass

from autosynth.units.parsing import parse_quantity
from autosynth.units.quantity import UnitError
from autosynth.units.table import EXAMPLES

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_RANGE = re.compile(rf"({_NUMBER}) *(.*?) +to +({_NUMBER} *.*)", re.DOTALL)
_UNCERTAIN = re.compile(rf"({_NUMBER}) *(.*?) *(?:±|\+/-|\+-) *({_NUMBER}) *(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class QuantityRange:
    """Two ends in the canonical unit, low to high, both included."""

    low: float
    high: float
    dimension: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A value and its standard uncertainty in the canonical unit (differences of temperature in K)."""

    value: float
    sd: float
    dimension: str


def parse_range(text: str, dimension: str) -> QuantityRange:
    """Return both ends of "9 to 11 mmol/L"; the unit may stand at both ends or at the second alone.

    Raises:
        UnitError: not a range, an end that is not a quantity of the dimension, or ends in the wrong order.
    """
    match = _RANGE.fullmatch(text.strip().replace("\u2212", "-"))
    if match is None:
        unit = EXAMPLES[dimension].partition(" ")[2]
        raise UnitError(f"{text!r} is not a range", f"write 9 to 11 {unit}".rstrip())
    high = parse_quantity(match[3], dimension)
    unit = match[2] or re.sub(rf"^{_NUMBER} *", "", match[3])
    low = parse_quantity(f"{match[1]} {unit}".rstrip(), dimension)
    if low.value > high.value:
        raise UnitError(f"{text!r} runs downwards", "write the smaller end first")
    return QuantityRange(low.value, high.value, dimension)


def parse_uncertain(text: str, dimension: str) -> Uncertain:
    """Return value and standard uncertainty of "10.0 ± 0.1 mmol/L" (also +/-, "± 1 %" of the value); exact without.

    Raises:
        UnitError: a part is not a quantity of the dimension, or the uncertainty is negative.
    """
    match = _UNCERTAIN.fullmatch(text.strip().replace("\u2212", "-"))
    if match is None:
        return Uncertain(parse_quantity(text, dimension).value, 0.0, dimension)
    number, unit, spread, spread_unit = match.groups()
    value = parse_quantity(f"{number} {unit or spread_unit}".rstrip(), dimension).value
    if spread_unit == "%" and unit and dimension not in {"ratio", "temperature"}:
        sd = abs(value) * parse_quantity(f"{spread} %", "ratio").value
    else:
        sd = _spread(spread, spread_unit or unit, dimension)
    if sd < 0:
        raise UnitError(f"{text!r} has a negative uncertainty", f"write ± {spread.lstrip('-')}")
    return Uncertain(value, sd, dimension)


def _spread(number: str, unit: str, dimension: str) -> float:
    if dimension != "temperature":
        return parse_quantity(f"{number} {unit}".rstrip(), dimension).value
    kelvin = "K" if unit in {"°C", "C", "degC", "℃"} else unit
    return parse_quantity(f"{number} {kelvin}", "temperature_difference").value
