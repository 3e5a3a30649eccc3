import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.units import DIMENSIONS, EXAMPLES, Quantity, UnitError, format_quantity, parse_quantity
from autosynth.units.table import UNITS


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("5 \u00b5L", "volume", 0.005),
        ("5 \u03bcL", "volume", 0.005),
        ("5 uL", "volume", 0.005),
        ("1e-3 mL", "volume", 0.001),
        (".5 mL", "volume", 0.5),
        ("5mL", "volume", 5.0),
        ("  5\u00a0mL ", "volume", 5.0),
        ("2 L", "volume", 2000.0),
        ("25 umol", "amount", 25e-6),
        ("0.5 mmol/L", "concentration", 5e-4),
        ("3 mM", "concentration", 3e-3),
        ("2.5 mL/min", "rate", 2.5),
        ("1 mL / s", "rate", 60.0),
        ("60 µL/h", "rate", 0.001),
        ("1 h", "time", 3600.0),
        ("-10 °C", "temperature", -10.0),
        ("25 C", "temperature", 25.0),
        ("25 degC", "temperature", 25.0),
        ("298.15 K", "temperature", 25.0),
        ("2 K", "temperature_difference", 2.0),
        ("-1.2 V", "potential", -1.2),
        ("\u22121.2 V", "potential", -1.2),
        ("100 mV/s", "scan_rate", 0.1),
        ("100 µA", "current", 1e-4),
        ("7 mm2", "area", 0.07),
        ("2 %", "ratio", 0.02),
        ("2 points", "ratio", 0.02),
        ("2 percentage points", "ratio", 0.02),
        ("0.1 eq", "equivalents", 0.1),
        ("2", "equivalents", 2.0),
        ("0.02", "ratio", 0.02),
        ("22", "number", 22.0),
        ("400 rpm", "speed", 400.0),
        ("352.3 g/mol", "molar_mass", 352.3),
    ],
)
def test_a_well_written_quantity_comes_in_its_canonical_unit(text: str, dimension: str, value: float) -> None:
    """Both micro signs, leading dots, exponents and compound units mean what they say."""
    found = parse_quantity(text, dimension)
    assert Quantity(value, dimension) == found


@pytest.mark.parametrize(
    ("text", "dimension", "message", "hint"),
    [
        ("1,000 mL", "volume", "can be misread", "write 1000 mL"),
        ("1 000 mL", "volume", "can be misread", "write 1000 mL"),
        ("1,5 mL", "volume", "comma", "write 1.5 mL"),
        ("10 m", "time", "metres or minutes", "write 10 min"),
        ("5", "volume", "5 has no unit", "write 5 mL"),
        ("2.5 mL/min", "volume", "2.5 mL/min is a rate, a volume is wanted", "5 mL"),
        ("0.5 mmol/L", "amount", "is a concentration, an amount is wanted", "25 umol"),
        ("", "volume", "empty", "5 mL"),
        ("   ", "time", "empty", "10 min"),
        ("nan mL", "volume", "does not begin with a number", "5 mL"),
        ("inf mL", "volume", "does not begin with a number", "5 mL"),
        ("1e999 mL", "volume", "not a finite number", "5 mL"),
        ("-300 °C", "temperature", "below absolute zero", "-273.15 °C"),
        ("-1 K", "temperature", "below absolute zero", "-273.15 °C"),
        ("2 °C", "temperature_difference", "is a temperature", "write 2 K"),
        ("5 ML", "volume", "'ML'", "did you mean 5 mL?"),
        ("5 mll", "volume", "'mll'", "did you mean 5 ml?"),
        ("5 mL extra", "volume", "'mL extra'", ""),
        ("5 \u0440L", "volume", "not a unit we know", ""),
        ("\u0665 mL", "volume", "does not begin with a number", ""),
        ("1 eq", "number", "a number of equivalents", "plain number"),
        ("9" * 300, "number", "300 characters", ""),
        ("5 mL; rm", "volume", "not a unit we know", ""),
    ],
)
def test_what_can_be_misread_is_refused_with_the_spelling_that_cannot(
    text: str, dimension: str, message: str, hint: str
) -> None:
    """An error says what is wrong and what would be right."""
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, dimension)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_c_is_coulomb_unless_a_temperature_is_wanted() -> None:
    """The same letter has two meanings, and the wanted dimension decides."""
    assert Quantity(25.0, "charge") == parse_quantity("25 C")
    assert Quantity(25.0, "temperature") == parse_quantity("25 C", "temperature")


def test_a_unit_outside_the_table_is_looked_up_by_its_full_name() -> None:
    """Rare units work, at the price of loading the large unit library."""
    assert pytest.approx(parse_quantity("1000 torr", "pressure").value, rel=1e-4) == 133.322
    assert Quantity(2.0, "concentration") == parse_quantity("2 mol*L^-1", "concentration")


@pytest.mark.parametrize("text", ["5 (mL", "5 K/(", "5 mL)"])
def test_a_bracket_that_is_not_closed_is_no_unit(text: str) -> None:
    """It is refused like any other text."""
    with pytest.raises(UnitError, match="is not a unit we know"):
        parse_quantity(text)


def test_an_unknown_dimension_is_refused() -> None:
    """A programming error is not mistaken for a wrong unit."""
    with pytest.raises(UnitError, match="not a dimension"):
        parse_quantity("5 mL", "volumes")


def test_the_same_text_gives_the_same_object() -> None:
    """Quantities are cached, so a recipe that repeats itself costs nothing."""
    assert parse_quantity("5.125 mL", "volume") is parse_quantity("5.125 mL", "volume")


@pytest.mark.parametrize("dimension", sorted(DIMENSIONS))
def test_every_example_in_a_hint_is_accepted(dimension: str) -> None:
    """A hint never suggests what would be refused."""
    assert dimension == parse_quantity(EXAMPLES[dimension], dimension).dimension


@given(st.sampled_from(sorted(UNITS)), st.floats(0.001, 1000))
def test_every_unit_scales_its_number(unit: str, number: float) -> None:
    """Twice the number is twice the quantity, for every unit of the table."""
    one, two = parse_quantity(f"{number!r} {unit}"), parse_quantity(f"{2 * number!r} {unit}")
    assert one.dimension == two.dimension
    assert math.isclose(2 * one.value, two.value, rel_tol=1e-12)


@given(st.text(max_size=250), st.sampled_from([None, *sorted(DIMENSIONS)]))
def test_any_text_is_a_finite_quantity_or_a_unit_error(text: str, dimension: str | None) -> None:
    """Nothing else can come out of the parser, whatever goes in."""
    value = 0.0
    with contextlib.suppress(UnitError):
        value = parse_quantity(text, dimension).value
    assert math.isfinite(value)


@given(
    st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6),
    st.sampled_from(sorted(set(DIMENSIONS) - {"temperature"})),
)
def test_what_is_shown_can_be_read_again(value: float, dimension: str) -> None:
    """Formatting and parsing agree to the six digits that are shown."""
    shown = format_quantity(value, dimension)
    assert math.isclose(value, parse_quantity(shown, dimension).value, rel_tol=1e-5, abs_tol=1e-12)


@pytest.mark.parametrize(
    "unit", ["torr (liter", "torr*", "torr^2^9", "torr^(9^9^9)", "torr^999", "((torr))", "torr^-("]
)
def test_a_unit_that_is_no_product_is_unknown(unit: str) -> None:
    """Neither an error of the library nor a power that takes for ever comes of it."""
    with pytest.raises(UnitError):
        parse_quantity(f"1 {unit}", "pressure")
