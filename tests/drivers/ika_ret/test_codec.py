"""NAMUR lines against the manual's examples, and the framing fed in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from drivers.ika_ret.codec import Channel, decode_echo, decode_text, decode_value, encode, measured, set_value, setpoint
from drivers.ika_ret.framing import NamurFraming
from tests.drivers.frames import frames, pieces

LINES = st.text(st.sampled_from("0123456789. IKARTdigtl"), min_size=1, max_size=20).filter(str.strip)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (measured(Channel.EXTERNAL), b"IN_PV_1\r\n"),
        (setpoint(Channel.SPEED), b"IN_SP_4\r\n"),
        (set_value(Channel.EXTERNAL, 62.5), b"OUT_SP_1 62.5\r\n"),
        (set_value(Channel.SPEED, 350.0), b"OUT_SP_4 350\r\n"),
    ],
)
def test_commands_are_written_as_the_manual_says(command: str, line: bytes) -> None:
    """Upper case, the value after a space."""
    assert line == encode(command)


def test_line_ends_may_have_blanks() -> None:
    """As working programs write them."""
    assert encode("IN_NAME", "spaced") == b"IN_NAME \r \n"


def test_a_command_longer_than_the_plate_takes_is_refused() -> None:
    """80 characters."""
    with pytest.raises(ValueError, match="80"):
        encode("X" * 81)


@pytest.mark.parametrize(("frame", "value"), [(b"25.0 1\r\n", 25.0), (b" 62.5  1 \r \n", 62.5), (b"-3.5 1\r\n", -3.5)])
def test_values_come_with_their_channel(frame: bytes, value: float) -> None:
    """The manual's form, and blanks."""
    assert value == decode_value(frame, Channel.EXTERNAL)


def test_an_echo_comes_without_a_channel() -> None:
    """As the watchdog's commands are answered."""
    assert decode_echo(b"90\r\n") == 90.0


NO_VALUES = [b"RCT digital\r\n", b"\r\n", b"25.0 1 2\r\n", b"25,0 1\r\n", b"nan 1\r\n", b"1e3 1\r\n"]


@pytest.mark.parametrize("frame", NO_VALUES)
def test_what_is_no_value_is_garbled(frame: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(GarbledReplyError, match="is no value"):
        decode_value(frame, Channel.EXTERNAL)
    with pytest.raises(GarbledReplyError, match="is no value"):
        decode_echo(frame)


@pytest.mark.parametrize(("frame", "words"), [(b"350.0 4\r\n", "channel 4"), (b"90\r\n", "channel none")])
def test_the_answer_to_another_question_is_garbled(frame: bytes, words: str) -> None:
    """Neither a late speed nor a late echo is taken for a temperature."""
    with pytest.raises(GarbledReplyError, match=words):
        decode_value(frame, Channel.EXTERNAL)


def test_a_value_is_no_echo() -> None:
    """A late temperature does not confirm a watchdog."""
    with pytest.raises(GarbledReplyError, match="channel 1"):
        decode_echo(b"60.0 1\r\n")


@given(st.lists(st.tuples(LINES, st.sampled_from(["\r\n", " \r \n", "\n", "\r\n\r\n"])), max_size=5), st.data())
def test_lines_are_found_however_they_are_cut(lines: list[tuple[str, str]], data: st.DataObject) -> None:
    """Empty lines are skipped."""
    stream = "".join(text + end for text, end in lines).encode()
    found, garbled = frames(NamurFraming(), data.draw(pieces(stream)))
    assert ([text.strip() for text, _ in lines], 0) == ([decode_text(frame) for frame in found], garbled)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_framing(noise: bytes) -> None:
    """Whatever came before, a line after a reset is read."""
    framing = NamurFraming()
    frames(framing, [noise])
    framing.reset()
    assert frames(framing, [b"21.5 1\r\n"])[0] == [b"21.5 1\r\n"]


@pytest.mark.parametrize("line", [b"25.0\xb1\r\n", b"25\x00.0 1\r\n", b"5" * 201])
def test_a_line_that_is_not_plain_text_is_reported(line: bytes) -> None:
    """Parity in the eighth bit is a wrong port setting."""
    assert frames(NamurFraming(), [line]) == ([], 1)
