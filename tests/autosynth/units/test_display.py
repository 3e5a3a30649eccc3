import pytest

from autosynth.units import UnitError, format_quantity


@pytest.mark.parametrize(
    ("value", "dimension", "sd", "text"),
    [
        (0.025, "volume", None, "25 µL"),
        (5.0, "volume", None, "5 mL"),
        (1500.0, "volume", None, "1.5 L"),
        (12.34e-6, "amount", 0.4e-6, "12.3 ± 0.4 µmol"),
        (1.0e-2, "concentration", 1.2e-4, "10.00 ± 0.12 mmol/L"),
        (90.0, "time", None, "90 s"),
        (3600.0, "time", None, "60 min"),
        (10800.0, "time", None, "3 h"),
        (0.02, "ratio", None, "2 %"),
        (25.0, "temperature", None, "25 °C"),
        (0.0, "volume", None, "0 mL"),
        (0.0, "volume", 0.002, "0 ± 2 µL"),
        (22.0, "number", None, "22"),
        (-0.2, "potential", None, "-200 mV"),
        (float("nan"), "volume", None, "not known"),
        (123.4, "volume", 30.0, "120 ± 30 mL"),
    ],
)
def test_quantities_are_shown_as_people_write_them(value: float, dimension: str, sd: float | None, text: str) -> None:
    """The prefix fits the size, and no more digits are shown than are known."""
    assert text == format_quantity(value, dimension, sd)


def test_an_unknown_dimension_cannot_be_shown() -> None:
    """A wrong dimension is an error, not a number without a unit."""
    with pytest.raises(UnitError, match="not a dimension"):
        format_quantity(1.0, "volumes")
