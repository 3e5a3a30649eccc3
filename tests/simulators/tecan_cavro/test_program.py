from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.tecan_cavro.program import Command, Program, SpoiltStringError, parse


def test_a_string_is_cut_into_commands() -> None:
    """Letters take the numbers and commas behind them; an operand left out is None."""
    assert [
        Command("Z", (0, 2, None)),
        Command("S", (11,)),
        Command("A", (3000,)),
        Command("B"),
    ] == parse("Z0,2,S11A3000B")


@pytest.mark.parametrize(("text", "code"), [("A10q", 2), ("A-10", 2), ("A1 0", 2), ("G3", 4), ("g" * 11, 4)])
def test_spoilt_strings(text: str, code: int) -> None:
    """Unknown letters and stray characters are error 2, loops without sense error 4."""
    with pytest.raises(SpoiltStringError) as caught:
        parse(text)
    assert code == caught.value.code


@given(st.text(alphabet="ZAPDIOgGMSR0123456789,?x", max_size=40))
def test_parsing_ends_in_commands_or_in_the_pumps_error(text: str) -> None:
    """No text makes the parser fail in another way."""
    with suppress(SpoiltStringError):
        assert text.count("A") == sum(command.letter == "A" for command in parse(text))


def test_loops_repeat_their_inside() -> None:
    """`gS1gS2G2G2` runs S1 S2 S2 twice."""
    program = Program(parse("gS1gS2G2G2"))
    seen: list[int | None] = []
    while not program.over:
        command = program.take()
        if command.letter == "S":
            seen.append(command.operand())
        elif command.letter == "G":
            program.loop(command.operand() or 0)
    assert seen == [1, 2, 2, 1, 2, 2]
