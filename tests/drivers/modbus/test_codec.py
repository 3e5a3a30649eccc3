"""Modbus frames against written ones and against the simulators' own sums, and the framing fed in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from drivers.modbus.codec import (
    Answer,
    decode,
    read_holding,
    read_inputs,
    read_registers,
    size,
    sound,
    told,
    write_register,
)
from drivers.modbus.framing import ModbusFraming
from simulators.modbus import crc
from tests.drivers.frames import frames, pieces

STATION = 3
WORDS = st.integers(0, 0xFFFF)


def sealed(*body: int) -> bytes:
    """Return a frame with the sum that the simulators work out."""
    return bytes(body) + crc(bytes(body))


@st.composite
def answers(draw: st.DrawFn, station: int = STATION) -> bytes:
    """Return a sound answer of a station."""
    function = draw(st.sampled_from([2, 3, 4, 6, 0x82, 0x83, 0x84, 0x86]))
    if function & 0x80:
        return sealed(station, function, draw(st.integers(1, 11)))
    if function == 6:
        return sealed(station, function, *draw(st.binary(min_size=4, max_size=4)))
    data = draw(st.binary(min_size=1, max_size=20))
    data = data if function == 2 or len(data) % 2 == 0 else data + b"\0"
    return sealed(station, function, len(data), *data)


@pytest.mark.parametrize(
    ("frame", "written"),
    [
        (write_register(1, 0x2001, 3000), "01 06 20 01 0B B8 D4 88"),
        (write_register(1, 0x2000, 0x0012), "01 06 20 00 00 12 02 07"),
        (write_register(1, 0x2000, 0x0001), "01 06 20 00 00 01 43 CA"),
        (write_register(1, 0x2002, 0x0002), "01 06 20 02 00 02 A2 0B"),
        (read_holding(1, 0x2100, 5), "01 03 21 00 00 05 8F F5"),
    ],
)
def test_what_is_said_to_a_drive_is_what_its_manuals_add_up_to(frame: bytes, written: str) -> None:
    """Frequency, run, stop, reset, question: each sum worked out by hand."""
    assert frame == bytes.fromhex(written)


def test_the_manuals_exception_is_read() -> None:
    """Function 06, exception 02."""
    assert decode(bytes.fromhex("01 86 02 C3 A1")) == Answer(1, 6, exception=2)
    assert [told(number) for number in (1, 2, 3, 4, 77)] == [
        "exception 1, illegal function",
        "exception 2, illegal data address",
        "exception 3, illegal data value",
        "exception 4, it cannot do what was asked",
        "exception 77, unknown",
    ]


def test_the_protocols_examples_are_said_and_read() -> None:
    """PDUs of the specification, with a station and a sum around them."""
    assert read_inputs(17, 0xC4, 22)[1:-2] == bytes.fromhex("02 00 C4 00 16")
    assert read_registers(17, 8, 1)[1:-2] == bytes.fromhex("04 00 08 00 01")
    assert read_holding(17, 0x6B, 3)[1:-2] == bytes.fromhex("03 00 6B 00 03")
    assert decode(sealed(17, *bytes.fromhex("03 06 02 2B 00 00 00 64"))).registers == (0x022B, 0, 0x64)
    assert decode(sealed(17, *bytes.fromhex("04 02 00 0A"))).registers == (10,)
    assert decode(sealed(17, *bytes.fromhex("06 00 01 00 03"))) == Answer(17, 6, registers=(3,), address=1)
    assert decode(sealed(17, *bytes.fromhex("02 03 AC DB 35"))).bits[:4] == (False, False, True, True)


@given(st.integers(1, 247), WORDS, WORDS)
def test_a_write_is_confirmed_by_itself(station: int, address: int, value: int) -> None:
    """Both sides' sums agree, and the answer is the request."""
    frame = write_register(station, address, value)
    assert (frame[-2:], size(frame), sound(frame)) == (crc(frame[:-2]), len(frame), True)
    assert decode(frame) == Answer(station, 6, registers=(value,), address=address)


@given(st.lists(WORDS, min_size=1, max_size=100), st.sampled_from([3, 4]))
def test_registers_come_as_they_were_sent(words: list[int], function: int) -> None:
    """High byte first."""
    data = b"".join(word.to_bytes(2, "big") for word in words)
    assert decode(sealed(STATION, function, len(data), *data)) == Answer(STATION, function, registers=tuple(words))


@pytest.mark.parametrize(
    "frame",
    [
        sealed(1, 3, 3, 0, 1, 2),
        sealed(1, 3, 0),
        sealed(1, 2, 0),
        sealed(1, 5, 0, 0, 0xFF, 0),
        sealed(1, 6, 0, 0, 0, 1)[:-1] + b"\x00",
        sealed(1, 3, 2, 0, 1) + b"\x00",
        b"",
        b"\x01",
    ],
)
def test_what_is_no_answer_is_garbled(frame: bytes) -> None:
    """Half a register, none, another function, a wrong sum, a byte too many."""
    with pytest.raises(GarbledReplyError):
        decode(frame)


@pytest.mark.parametrize(("address", "value"), [(-1, 0), (0x10000, 0), (0, -1), (0, 0x10000)])
def test_a_write_that_does_not_fit_is_refused(address: int, value: int) -> None:
    """Sixteen bits each."""
    with pytest.raises(ValueError, match="sixteen bits"):
        write_register(1, address, value)


@given(st.lists(answers(), max_size=4), st.data())
def test_answers_are_found_however_they_are_cut(sent: list[bytes], data: st.DataObject) -> None:
    """One byte at a time or all at once."""
    assert frames(ModbusFraming(STATION), data.draw(pieces(b"".join(sent)))) == (sent, 0)


def test_what_looks_like_an_answer_inside_one_that_is_not_whole_yet_is_not_reported() -> None:
    """From its second byte on, seven bytes of it are a spoilt confirmation of a write by chance."""
    answer = sealed(STATION, 3, 6, 0, 0, 0, 0, 0, 0)
    assert answer[1:3] == bytes((STATION, 6))
    for cut in range(len(answer) + 1):
        assert frames(ModbusFraming(STATION), [answer[:cut], answer[cut:]]) == ([answer], 0)


@given(answers(station=9), answers())
def test_answers_of_other_stations_are_not_ours(theirs: bytes, ours: bytes) -> None:
    """A late one of the neighbour goes by; unless its bytes could begin one of ours nothing of ours is lost."""
    found, _ = frames(ModbusFraming(STATION), [theirs, ours])
    assert theirs not in found
    if STATION not in theirs:
        assert found == [ours]


@given(st.binary(max_size=40).filter(lambda noise: STATION not in noise), answers())
def test_noise_before_an_answer_is_skipped(noise: bytes, answer: bytes) -> None:
    """Whatever it is."""
    assert frames(ModbusFraming(STATION), [noise + answer]) == ([answer], 0)


@given(answers(), st.integers(0, 255), st.data())
def test_a_spoilt_answer_is_never_read(answer: bytes, flip: int, data: st.DataObject) -> None:
    """One byte turned: reported, or waited for in vain, but never a frame with other contents."""
    place = data.draw(st.integers(0, len(answer) - 1))
    spoilt = answer[:place] + bytes((answer[place] ^ flip,)) + answer[place + 1 :]
    found, _ = frames(ModbusFraming(STATION), [spoilt])
    assert found == ([answer] if flip == 0 else [])


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_no_bytes_break_the_framing(noise: list[bytes]) -> None:
    """Whatever came before, an answer after a reset is read, and little is kept."""
    framing = ModbusFraming(STATION)
    frames(framing, noise)
    assert len(framing._buffer) <= 256
    framing.reset()
    assert frames(framing, [sealed(STATION, 3, 2, 0, 1)])[0] == [sealed(STATION, 3, 2, 0, 1)]
