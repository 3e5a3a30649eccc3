"""How dimensions combine when quantities are multiplied and divided, with the factor between canonical units."""

import math
from collections.abc import Mapping

from autosynth.units.quantity import DIMENSIONS, UnitError, article

_BY_EXPONENTS = {
    dimension.exponents: dimension.name
    for dimension in DIMENSIONS.values()
    if dimension.name not in {"ratio", "equivalents"}
}
DIMENSIONLESS = frozenset({"number", "ratio", "equivalents"})


def compatible(one: str, other: str) -> bool:
    """Say whether two dimensions may be added or compared; a plain number may stand for a ratio or equivalents."""
    return one == other or ("number" in (one, other) and {one, other} <= DIMENSIONLESS)


def product(one: str, other: str) -> tuple[str, float]:
    """Return the dimension of a product and the factor that brings it to canonical units.

    Raises:
        UnitError: the product has no name here (mL times mL), or an absolute temperature takes part.
    """
    return _combine(one, other, 1)


def quotient(one: str, other: str) -> tuple[str, float]:
    """Return the dimension of a quotient and the factor that brings it to canonical units.

    Raises:
        UnitError: the quotient has no name here, or an absolute temperature takes part.
    """
    return _combine(one, other, -1)


def root(dimension: str) -> tuple[str, float]:
    """Return the dimension of a square root and its factor.

    Raises:
        UnitError: the root has no name here.
    """
    if dimension in DIMENSIONLESS:
        return "number", 1.0
    source = DIMENSIONS[dimension]
    if all(exponent % 2 == 0 for _, exponent in source.exponents):
        name = _BY_EXPONENTS.get(tuple((base, exponent // 2) for base, exponent in source.exponents))
        if name is not None:
            return name, math.sqrt(source.coherent) / DIMENSIONS[name].coherent
    raise UnitError(f"the square root of {article(dimension)} means nothing here")


def _combine(one: str, other: str, sign: int) -> tuple[str, float]:
    verb = "times" if sign > 0 else "divided by"
    if "temperature" in (one, other):
        raise UnitError(
            f"{article(one)} {verb} {article(other)} means nothing", "°C can only be compared or shifted by K"
        )
    if other in DIMENSIONLESS and one not in DIMENSIONLESS:
        return one, 1.0
    if one in DIMENSIONLESS and other in DIMENSIONLESS:
        return _dimensionless(one, other, sign), 1.0
    if sign > 0 and one in DIMENSIONLESS:
        return other, 1.0
    left, right = DIMENSIONS[one], DIMENSIONS[other]
    exponents = _sum(dict(left.exponents), dict(right.exponents), sign)
    name = _BY_EXPONENTS.get(exponents)
    if name is None:
        raise UnitError(f"{article(one)} {verb} {article(other)} means nothing here")
    return name, left.coherent * right.coherent**sign / DIMENSIONS[name].coherent


def _dimensionless(one: str, other: str, sign: int) -> str:
    if sign < 0:
        return one if other != one else "number"
    return other if one == "number" else one


def _sum(left: Mapping[str, int], right: Mapping[str, int], sign: int) -> tuple[tuple[str, int], ...]:
    total = {base: left.get(base, 0) + sign * right.get(base, 0) for base in {*left, *right}}
    return tuple(sorted((base, exponent) for base, exponent in total.items() if exponent))
