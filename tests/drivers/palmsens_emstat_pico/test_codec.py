"""MethodSCRIPT numbers and packages against the vendor's examples and against arithmetic."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import ArgumentError, GarbledReplyError
from autosynth.wire.transcript import parse_transcript
from drivers.palmsens_emstat_pico.codec import UNDERLOAD, Variable, parse_package, script_number
from drivers.palmsens_emstat_pico.options import read_options
from drivers.palmsens_emstat_pico.script import cyclic_script

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "palmsens_emstat_pico"
_EXPONENT = {"p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3}


def test_packages_of_the_vendor_are_decoded() -> None:
    """The golden lines give the vendor's values, status and ranges."""
    transcript = parse_transcript((TRANSCRIPTS / "packages.txt").read_text())
    assert transcript.golden
    current = Variable("ba", 2.799987e-9, UNDERLOAD, 132)
    first, second = (parse_package(record.data) for record in transcript.records)
    assert first == (Variable("da", -0.499905), current)
    assert second == (Variable("da", 5.137370e-3), current)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("807A120u", 0.5),
        ("7F85EE0u", -0.5),
        ("7D9DA60f", -2.5e-9),
        ("8000000 ", 0.0),
        ("800000Ai", 10.0),
        ("8000001k", 1e3),
    ],
)
def test_a_number_is_hexadecimal_with_an_offset_and_a_prefix(text: str, value: float) -> None:
    """Known encodings, asymmetric ones among them."""
    assert parse_package(f"Pab{text}\n".encode()) == (Variable("ab", value),)


def test_not_a_number_is_five_blanks_and_nan() -> None:
    """It is a value, not an error."""
    (variable,) = parse_package(b"Pba     nan,18\n")
    assert math.isnan(variable.value)
    assert variable.status == 8


@pytest.mark.parametrize(
    "line", [b"P\n", b"Pda7F85F3Fu;\n", b"da7F85F3Fu\n", b"Pda7F85F3\n", b"Pda7F85F3Fx\n", b"Pda\xff\n"]
)
def test_what_is_not_a_package_is_garbled(line: bytes) -> None:
    """Cut, empty and foreign lines are refused."""
    with pytest.raises(GarbledReplyError):
        parse_package(line)


@given(st.integers(-(1 << 27) + 1, (1 << 27) - 1), st.sampled_from(["a", "f", "p", "n", "u", "m", " ", "k"]))
def test_any_integer_and_prefix_comes_back(count: int, prefix: str) -> None:
    """The value is the correctly rounded product."""
    exponent = {"a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, " ": 0, "k": 3}[prefix]
    (variable,) = parse_package(f"Pba{count + (1 << 27):07X}{prefix}\n".encode())
    assert variable.value == float(f"{count}e{exponent}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.5, "-500m"),
        (0.1 + 0.2, "300m"),
        (2.0, "2"),
        (1e-4, "100u"),
        (5e-3, "5m"),
        (0.0125, "12500u"),
        (200.0, "200"),
        (1 / 3, "333333u"),
        (1e-12, "1p"),
    ],
)
def test_numbers_are_written_shortest(value: float, text: str) -> None:
    """An integer with the coarsest prefix that keeps it."""
    assert script_number(value) == text


@given(st.floats(-5, 5).filter(lambda v: v == 0 or abs(v) > 1e-9))
def test_written_numbers_mean_what_was_asked(value: float) -> None:
    """To five millionths, or to the smallest step there is."""
    text = script_number(value)
    digits = text.rstrip("pnumk")
    assert abs(int(digits)) < 1 << 27
    written = int(digits) * 10.0 ** _EXPONENT[text[len(digits) :]]
    assert written == pytest.approx(value, rel=5e-6, abs=1e-12)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e15, 1e-15])
def test_what_cannot_be_written_is_our_mistake(value: float) -> None:
    """ArgumentError instead of another number."""
    with pytest.raises(ArgumentError):
        script_number(value)


def test_a_script_switches_the_cell_off_however_it_ends_and_keeps_to_short_lines() -> None:
    """`cell_off` follows `on_finished`, scans are counted, and no line exceeds the instrument's 128 characters."""
    method = Voltammetry(-0.123456, 0.9, -1.1, 0.002, 0.1, 1e-5, scans=3)
    lines = cyclic_script(method, read_options({"mode": "high_speed", "lowest_range": "1 uA"})).decode().split("\n")
    assert lines[-4:] == ["on_finished:", "cell_off", "", ""]
    assert "meas_loop_cv p c -123456u 900m -1100m 2m 100m nscans(3)" in lines
    assert "set_autoranging ba 1u 10u" in lines
    assert "set_pgstat_mode 3" in lines
    assert not any(line.startswith("wait") for line in lines)
    assert max(map(len, lines)) <= 128
