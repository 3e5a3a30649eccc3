"""Packets of the Safe mode against the manual's vectors, numbers, and the framing fed in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Event, Reply
from drivers.new_era_ne1000.codec import (
    Answer,
    crc,
    decode_answer,
    encode_basic,
    encode_safe,
    format_number,
    last_digit,
    parse_dispensed,
    parse_quantity,
    parse_version,
)
from drivers.new_era_ne1000.framing import NewEraFraming
from tests.drivers.frames import frames, pieces

STOPPED = bytes.fromhex("02 07 30 30 53 AA A6 03")
STALLED = bytes.fromhex("02 09 30 30 41 3F 53 75 A7 03")


def safe(text: str) -> bytes:
    """Return an answer as a packet."""
    data = text.encode()
    return bytes((2, len(data) + 4)) + data + crc(data) + b"\x03"


@pytest.mark.parametrize(("command", "packet"), [("", "02 05 30 36 53 03"), ("RUN", "02 08 30 52 55 4E 44 07 03")])
def test_packets_are_those_of_the_manual(command: str, packet: str) -> None:
    """Length, data, CRC from 0, ETX."""
    assert bytes.fromhex(packet) == encode_safe(0, command)


def test_leaving_safe_mode_is_the_manuals_own_packet() -> None:
    """The data there have no address."""
    data = b"SAF0"
    assert bytes((2, len(data) + 4)) + data + crc(data) + b"\x03" == b"\x02\x08SAF0\x55\x43\x03"


def test_lines_of_the_basic_mode_end_in_cr() -> None:
    """With the address before the command."""
    assert encode_basic(7, "SAF10") == b"7SAF10\r"


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        (STOPPED, Answer(0, "S")),
        (STALLED, Answer(0, alarm="S")),
        (b"\x0200S26.59\x03", Answer(0, "S", data="26.59")),
        (safe("42I?NA"), Answer(42, "I", error="NA")),
        (safe("00S?"), Answer(0, "S", error="?")),
        (safe("00SI0.123W0.000ML"), Answer(0, "S", data="I0.123W0.000ML")),
    ],
)
def test_answers_say_status_error_alarm_or_data(frame: bytes, answer: Answer) -> None:
    """In either mode."""
    assert answer == decode_answer(frame)


@pytest.mark.parametrize("text", ["", "0S", "00", "00Q", "00A?", "00A?RS", "00S?WHAT", "\xff0S"])
def test_what_is_no_answer_is_garbled(text: str) -> None:
    """Nothing is guessed."""
    data = text.encode("latin-1")
    with pytest.raises(GarbledReplyError):
        decode_answer(bytes((2, len(data) + 4)) + data + crc(data) + b"\x03")


def test_volumes_rates_and_versions_are_read() -> None:
    """In mL, with units, model before firmware."""
    assert parse_dispensed("I0.123W0.000ML") == (0.123, 0.0)
    assert parse_dispensed("I123.4W5.000UL") == pytest.approx((0.1234, 0.005))
    assert (parse_quantity("5.000MM"), parse_quantity("26.59")) == ((5.0, "MM"), (26.59, ""))
    assert (parse_version("NE1000V3.928"), parse_version("NE1000XnV3.9")) == (("NE1000", "3.928"), ("NE1000Xn", "3.9"))


@pytest.mark.parametrize("text", ["", "I.W.ML", "I1W1MM", "Ix", "I99999.0W0.0ML"])
def test_what_are_no_volumes_is_garbled(text: str) -> None:
    """As the answer to another question is."""
    with pytest.raises(GarbledReplyError):
        parse_dispensed(text)


@given(st.floats(0.0, 9999.4))
def test_numbers_have_four_digits_and_three_decimals_at_most(value: float) -> None:
    """And are as near as their last digit allows."""
    text = format_number(value)
    assert sum(each.isdigit() for each in text) <= 4
    assert len(text.partition(".")[2]) <= 3
    assert abs(float(text) - value) <= last_digit(value) * (0.5001 if value < 9999.0 else 1.0) + 1e-9


@pytest.mark.parametrize("value", [-1.0, 9999.6, 1e6, float("nan"), float("inf")])
def test_numbers_that_the_pump_cannot_take_are_refused(value: float) -> None:
    """It would cut them short."""
    with pytest.raises(ValueError, match="cannot be written"):
        format_number(value)


@given(st.data())
def test_frames_are_found_however_they_are_cut(data: st.DataObject) -> None:
    """Noise before them and other pumps' answers are skipped; an alarm comes twice, as event and as reply."""
    stream = b"\xff;" + STOPPED + b"x" + safe("07S") + b"\x0200S26.59\x03" + STALLED + STOPPED
    found, garbled = frames(NewEraFraming(), data.draw(pieces(stream)))
    assert (found, garbled) == ([STOPPED, b"\x0200S26.59\x03", STALLED, STALLED, STOPPED], 0)


def test_an_alarm_is_an_event_and_then_a_reply() -> None:
    """It may stand in the place of an answer, or come unasked; only who waits knows."""
    framing = NewEraFraming()
    framing.feed(STALLED)
    assert (framing.next(), framing.next(), framing.next()) == (Event(STALLED), Reply(STALLED), None)


def test_a_wrong_checksum_is_reported_once() -> None:
    """What follows is read on."""
    assert frames(NewEraFraming(), [STOPPED[:-2] + b"\x00\x03" + STOPPED]) == ([STOPPED], 1)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_framing(noise: bytes) -> None:
    """After a reset a packet is read."""
    framing = NewEraFraming()
    frames(framing, [noise])
    framing.reset()
    assert frames(framing, [STOPPED])[0][-1:] == [STOPPED]
