import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.keithley_2450.scpi import Command, Headers, commands

HEADERS = Headers({"SOURce[1]:VOLTage[:LEVel][:IMMediate]": "level", "SOURce[1]:VOLTage?": "query", "*IDN?": "idn"})


@pytest.mark.parametrize(
    "header", ["SOUR:VOLT", "SOURCE1:VOLTAGE:LEV:IMM", "SOUR:VOLTAGE:LEVEL", "SOUR1:VOLT:IMMEDIATE"]
)
def test_long_and_short_forms_with_optional_nodes(header: str) -> None:
    """Every way the standard allows to write the header is understood."""
    assert HEADERS.find(header) == "level"


@pytest.mark.parametrize("header", ["SOURC:VOLT", "SOUR2:VOLT", "VOLT", "SOUR:VOLT:LEVE", "IDN?", "*IDN"])
def test_other_spellings_are_undefined(header: str) -> None:
    """A form in between, another channel or a missing mark is not understood."""
    assert HEADERS.find(header) is None


def test_paths_continue_after_a_semicolon() -> None:
    """A header without leading colon continues the path; a colon starts anew; common commands do not matter."""
    assert list(commands('sour:volt:rang 2;ilim 1e-3;*CLS;rang:auto 1;:TRAC:DATA? 1, 5, "a;b",SOUR')) == [
        Command("SOUR:VOLT:RANG", ("2",)),
        Command("SOUR:VOLT:ILIM", ("1e-3",)),
        Command("*CLS", ()),
        Command("SOUR:VOLT:RANG:AUTO", ("1",)),
        Command("TRAC:DATA?", ("1", "5", '"a;b"', "SOUR")),
    ]


@given(st.text(max_size=60))
def test_any_message_is_cut_into_commands(message: str) -> None:
    """No text makes the cutter fail, and headers come out in upper case."""
    assert all(command.header == command.header.upper() for command in commands(message))
