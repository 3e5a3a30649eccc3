"""Which values a quantity of a recipe can have at all, before any device is asked.

Each field has the range of its dimension unless it is named below. Lower ends are what the words mean: nothing is
milled for no time. Upper ends [assumed] lie far above anything a bench does, and catch a wrong unit at its place. What
a device, a vessel or a rule allows is narrower, and is checked where they are known.
"""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from autosynth.language.expression import Expression
from autosynth.language.interval import Interval
from autosynth.recipe.fieldkinds import expression_fields
from autosynth.units import format_quantity

DAY_S = 86400.0
MOST_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high` in the canonical unit; `low` itself is not among them when they are all `above` it."""

    low: float
    high: float
    above: bool = True

    def holds(self, value: Interval) -> bool:
        """Say whether everything that a value can be lies within; rounding at the ends is forgiven."""
        room = 1e-9 * max(abs(self.low), 1.0)
        low_in = value.low > self.low + 1e-15 if self.above else value.low >= self.low - room
        return low_in and value.high <= self.high * (1.0 + 1e-6)

    def told(self, dimension: str) -> str:
        """Return the range in words, such as "above 0 s and up to 365 d"."""
        ends = [format_quantity(end, dimension) for end in (self.low, self.high) if math.isfinite(end)]
        if len(ends) < 2:
            return f"up to {ends[0]}" if ends else "anything"
        return f"{'above' if self.above else 'from'} {ends[0]} {'and up ' if self.above else ''}to {ends[1]}"


ANYTHING = Range(-math.inf, math.inf, above=False)
OF_DIMENSION: Mapping[str, Range] = {
    "time": Range(0.0, MOST_DAYS * DAY_S),
    "mass": Range(0.0, 1e3),
    "amount": Range(0.0, 1e2),
    "equivalents": Range(0.0, 1e6),
    "volume": Range(0.0, 1e5),
    "rate": Range(0.0, 1e4),
    "ratio": Range(0.0, 1.0),
    "frequency": Range(0.0, 1e4),
    "heating_rate": Range(0.0, 1e3),
    "specific_volume": Range(0.0, 1e3),
    "specific_energy": Range(0.0, 1e9),
    "speed": Range(0.0, 1e5, above=False),
    "temperature": Range(-273.15, 3e3, above=False),
    "temperature_difference": Range(0.0, 1e3),
}
"""Dimension -> its range, in canonical units; of others a field is judged where the instrument is known."""

_FROM_ZERO = Range(0.0, MOST_DAYS * DAY_S, above=False)
_BELOW_ALL = Range(0.0, 0.999)
OF_FIELD: Mapping[tuple[str, str], Range] = {
    ("Wait", "for"): _FROM_ZERO,
    ("Wait", "tolerance"): _FROM_ZERO,
    ("Stir", "for"): _FROM_ZERO,
    ("Grind", "pause"): _FROM_ZERO,
    ("Sweep", "flow"): Range(0.0, 1e6, above=False),
    ("UvVis", "frac"): Range(0.0, 1.0, above=False),
    ("Voltammetry", "quiet"): _FROM_ZERO,
    ("Voltammetry", "step"): Range(-math.inf, 0.1, above=False),
    ("Dose", "tolerance"): _BELOW_ALL,
    # how little of a liquid is too little is for the pump to say
    ("Add", "volume"): Range(-math.inf, 1e5, above=False),
    ("Add", "mass"): Range(-math.inf, 1e5, above=False),
    ("Add", "moles"): Range(-math.inf, 1e3, above=False),
    ("Add", "equivalents"): Range(-math.inf, 1e6, above=False),
    ("Transfer", "volume"): Range(-math.inf, 1e5, above=False),
    ("Sample", "volume"): Range(-math.inf, 1e5, above=False),
}
"""(model, key) -> a range of its own."""


@functools.cache
def range_of(model: type[BaseModel], key: str) -> tuple[Range, str]:
    """Return which values a field of a step, or of a part of one, can have, and its dimension ("" if unknown)."""
    dimension = next((each for _, name, each in expression_fields(model) if name == key), "")
    own = OF_FIELD.get((model.__name__, key))
    if own is None and (dimension, key) == ("time", "likely"):
        own = _FROM_ZERO
    return own or OF_DIMENSION.get(dimension, ANYTHING), dimension


def refusal(model: type[BaseModel], key: str, expression: Expression, value: Interval) -> tuple[str, str]:
    """Return what is wrong with a value outside the range of its field, and what would be right."""
    allowed, dimension = range_of(model, key)
    too_low = not allowed.holds(Interval(value.low, value.low))
    literal = expression.literal is not None
    shown = expression.text if literal else format_quantity(value.low if too_low else value.high, dimension)
    said = shown if literal else f"{expression.text} can be {shown}, which"
    return f"{key}: {said} makes no sense", f"write something {allowed.told(dimension)}"
