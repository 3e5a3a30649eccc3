import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.palmsens_emstat_pico.package import PREFIXES, Value, encode, encode_all, package, status

GOLDEN = [
    (Value(0.5, "da"), "da807A120u"),
    (Value(-0.5, "da"), "da7F85EE0u"),
    (Value(-2.5e-9, "ba"), "ba7D9DA60f"),
    (Value(0.0, "ba"), "ba8000000 "),
    (Value(-0.499905, "da"), "da7F85F3Fu"),
    (Value(2.799987e-9, "ba", ",14,284"), "ba82AB973f,14,284"),
    (Value(math.nan, "ba"), "ba     nan"),
    (Value(math.inf, "ja"), "ja     nan"),
    (Value(3.0, "ja", "", integer=True), "ja8000003i"),
    (Value(2.0**27, "ja", "", integer=True), "ja     nan"),
]


@pytest.mark.parametrize(("value", "text"), GOLDEN)
def test_golden_values(value: Value, text: str) -> None:
    """The computed vectors, NaN, zero and integers come out to the character."""
    assert encode(value) == text


def test_millivolts_when_microvolts_do_not_fit() -> None:
    """The published 5.137370 mV is written in the smallest prefix that fits, nanovolts."""
    assert encode(Value(5.137370e-3, "da")) == "da84E63DAn"


def test_status_tokens() -> None:
    """Underload in high-speed range 132 and overload in range 7 are written so."""
    assert status(4, 132) == ",14,284"
    assert status(2, 7) == ",12,207"


def test_a_package_joins_its_values() -> None:
    """Values are separated by semicolons behind a P."""
    assert package([Value(0.5, "da"), Value(0.0, "ba")]) == "Pda807A120u;ba8000000 "


@given(st.floats(-1e12, 1e12).filter(lambda number: number == 0 or abs(number) > 1e-15))
def test_eight_characters_hold_seven_digits(number: float) -> None:
    """Every value is eight characters behind its type and reads back within half a unit of its prefix."""
    text = encode(Value(number, "ba"))
    scale = PREFIXES[text[9]]
    assert len(text) == 10
    assert abs((int(text[2:9], 16) - 0x8000000) * scale - number) <= 0.501 * scale + 1e-9 * abs(number)


NUMBERS = st.floats(-1e280, 1e280) | st.sampled_from([math.nan, math.inf, -math.inf])


@given(st.lists(st.tuples(NUMBERS, st.sampled_from(["", ",10,207"])), max_size=30))
def test_many_at_once_are_written_as_one_by_one(rows: list[tuple[float, str]]) -> None:
    """A sweep's values are encoded exactly as each is by itself, numbers that are none included."""
    numbers, metadata = np.array([number for number, _ in rows]), [tokens for _, tokens in rows]
    assert encode_all("ba", numbers, metadata) == [encode(Value(number, "ba", tokens)) for number, tokens in rows]
