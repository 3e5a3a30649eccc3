"""Text to quantity, strictly: what can be misread is refused with the spelling that cannot.

The traps are those of existing recipe languages: a micro sign that was dropped, `.5` read as 5, `1,000` read as 1, a
denominator dropped, `m` for minutes. Nothing is guessed and nothing is clamped.
"""

import contextlib
import difflib
import math
import re

from autosynth.units.algebra import DIMENSIONLESS, quotient
from autosynth.units.quantity import DIMENSIONS, Quantity, UnitError, article
from autosynth.units.table import EXAMPLES, UNITS
from autosynth.units.unusual import unusual_unit

_LONGEST = 200
_CACHE_LIMIT = 50_000
_CACHES: dict[str | None, dict[str, Quantity]] = {None: {}, **{name: {} for name in DIMENSIONS}}
_QUOTIENTS: dict[str, tuple[str, float]] = {}  # units such as mL/min, as they turn up
_QUANTITY = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?) *(.*)", re.DOTALL)
_SPACES = re.compile("[\u00a0\u2009\u202f\t ]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[,_' ][0-9]{3})+(?:\.[0-9]+)?(?![0-9,])")
_DECIMAL_COMMA = re.compile(r"([+-]?[0-9]*),([0-9]+)(.*)", re.DOTALL)
ABSOLUTE_ZERO_C = -273.15


def parse_quantity(text: str, dimension: str | None = None) -> Quantity:
    """Return the quantity that the text says, in the canonical unit; with a dimension, only that one is accepted.

    A plain number is accepted where a number, a ratio or equivalents are wanted. `K` is a difference unless a
    temperature is wanted; `C` is coulomb unless a temperature is wanted.

    Raises:
        UnitError: no number, no unit, an unknown or ambiguous unit, the wrong dimension, a value that is not finite, a
            temperature below absolute zero, or a text longer than 200 characters.
    """
    cache = _CACHES.get(dimension)
    if cache is None:
        raise UnitError(f"{dimension!r} is not a dimension", f"known: {', '.join(DIMENSIONS)}")
    found = cache.get(text)
    if found is None:
        found = _parse(text, dimension)
        if len(cache) >= _CACHE_LIMIT:
            cache.clear()
        cache[text] = found
    return found


def _parse(text: str, wanted: str | None) -> Quantity:
    match = _QUANTITY.fullmatch(text)
    known = UNITS.get(match[2]) or _QUOTIENTS.get(match[2]) if match else None
    if match is None or known is None:
        return _parse_slowly(text, wanted)
    return _quantity(text, float(match[1]), match[2], known, wanted)


def _parse_slowly(text: str, wanted: str | None) -> Quantity:
    if len(text) > _LONGEST:
        raise UnitError(f"a quantity of {len(text)} characters cannot be right", f"write {_example(wanted)}")
    clean = _SPACES.sub(" ", text).strip().replace("\u2212", "-")
    if not clean:
        raise UnitError("the quantity is empty", f"write {_example(wanted)}")
    _refuse_separators(clean)
    match = _QUANTITY.fullmatch(clean)
    if match is None:
        raise UnitError(f"{clean!r} does not begin with a number", f"write {_example(wanted)}")
    number, unit = float(match[1]), re.sub(" *([/·*]) *", r"\1", match[2])
    if not unit:
        return _without_unit(clean, number, wanted)
    return _quantity(clean, number, unit, _unit(clean, match[1], unit, wanted), wanted)


def _quantity(text: str, number: float, unit: str, known: tuple[str, float], wanted: str | None) -> Quantity:
    dimension, size = known
    value = _scaled(number, size)
    if wanted == "temperature" and unit in {"C", "K"}:
        dimension, value = "temperature", number if unit == "C" else number + ABSOLUTE_ZERO_C
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is not a finite number", f"write {_example(wanted)}")
    if wanted is not None and dimension != wanted:
        _refuse_dimension(text, number, dimension, wanted)
    if dimension == "temperature" and value < ABSOLUTE_ZERO_C:
        raise UnitError(f"{text} is below absolute zero", "the lowest temperature is -273.15 °C")
    return Quantity(value, dimension)


def _scaled(number: float, size: float) -> float:
    """Return number times size, rounded once where size is a whole number or one part of one: 25 µmol is 2.5e-5 mol."""
    if size == 1.0:
        return number
    if size < 1.0:
        parts = round(1.0 / size)
        return number / parts if abs(parts * size - 1.0) < 1e-12 else number * size
    times = round(size)
    return number * times if abs(times / size - 1.0) < 1e-12 else number * size


def _without_unit(text: str, number: float, wanted: str | None) -> Quantity:
    if not math.isfinite(number):
        raise UnitError(f"{text!r} is not a finite number")
    if wanted is None or wanted in DIMENSIONLESS:
        return Quantity(number, wanted or "number")
    unit = EXAMPLES[wanted].split(" ", 1)[1]
    raise UnitError(f"{text} has no unit, {article(wanted)} is wanted", f"write {text} {unit}, if that is meant")


def _refuse_dimension(text: str, number: float, dimension: str, wanted: str) -> None:
    hint = f"write {_example(wanted)}"
    if wanted == "temperature_difference" and dimension == "temperature":
        hint = f"a difference is in kelvin: write {number:g} K"
    elif wanted == "number":
        hint = "write a plain number"
    raise UnitError(f"{text} is {article(dimension)}, {article(wanted)} is wanted", hint)


def _refuse_separators(text: str) -> None:
    grouped = _GROUPED.match(text)
    if grouped:
        plain = re.sub("[,_' ]", "", grouped[0])
        raise UnitError(f"{grouped[0]!r} can be misread", f"write {plain}{text[grouped.end() :]}")
    comma = _DECIMAL_COMMA.fullmatch(text)
    if comma:
        raise UnitError(f"{text!r} has a comma in its number", f"write {comma[1] or '0'}.{comma[2]}{comma[3]}")


def _unit(text: str, number: str, unit: str, wanted: str | None) -> tuple[str, float]:
    try:
        known = UNITS.get(unit) or _per(unit)
    except UnitError as error:
        raise UnitError(f"{unit!r}: {error.message}", error.hint or f"write {_example(wanted)}") from error
    if known is not None:
        return known
    if unit == "m":
        meant = "mm" if wanted == "length" else "min"
        raise UnitError(f"{text!r}: m can be metres or minutes", f"write {number} {meant}")
    known = unusual_unit(unit)
    if known is not None:
        return known
    near = _nearest(unit, wanted)
    hint = f"did you mean {number} {near}?" if near else f"write {_example(wanted)}"
    raise UnitError(f"{unit!r} in {text!r} is not a unit we know", hint)


def _nearest(unit: str, wanted: str | None) -> str:
    """Return the unit, or the unit over a unit, that was probably meant; empty if none is near."""
    above, slash, below = unit.partition("/")
    candidates = [name for name, (dimension, _) in UNITS.items() if wanted in {None, dimension}]
    if slash:
        near = "/".join(_closest(part, list(UNITS)) for part in (above, below))
        with contextlib.suppress(UnitError):  # one unit over the other means nothing
            found = _per(near)
            if found is not None and wanted in {None, found[0]}:
                return near
    example = EXAMPLES[wanted or "volume"].partition(" ")[2]
    return _closest(unit, [*candidates, example] if "/" in example else candidates)


def _closest(unit: str, candidates: list[str]) -> str:
    exact = [name for name in candidates if name == unit] or [
        name for name in candidates if name.lower() == unit.lower()
    ]
    return next(iter(exact or difflib.get_close_matches(unit, candidates, n=1, cutoff=0.6)), "")


def _per(unit: str) -> tuple[str, float] | None:
    above, slash, below = unit.partition("/")
    numerator, denominator = UNITS.get(above), UNITS.get(below)
    if not slash or numerator is None or denominator is None:
        return None
    dimension, factor = quotient(numerator[0], denominator[0])
    _QUOTIENTS[unit] = found = dimension, numerator[1] / denominator[1] * factor
    return found


def _example(wanted: str | None) -> str:
    return f"a number and a unit, such as {EXAMPLES[wanted or 'volume']}"
