from typing import Any

import pytest

from autosynth.units import UnitError, compatible, product, quotient, root

approx: Any = pytest.approx


@pytest.mark.parametrize(
    ("one", "other", "result", "factor"),
    [
        ("rate", "time", "volume", 1 / 60),
        ("concentration", "volume", "amount", 1e-3),
        ("current", "time", "charge", 1.0),
        ("equivalents", "amount", "amount", 1.0),
        ("number", "volume", "volume", 1.0),
        ("ratio", "number", "ratio", 1.0),
        ("amount", "molar_mass", "mass", 1.0),
        ("current", "resistance", "potential", 1.0),
    ],
)
def test_a_product_has_a_dimension_and_a_factor(one: str, other: str, result: str, factor: float) -> None:
    """2 mL/min for 30 s is 1 mL: canonical units are brought together."""
    assert (result, approx(factor)) == product(one, other)


@pytest.mark.parametrize(
    ("one", "other", "result", "factor"),
    [
        ("volume", "time", "rate", 60.0),
        ("volume", "rate", "time", 60.0),
        ("amount", "volume", "concentration", 1e3),
        ("volume", "volume", "number", 1.0),
        ("number", "time", "frequency", 1.0),
        ("potential", "scan_rate", "time", 1.0),
        ("number", "number", "number", 1.0),
    ],
)
def test_a_quotient_has_a_dimension_and_a_factor(one: str, other: str, result: str, factor: float) -> None:
    """Dividing goes back from what multiplying gave."""
    assert (result, approx(factor)) == quotient(one, other)


def test_what_has_no_meaning_is_refused() -> None:
    """Squares of volumes, and absolute temperatures, cannot be multiplied."""
    with pytest.raises(UnitError, match="means nothing"):
        product("volume", "volume")
    with pytest.raises(UnitError, match="means nothing"):
        product("number", "temperature")
    with pytest.raises(UnitError, match="means nothing"):
        root("volume")


def test_a_root_undoes_a_square() -> None:
    """The side of 1 cm2 is 10 mm."""
    assert ("length", approx(10.0)) == root("area")


def test_a_plain_number_may_stand_for_a_ratio_but_a_ratio_not_for_equivalents() -> None:
    """2 % and 2 eq are never the same thing."""
    assert compatible("number", "ratio")
    assert compatible("equivalents", "number")
    assert not compatible("ratio", "equivalents")
