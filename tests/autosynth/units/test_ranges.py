from typing import Any

import pytest

from autosynth.units import QuantityRange, Uncertain, UnitError, parse_range, parse_uncertain

approx: Any = pytest.approx


@pytest.mark.parametrize("text", ["9 to 11 mmol/L", "9 mmol/L to 11 mmol/L", "9000 µM to 11 mM"])
def test_a_range_may_name_its_unit_once_or_twice(text: str) -> None:
    """Both ends come in the canonical unit."""
    found = parse_range(text, "concentration")
    assert approx((found.low, found.high)) == (0.009, 0.011)


def test_a_range_may_be_negative() -> None:
    """Signs belong to the ends."""
    assert QuantityRange(-20.0, 60.0, "temperature") == parse_range("-20 to 60 °C", "temperature")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("11 to 9 mmol/L", "runs downwards"),
        ("9 mmol/L", "not a range"),
        ("9 to 11", "no unit"),
        ("9 to 11 mmol", "is an amount"),
        ("9 mL to 11 mmol/L", "is a volume"),
    ],
)
def test_a_wrong_range_is_refused(text: str, message: str) -> None:
    """Ends in order, both of the wanted dimension."""
    with pytest.raises(UnitError, match=message):
        parse_range(text, "concentration")


@pytest.mark.parametrize(
    ("text", "dimension", "value", "sd"),
    [
        ("10.0 ± 0.1 mmol/L", "concentration", 0.01, 1e-4),
        ("10.0 +/- 0.1 mmol/L", "concentration", 0.01, 1e-4),
        ("10 mmol/L ± 1 %", "concentration", 0.01, 1e-4),
        ("0.000 V ± 0.005 V", "potential", 0.0, 0.005),
        ("25 ± 0.5 °C", "temperature", 25.0, 0.5),
        ("25 °C ± 0.5 K", "temperature", 25.0, 0.5),
        ("0.4 ± 0.1 %", "ratio", 0.004, 0.001),
        ("5 mL", "volume", 5.0, 0.0),
    ],
)
def test_a_plus_minus_is_a_standard_uncertainty(text: str, dimension: str, value: float, sd: float) -> None:
    """Relative and absolute uncertainties come in the canonical unit."""
    found = parse_uncertain(text, dimension)
    assert Uncertain(approx(value), approx(sd), dimension) == found


def test_a_negative_uncertainty_is_refused() -> None:
    """Nobody means it."""
    with pytest.raises(UnitError, match="negative uncertainty"):
        parse_uncertain("5 ± -1 mL", "volume")
