"""Numbers in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.report.wording import duration, estimate, moment, payload, quantity, wire_bytes


@pytest.mark.parametrize(
    ("t_s", "text"), [(0.0, "0:00:00"), (59.6, "0:01:00"), (4211.2, "1:10:11"), (360000, "100:00:00")]
)
def test_a_moment_is_hours_minutes_seconds(t_s: float, text: str) -> None:
    """Hours are not limited to a day."""
    assert moment(t_s) == text


@pytest.mark.parametrize(("t_s", "text"), [(12.34, "12.3 s"), (600, "10 min"), (21089, "5 h 51 min")])
def test_a_duration_has_the_units_that_matter(t_s: float, text: str) -> None:
    """Seconds, minutes, or hours and minutes."""
    assert duration(t_s) == text


@pytest.mark.parametrize(
    ("value", "unit", "sd", "text"),
    [
        (0.978, "1", 0.0006, "97.80 ± 0.06 %"),
        (-0.45448, "V", 0.0024, "−454 ± 2 mV"),
        (0.4857142, "mL", None, "485.7 µL"),
        (3.25, "furlong", 0.5, "3.25 ± 0.5 furlong"),
        (None, "V", 0.1, "not known"),
        (float("nan"), "1", None, "not known"),
    ],
)
def test_a_quantity_has_the_digits_that_are_known(value: float | None, unit: str, sd: float | None, text: str) -> None:
    """The uncertainty decides how many digits are shown; a minus is a minus sign."""
    assert quantity(value, unit, sd) == text


def test_an_estimate_near_a_bound_has_its_limit() -> None:
    """A fraction near zero is given with its one-sided limit."""
    found = {"value": 0.004, "sd": 0.003, "unit": "1", "upper": 0.00912}
    assert estimate(found) == "0.4 ± 0.3 % (below 0.91 %)"


def test_an_estimate_without_a_value_is_not_known() -> None:
    """A measurement without a result has no number."""
    assert estimate({"value": None, "sd": None, "unit": "1"}) == "not known"


def test_an_event_in_words_leaves_out_what_is_said_elsewhere() -> None:
    """Members stand in alphabetical order; those left out are not there."""
    given_payload = {"what": "x", "b": 0.123456, "a": {"c": 1}}
    assert payload(given_payload, frozenset({"what"})) == "a {c 1}, b 0.12346"


def test_bytes_are_shown_as_a_terminal_would() -> None:
    """Printable bytes as they are, others escaped; no bytes are called nothing."""
    assert [wire_bytes("2f314f0d"), wire_bytes(""), wire_bytes("zz")] == ["/1O\\r", "nothing", "zz"]


@given(st.binary(min_size=1))
def test_no_byte_is_lost_in_showing_it(raw: bytes) -> None:
    """What is shown is unambiguous: read as an escaped string it gives the bytes again."""
    assert wire_bytes(raw.hex()).replace("\\'", "'").encode("latin-1").decode("unicode_escape").encode("latin-1") == raw
