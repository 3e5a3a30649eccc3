"""Frames and texts as the one source has them, and the framing fed in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.errors import GarbledReplyError
from drivers.genogrinder_2010 import DRIVER
from drivers.genogrinder_2010.codec import (
    WORDS,
    LineFraming,
    Order,
    Status,
    decode_status,
    decode_text,
    encode,
    encode_parameters,
)
from tests.drivers.frames import frames, pieces

LINES = st.text(st.sampled_from("Standby RunigSmpleC01*"), min_size=1, max_size=20).filter(str.strip)


def test_orders_are_written_as_the_source_has_them() -> None:
    """Three digits of seconds, four of rpm."""
    assert [encode(Order.STATUS), encode(Order.START), encode(Order.STOP)] == [b"*01*\r", b"*04*\r", b"*06*\r"]
    assert encode_parameters(30, 1750) == b"*02,030,1750*\r"
    for seconds, rpm in ((0, 1500), (1000, 1500), (30, 0), (30, 10000)):
        with pytest.raises(ValueError, match="does not fit"):
            encode_parameters(seconds, rpm)


@pytest.mark.parametrize(("name", "text"), WORDS.items())
def test_a_status_is_known_by_its_words(name: str, text: str) -> None:
    """Wherever in the text they are, and however written; unlocking is not locking."""
    assert decode_status(f" status: {text.upper()} \r\n".encode()) == Status(name)


def test_other_words_are_an_error_and_a_confirmation_is_no_status() -> None:
    """A late answer to the parameters is not taken for what it does."""
    assert decode_status(b"Lid open\r") is Status.ERROR
    assert decode_status(b"Shaking\r", {**WORDS, "mixing": "Shaking"}) is Status.MIXING
    with pytest.raises(GarbledReplyError, match="confirmed"):
        decode_status(b"Parameters Set\r")


@pytest.mark.parametrize("line", [b"\r", b" \r\n", b""])
def test_a_line_without_words_is_no_answer(line: bytes) -> None:
    """It names neither a status nor an error."""
    with pytest.raises(GarbledReplyError, match="says nothing"):
        decode_status(line)


@given(st.lists(st.tuples(LINES, st.sampled_from(["\r", "\r\n", "\r\r\n"])), max_size=5), st.data())
def test_lines_are_found_however_they_are_cut(lines: list[tuple[str, str]], data: st.DataObject) -> None:
    """Line feeds and empty lines are nothing."""
    stream = "".join(text + end for text, end in lines).encode()
    found, garbled = frames(LineFraming(), data.draw(pieces(stream)))
    assert ([text.strip() for text, _ in lines], 0) == ([decode_text(frame) for frame in found], garbled)


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_no_bytes_break_the_framing(noise: list[bytes]) -> None:
    """Whatever came before, a line after a reset is read."""
    framing = LineFraming()
    frames(framing, noise)
    framing.reset()
    assert frames(framing, [b"Standby\r"])[0] == [b"Standby\r"]


def test_options_are_read_strictly() -> None:
    """Limits follow them; the time of a run is the dead-man's switch."""
    limits = DRIVER.limits(DriverSettings("mill", {"max_speed": "1500 rpm", "ratio": "2", "run_time": "300 s"}))
    assert (limits.frequency_max_hz, limits.silence_s) == (50.0, 300.0)
    for wrong, words in (
        ({"run_time": "1000 s"}, "run_time"),
        ({"run_time": "30.5 s"}, "whole number of seconds"),
        ({"run_time": "1 ms"}, "run_time"),
        ({"words": {"mixing": ""}}, "mixing has no word"),
        ({"words": {"mixing": "  "}}, "mixing has no word"),
        ({"words": {"mixing": None}}, "mixing has no word"),
        ({"words": {"shaking": "x"}}, "no status"),
        ({"min_speed": "1800 rpm"}, "below"),
        ({"speed": 1}, "speed"),
    ):
        with pytest.raises(OptionsError, match=words):
            DRIVER.limits(DriverSettings("mill", wrong))
