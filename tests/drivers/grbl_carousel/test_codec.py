"""Lines built and parsed, and framed however they come."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Event, Reply
from drivers.grbl_carousel import codec
from drivers.grbl_carousel.framing import GrblFraming
from tests.drivers.frames import frames, pieces

REPORT = b"<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\n"
BANNER = b"Grbl 1.1h ['$' for help]\r\n"
SETTINGS = b"$10=1\r\n$22=1\r\n$110=500.000\r\n$120=10.000\r\nok\r\n"
VERSION = b"[VER:1.1h.20190830:]\r\n[OPT:V,15,128]\r\nok\r\n"
LOCK = b"[MSG:'$H'|'$X' to unlock]\r\n"
FRAMES = st.sampled_from([b"ok\r\n", b"error:9\r\n", REPORT, BANNER, SETTINGS, VERSION, LOCK, b"ALARM:1\r\n"])
PARSERS: list[Callable[[bytes], Any]] = [
    codec.parse_answer,
    codec.parse_status,
    codec.parse_settings,
    codec.parse_version,
    codec.parse_inches,
    codec.parse_alarm,
]


@given(st.lists(FRAMES, max_size=6), st.data())
def test_answers_are_found_however_they_are_cut(parts: list[bytes], data: st.DataObject) -> None:
    """Settings and information are one answer with their `ok`; blank lines are nothing."""
    stream = b"\r\n".join([b"", *parts])
    assert (parts, 0) == frames(GrblFraming(), data.draw(pieces(stream)))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"ok\r\n", Reply),
        (b"error:22\r\n", Reply),
        (REPORT, Reply),
        (BANNER, Event),
        (b"ALARM:2\r\n", Event),
        (LOCK, Event),
        (b">G54:ok\r\n", Event),
    ],
)
def test_what_answers_and_what_comes_of_itself_are_told_apart(line: bytes, kind: type) -> None:
    """By how the line begins."""
    framing = GrblFraming()
    framing.feed(line)
    assert type(framing.next()) is kind


def test_a_banner_drops_what_it_interrupts() -> None:
    """Settings without their `ok` answer nothing."""
    assert frames(GrblFraming(), [b"$10=1\r\n", BANNER, b"ok\r\n"])[0] == [BANNER, b"ok\r\n"]


def test_a_report_does_not_break_an_answer_up() -> None:
    """It may stand between two settings."""
    assert frames(GrblFraming(), [b"$10=1\r\n", REPORT, b"$22=1\r\nok\r\n"])[0] == [REPORT, b"$10=1\r\n$22=1\r\nok\r\n"]


def test_lines_of_no_kind_and_without_end_are_garbled() -> None:
    """And forgotten."""
    assert frames(GrblFraming(), [b"\x00\xfe;ok\r\n", b"x" * 300, b"\nok\r\n"]) == ([b"ok\r\n"], 2)


@given(st.binary(max_size=80))
def test_no_bytes_break_framing_or_codec(noise: bytes) -> None:
    """Garbled is the only error, and after a reset an answer is read."""
    framing = GrblFraming()
    frames(framing, [noise])
    framing.reset()
    assert frames(framing, [REPORT])[0] == [REPORT]
    for parse in PARSERS:
        with contextlib.suppress(GarbledReplyError):
            parse(noise)


@given(st.text("<Idle|MPos:0.-,FSn%eah>\r\n", max_size=60))
def test_no_report_breaks_the_parser(text: str) -> None:
    """It is read or garbled."""
    with contextlib.suppress(GarbledReplyError):
        assert codec.parse_status(text.encode()).state.isalpha()


def test_a_report_says_state_place_and_pins() -> None:
    """Fields that are not needed are passed over."""
    assert codec.Status("Idle", "", (0.0, 0.0, 0.0), "") == codec.parse_status(REPORT)
    full = b"<Hold:1|MPos:15.000,0.000,-100.000|Bf:15,128|FS:500,0|Pn:XP|WCO:0.000,0.000,0.000>\r\n"
    status = codec.parse_status(full)
    assert (status.state, status.detail, status.pins) == ("Hold", "1", "XP")
    assert (status.at_mm("X"), status.at_mm("Z")) == (15.0, -100.0)


@pytest.mark.parametrize(
    "frame", [b"<Idle|WPos:0,0,0>", b"<Idle|MPos:0,0>", b"<Idle|MPos:nan,0,0>", b"ok", b"<|MPos:0,0,0>"]
)
def test_a_report_without_a_place_is_garbled(frame: bytes) -> None:
    """Work positions are not taken for machine positions."""
    with pytest.raises(GarbledReplyError):
        codec.parse_status(frame)


def test_answers_become_values() -> None:
    """Errors by number, settings by number, the version."""
    assert (codec.parse_answer(b"ok\r\n"), codec.parse_answer(b"error:9\r\n")) == (0, 9)
    assert codec.parse_settings(SETTINGS) == {10: 1.0, 22: 1.0, 110: 500.0, 120: 10.0}
    assert codec.parse_version(VERSION) == "1.1h.20190830"
    assert codec.parse_inches(b"[GC:G0 G54 G17 G20 G90 G94 M5]\r\nok\r\n")
    assert not codec.parse_inches(b"[GC:G0 G54 G17 G21 G90 G94 M5]\r\nok\r\n")
    assert (codec.parse_alarm(b"ALARM:3\r\n"), codec.parse_alarm(b"ALARM:x\r\n"), codec.parse_alarm(b"3")) == (3, 0, 0)


def test_movements_are_absolute_in_machine_coordinates() -> None:
    """With their feed."""
    assert codec.move("X", 165.0, 3000) == b"G90 G53 G1 X165.000 F3000\n"
    assert codec.move("Z", -100.0, 1000) == b"G90 G53 G1 Z-100.000 F1000\n"
    for axis, to_mm, feed in (("A", 0.0, 1.0), ("X", float("nan"), 1.0), ("X", 0.0, 0.0)):
        with pytest.raises(ValueError, match="cannot move"):
            codec.move(axis, to_mm, feed)
