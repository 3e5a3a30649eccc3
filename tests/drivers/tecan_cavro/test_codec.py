"""Cavro frames against the vectors computed from the manual, and framings fed in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from drivers.tecan_cavro.codec import (
    Answer,
    checksum,
    decode_answer,
    decode_number,
    device_address,
    encode_dt,
    encode_oem,
    move_command,
)
from drivers.tecan_cavro.framing import DtFraming, OemFraming
from tests.drivers.frames import frames, pieces

REPORT = st.text(st.sampled_from("0123456789,.ABCxyz/ "), max_size=12)
STATUS = st.builds(lambda ready, error: 0x40 | ready << 5 | error, st.booleans(), st.integers(0, 15))
NOISE = st.binary(max_size=8).filter(lambda data: not {0x02, 0x03, 0x2F} & set(data))


def oem_answer(status: int, data: str) -> bytes:
    """Return an answer as the pump would frame it."""
    frame = b"\x020" + bytes((status,)) + data.encode() + b"\x03"
    return frame + bytes((checksum(frame),))


@pytest.mark.parametrize(
    ("frame", "sequence", "data", "repeat"),
    [
        ("02 31 31 5A 52 03 09", 1, "ZR", False),
        ("02 31 39 5A 52 03 01", 1, "ZR", True),
        ("02 31 32 51 03 53", 2, "Q", False),
    ],
)
def test_requests_are_framed_as_the_manual_says(frame: str, sequence: int, data: str, repeat: bool) -> None:
    """Vectors computed from the manual's checksum rule."""
    assert bytes.fromhex(frame) == encode_oem(0, sequence, data, repeat=repeat)


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ("02 30 60 03 51", Answer(ready=True, error=0, data="")),
        ("02 30 40 03 71", Answer(ready=False, error=0, data="")),
        ("02 30 60 33 30 30 30 03 52", Answer(ready=True, error=0, data="3000")),
        ("2f 30 69 03", Answer(ready=True, error=9, data="")),
        ("2f 30 4f 03 0d 0a", Answer(ready=False, error=15, data="")),
    ],
)
def test_answers_are_understood_as_the_manual_says(frame: str, answer: Answer) -> None:
    """Vectors of the manual, OEM and DT."""
    assert answer == decode_answer(bytes.fromhex(frame))


def test_dt_requests_end_with_a_carriage_return() -> None:
    """The manual's example, and switch E."""
    assert encode_dt(0, "ZR") == b"/1ZR\r"
    assert encode_dt(14, "Q") == b"/?Q\r"


@pytest.mark.parametrize("switch", [-1, 15])
def test_switches_that_do_not_exist_are_refused(switch: int) -> None:
    """Position 15 is the self-test."""
    with pytest.raises(ValueError, match="switch"):
        device_address(switch)


@pytest.mark.parametrize("sequence", [0, 8])
def test_sequences_that_do_not_exist_are_refused(sequence: int) -> None:
    """The sequence has three bits and no zero."""
    with pytest.raises(ValueError, match="sequence"):
        encode_oem(0, sequence, "Q")


@pytest.mark.parametrize("frame", [b"\x02\x31\x60\x03\x50", b"\x020\x20\x03\x11", b"\x020", b"\x02\x03", b""])
def test_answers_to_others_or_with_impossible_status_are_garbled(frame: bytes) -> None:
    """Only 01X0 EEEE to the host is an answer."""
    with pytest.raises(GarbledReplyError):
        decode_answer(frame)


@pytest.mark.parametrize("data", ["", "12a", "-4", "1.5"])
def test_a_position_that_is_no_number_is_garbled(data: str) -> None:
    """Reports are whole numbers."""
    with pytest.raises(GarbledReplyError):
        decode_number(Answer(ready=True, error=0, data=data))


@pytest.mark.parametrize(
    ("speed", "command"),
    [(1200, "L7V1200c900v900A1234R"), (60, "L7V60c60v60A1234R"), (12, "L7V12A1234R")],
)
def test_a_move_sets_all_speeds_it_depends_on(speed: int, command: str) -> None:
    """Start and cutoff follow the top speed and stay in their own ranges."""
    assert command == move_command(1234, speed, 7)


@given(st.data())
def test_oem_answers_are_found_however_they_are_cut(data: st.DataObject) -> None:
    """Noise between frames is skipped and every frame comes out once, in order."""
    answers = data.draw(st.lists(st.builds(oem_answer, STATUS, REPORT.map(lambda text: text)), max_size=4))
    stream = b"".join(data.draw(NOISE) + answer for answer in answers) + data.draw(NOISE)
    assert (answers, 0) == frames(OemFraming(), data.draw(pieces(stream)))


@given(st.data())
def test_dt_answers_are_found_however_they_are_cut(data: st.DataObject) -> None:
    """Noise between frames, fill bytes included, is skipped."""
    bodies = st.builds(lambda status, text: b"/0" + bytes((status,)) + text.encode() + b"\x03\r\n", STATUS, REPORT)
    answers = data.draw(st.lists(bodies, max_size=4))
    stream = b"".join(data.draw(NOISE) + b"\xff" + answer for answer in answers)
    assert (answers, 0) == frames(DtFraming(), data.draw(pieces(stream)))


@given(STATUS, REPORT, st.data())
def test_a_flipped_bit_never_makes_another_oem_answer(status: int, text: str, data: st.DataObject) -> None:
    """One wrong bit is garbage or nothing, and the next answer is read."""
    answer = oem_answer(status, text)
    bit = data.draw(st.integers(0, 8 * len(answer) - 1))
    spoiled = bytearray(answer)
    spoiled[bit // 8] ^= 1 << bit % 8
    following = oem_answer(0x60, "77")
    found, _ = frames(OemFraming(), [bytes(spoiled)])
    assert found == []
    framing = OemFraming()
    frames(framing, [bytes(spoiled)])
    framing.reset()
    assert [following] == frames(framing, [following])[0]


@given(st.binary(max_size=700))
def test_no_bytes_break_the_framings(noise: bytes) -> None:
    """Whatever came before, an answer after a reset is read."""
    for framing, answer in ((OemFraming(), oem_answer(0x60, "5")), (DtFraming(), b"/0`5\x03\r\n")):
        frames(framing, [noise])
        framing.reset()
        assert [answer] == frames(framing, [answer])[0]


def test_a_dt_answer_without_its_line_end_is_taken_when_another_byte_comes() -> None:
    """The CR LF is awaited, not insisted on."""
    found, _ = frames(DtFraming(), [b"/0`7\x03", b"/0@\x03\r\n"])
    assert found == [b"/0`7\x03", b"/0@\x03\r\n"]


def test_an_endless_dt_answer_is_skipped() -> None:
    """The pump's longest answer is bounded."""
    assert frames(DtFraming(), [b"/0`" + b"1" * 400, b"\x03\r\n/0`7\x03\r\n"])[0] == [b"/0`7\x03\r\n"]
