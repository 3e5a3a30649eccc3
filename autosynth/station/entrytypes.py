"""What the entries of a station file are made of: quantities, dates, names, and texts that may look like numbers."""

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, PlainValidator, StringConstraints, WithJsonSchema

from autosynth.language.fields import QuantityOf
from autosynth.language.patterns import quantity_schema
from autosynth.units import UnitError, parse_quantity

_OFF = "off"


def _date(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise UnitError(f"{value!r} is not a date", "write for instance 2027-01-31") from error


def _setpoint(value: object) -> float | None:
    if value == _OFF:
        return None
    return parse_quantity(value if isinstance(value, str) else repr(value), "temperature").value


def or_empty(value: object) -> object:
    """Return None for the word empty, anything else as it is."""
    return None if value == "empty" else value


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Name: TypeAlias = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
Date: TypeAlias = Annotated[
    str,
    PlainValidator(_date),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2027-01-31"]}),
]
Text: TypeAlias = Annotated[
    str, BeforeValidator(_text), StringConstraints(strict=True), WithJsonSchema({"type": ["string", "number"]})
]
"""A serial number or a version: text that may look like a number."""
Volume: TypeAlias = Annotated[float, QuantityOf("volume")]
Time: TypeAlias = Annotated[float, QuantityOf("time")]
Rate: TypeAlias = Annotated[float, QuantityOf("rate")]
Ratio: TypeAlias = Annotated[float, QuantityOf("ratio")]
Speed: TypeAlias = Annotated[float, QuantityOf("speed")]
Temperature: TypeAlias = Annotated[float, QuantityOf("temperature")]
Potential: TypeAlias = Annotated[float, QuantityOf("potential")]
Current: TypeAlias = Annotated[float, QuantityOf("current")]
Setpoint: TypeAlias = Annotated[
    float | None,
    PlainValidator(_setpoint),
    WithJsonSchema({"anyOf": [{"const": _OFF}, quantity_schema("temperature")]}),
]
"""A temperature, or off (None)."""
