"""Units outside the table, asked of pint: slow to import, so only when a recipe really writes one.

Short symbols are never handed over: pint reads `ML` as a megalitre and `mh` as a millihour, we as typing errors.
"""

import functools
import re
from typing import TYPE_CHECKING

from autosynth.units.quantity import DIMENSIONS
from autosynth.units.table import UNITS

if TYPE_CHECKING:
    import pint

_WORD = re.compile("[A-Za-zµμ_]+")
_LONGEST = 40
_POWER = r"(?:(?:\^|\*\*)-?[0-9]{1,2})?"
_PRODUCT = rf"[A-Za-zµμ_]+{_POWER}(?: ?[*/ ] ?[A-Za-zµμ_]+{_POWER})*"
_ALLOWED = re.compile(rf"(?:1 ?/ ?)?(?:{_PRODUCT}|\({_PRODUCT}\))(?: ?[*/] ?\({_PRODUCT}\){_POWER})?")
"""Pint reads units as arithmetic of any depth, with powers of powers; here are products and one bracket."""


@functools.lru_cache(maxsize=1000)
def unusual_unit(unit: str) -> tuple[str, float] | None:
    """Return dimension and size in canonical units of a unit spelled out (`torr`, `mol*L^-1`), or None if unknown."""
    words = _WORD.findall(unit)
    if (
        len(unit) > _LONGEST
        or not _ALLOWED.fullmatch(unit)
        or not words
        or any(len(word) < 3 and word not in UNITS for word in words)
    ):
        return None
    import pint  # noqa: PLC0415  # 0.3 s to import, and few files need it

    registry = _registry()
    try:
        one = registry.Quantity(1.0, registry.parse_units(unit.replace("μ", "µ")))
        for dimension in DIMENSIONS.values():
            canonical = dimension.unit.replace("m2", "m^2")
            if (
                canonical
                and canonical not in {"eq", "rpm", "°C"}
                and one.check(registry.Quantity(1.0, canonical).units)
            ):
                return dimension.name, float(one.to(canonical).magnitude)
    except (pint.errors.PintError, ValueError, TypeError, AttributeError, ArithmeticError):
        return None
    return None


@functools.cache
def _registry() -> "pint.UnitRegistry[float]":
    import pint  # noqa: PLC0415  # see unusual_unit

    return pint.UnitRegistry()
