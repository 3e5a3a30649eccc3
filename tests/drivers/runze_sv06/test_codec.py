"""Runze frames against the manual's vectors, and the framing fed in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import GarbledReplyError
from drivers.runze_sv06.codec import Answer, Function, Status, checksum, decode, encode
from drivers.runze_sv06.framing import RunzeFraming
from tests.drivers.frames import frames, pieces

NOISE = st.binary(max_size=10).filter(lambda data: 0xCC not in data)


def answer(address: int, status: int, low: int = 0, high: int = 0) -> bytes:
    """Return an answer as the valve would frame it."""
    body = bytes((0xCC, address, status, low, high, 0xDD))
    return body + checksum(body)


ANSWERS = st.builds(answer, *(st.integers(0, 255),) * 4)


@pytest.mark.parametrize(
    ("frame", "function", "parameter"),
    [
        ("CC 00 45 00 00 DD EE 01", Function.RESET, 0),
        ("CC 00 44 03 00 DD F0 01", Function.GO, 3),
        ("CC 00 4A 00 00 DD F3 01", Function.MOTOR, 0),
        ("CC 00 3E 00 00 DD E7 01", Function.POSITION, 0),
    ],
)
def test_requests_are_framed_as_the_manual_says(frame: str, function: Function, parameter: int) -> None:
    """Vectors of the manual."""
    assert bytes.fromhex(frame) == encode(0, function, parameter)


def test_a_busy_answer_is_understood_as_the_manual_says() -> None:
    """Vector of the manual."""
    assert Answer(0, Status.BUSY, 0, 0) == decode(bytes.fromhex("CC 00 04 00 00 DD AD 01"))


@pytest.mark.parametrize("frame", ["CC 00 04 00 00 DD AD 02", "CC 00 07 00 00 DD B0 01", "CC 00 04 00 00 DD AD", ""])
def test_wrong_sums_and_unknown_statuses_are_garbled(frame: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(GarbledReplyError):
        decode(bytes.fromhex(frame))


@pytest.mark.parametrize(("address", "parameter"), [(256, 0), (-1, 0), (0, 65536)])
def test_what_does_not_fit_is_refused(address: int, parameter: int) -> None:
    """Bytes are bytes."""
    with pytest.raises(ValueError, match="fit"):
        encode(address, Function.GO, parameter)


@given(st.lists(st.tuples(NOISE, ANSWERS), max_size=5), st.data())
def test_answers_are_found_however_they_are_cut(parts: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    """Noise before a frame is skipped; line feeds and CC inside a frame are data."""
    stream = b"".join(noise + frame for noise, frame in parts)
    assert ([frame for _, frame in parts], 0) == frames(RunzeFraming(), data.draw(pieces(stream)))


@given(ANSWERS, st.integers(0, 63))
def test_a_flipped_bit_never_makes_another_answer(frame: bytes, bit: int) -> None:
    """One wrong bit is garbage or nothing."""
    spoiled = bytearray(frame)
    spoiled[bit // 8] ^= 1 << bit % 8
    assert frames(RunzeFraming(), [bytes(spoiled)])[0] == []


@given(st.binary(max_size=60))
def test_no_bytes_break_the_framing(noise: bytes) -> None:
    """Whatever came before, an answer after a reset is read."""
    framing = RunzeFraming()
    frames(framing, [noise])
    framing.reset()
    assert [answer(1, 0, 10)] == frames(framing, [answer(1, 0, 10)])[0]
