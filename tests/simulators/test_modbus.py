"""A simulated station on its line: what it answers, and what it leaves unanswered."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.modbus import (
    NO_ADDRESS,
    NO_VALUE,
    READ_HOLDING,
    WRITE_MANY,
    WRITE_ONE,
    Place,
    RefusalError,
    Station,
    crc,
)

BYTE_S = 10 / 9600
SILENCE_S = 3.5 * BYTE_S


class Cells:
    """Sixteen registers."""

    functions = frozenset({READ_HOLDING, WRITE_ONE, WRITE_MANY})

    def __init__(self) -> None:
        self.cells = list(range(16))

    def read(self, t_s: float, function: int, address: int) -> int:
        if address >= len(self.cells):
            raise RefusalError(NO_ADDRESS)
        return self.cells[address]

    def write(self, t_s: float, address: int, value: int) -> None:
        if address >= len(self.cells):
            raise RefusalError(NO_ADDRESS)
        if value == 0xDEAD:
            raise RefusalError(NO_VALUE)
        self.cells[address] = value


class Host:
    """Says frames and returns the answers."""

    def __init__(self) -> None:
        self.memory = Cells()
        self.station = Station(Place(5, 9600, 0.005), self.memory)
        self.t_s = 1.0

    def hear(self, data: bytes) -> None:
        self.t_s += len(data) * BYTE_S
        self.station.advance(self.t_s)
        self.station.receive(self.t_s, data)

    def wait(self, for_s: float = 0.1) -> bytes:
        self.t_s += for_s
        self.station.advance(self.t_s)
        return b"".join(data for _, data in self.station.collect())

    def ask(self, body: str, station: int = 5) -> str:
        frame = bytes((station,)) + bytes.fromhex(body)
        self.hear(frame + crc(frame))
        answer = self.wait()
        assert not answer or answer[-2:] == crc(answer[:-2])
        return answer[:-2].hex(" ")


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("03 00 02 00 02", "05 03 04 00 02 00 03"),
        ("06 00 01 00 03", "05 06 00 01 00 03"),
        ("10 00 01 00 02 04 00 0A 01 02", "05 10 00 01 00 02"),
        ("04 00 00 00 01", "05 84 01"),
        ("2B 0E 01 00", "05 ab 01"),
        ("03 00 10 00 01", "05 83 02"),
        ("03 FF FF 00 02", "05 83 02"),
        ("06 00 01 DE AD", "05 86 03"),
        ("03 00 00 00 00", "05 83 03"),
        ("03 00 00 00 7E", "05 83 03"),
        ("03 00 00", "05 83 03"),
        ("10 00 01 00 02 03 00 0A 01", "05 90 03"),
    ],
)
def test_answers_and_exceptions(said: str, answered: str) -> None:
    """Reading, writing one and several, and every way to be refused."""
    assert Host().ask(said) == answered.lower()


def test_other_addresses_and_wrong_sums_are_not_answered() -> None:
    """Nor obeyed."""
    host = Host()
    assert host.ask("06 00 01 00 09", station=6) == ""
    frame = bytes.fromhex("05 06 00 01 00 09")
    host.hear(frame + bytes(2))
    assert (host.wait(), host.memory.cells[1]) == (b"", 1)


def test_address_zero_is_obeyed_in_silence() -> None:
    """A broadcast."""
    host = Host()
    assert (host.ask("06 00 01 00 09", station=0), host.memory.cells[1]) == ("", 9)


def test_frames_without_a_silence_between_are_heard_by_nobody() -> None:
    """The second follows at once: what makes one long frame has no right sum."""
    host = Host()
    frame = bytes.fromhex("05 06 00 01 00 09")
    frame += crc(frame)
    host.hear(frame + frame)
    assert (host.wait(), host.memory.cells[1]) == (b"", 1)


def test_what_is_said_into_an_answer_is_lost() -> None:
    """The line is one: while the station speaks it hears nothing; after a silence it does."""
    host = Host()
    question = bytes.fromhex("05 03 00 00 00 04")
    question += crc(question)
    host.hear(question)
    host.wait(SILENCE_S)
    host.hear(question)
    assert host.wait() == b""
    assert host.ask("03 00 00 00 01") == "05 03 02 00 00"


@given(st.lists(st.integers(1, 7), max_size=6))
def test_a_frame_may_come_in_pieces_without_pauses(cuts: list[int]) -> None:
    """As long as no silence of 3.5 characters is between them."""
    host = Host()
    frame = bytes.fromhex("05 06 00 01 00 09")
    frame += crc(frame)
    edges = sorted({0, *cuts, len(frame)})
    for start, end in itertools.pairwise(edges):
        for byte in frame[start:end]:
            host.hear(bytes((byte,)))
        host.t_s += SILENCE_S / 4
    assert host.wait() == frame


def test_a_pause_within_a_frame_ends_it() -> None:
    """Both halves are no frames."""
    host = Host()
    frame = bytes.fromhex("05 06 00 01 00 09")
    frame += crc(frame)
    host.hear(frame[:4])
    host.t_s += 2 * SILENCE_S
    host.hear(frame[4:])
    assert (host.wait(), host.memory.cells[1]) == (b"", 1)


@given(st.binary(max_size=300))
def test_whatever_is_said_the_next_frame_is_answered(noise: bytes) -> None:
    """After a silence."""
    host = Host()
    host.hear(noise)
    host.wait()
    assert host.ask("03 00 0F 00 01").startswith("05 03 02")


@pytest.mark.parametrize("place", [Place(0, 9600, 0.0), Place(248, 9600, 0.0), Place(1, 0, 0.0)])
def test_impossible_places_are_refused(place: Place) -> None:
    """Addresses 1 to 247."""
    with pytest.raises(ValueError, match="1 to 247"):
        Station(place, Cells())
