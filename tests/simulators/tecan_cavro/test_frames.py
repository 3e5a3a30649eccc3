from hypothesis import given
from hypothesis import strategies as st

from simulators.tecan_cavro.frames import Reader, Request, addresses, dt_answer, oem_answer

ZR = bytes.fromhex("02 31 31 5A 52 03 09")
ZR_AGAIN = bytes.fromhex("02 31 39 5A 52 03 01")
Q = bytes.fromhex("02 31 32 51 03 53")


def test_oem_command_vectors_are_read() -> None:
    """The computed command vectors are read with address, data and sequence."""
    assert [Request(0x31, "ZR", 0x31), Request(0x31, "ZR", 0x39), Request(0x31, "Q", 0x32)] == Reader().feed(
        ZR + ZR_AGAIN + Q
    )


def test_oem_answer_vectors() -> None:
    """Idle, busy and position answers carry the right checksum."""
    assert bytes.fromhex("02 30 60 03 51") == oem_answer(0x60, "")
    assert bytes.fromhex("02 30 40 03 71") == oem_answer(0x40, "")
    assert bytes.fromhex("02 30 60 33 30 30 30 03 52") == oem_answer(0x60, "3000")


def test_dt_answer_example() -> None:
    """The manual's answer to a position report is framed so."""
    assert dt_answer(0x60, "3000") == b"/0`3000\x03\r\n"


@given(st.integers(0, 255), st.integers(0, len(ZR) - 1))
def test_one_wrong_byte_never_executes_the_original(value: int, at: int) -> None:
    """A frame with one byte changed is not read as the command it was."""
    spoilt = bytearray(ZR)
    spoilt[at] = value
    expected = [Request(0x31, "ZR", 0x31)] if bytes(spoilt) == ZR else []
    assert expected == Reader().feed(bytes(spoilt))


@given(st.binary(max_size=20).filter(lambda noise: not set(noise) & {0x02, 0x03, 0x2F}))
def test_bytes_outside_frames_are_ignored(noise: bytes) -> None:
    """Noise between frames changes nothing, and frames may come a byte at a time."""
    reader = Reader()
    stream = noise + Q + noise + b"/1?\r" + noise + ZR
    requests = [request for byte in stream for request in reader.feed(bytes((byte,)))]
    assert [Request(0x31, "Q", 0x32), Request(0x31, "?"), Request(0x31, "ZR", 0x31)] == requests


def test_addresses_of_switches() -> None:
    """Switch n answers at 0x31 + n and obeys its pair, its quad and everybody's address."""
    assert (ord("1"), frozenset(map(ord, "AQ_"))) == addresses(0)
    assert (ord(":"), frozenset(map(ord, "IY_"))) == addresses(9)
    assert (ord("?"), frozenset(map(ord, "O]_"))) == addresses(14)
