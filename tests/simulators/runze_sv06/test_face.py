from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.device import Build, Face
from simulators.runze_sv06.face import RunzeFace, build, frame
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = RunzeFace
_BUILD: Build = build

RESET = bytes.fromhex("CC 00 45 00 00 DD EE 01")
GO_3 = bytes.fromhex("CC 00 44 03 00 DD F0 01")
STATUS = bytes.fromhex("CC 00 4A 00 00 DD F3 01")
POSITION = bytes.fromhex("CC 00 3E 00 00 DD E7 01")
BUSY = bytes.fromhex("CC 00 04 00 00 DD AD 01")
OK = bytes.fromhex("CC 00 00 00 00 DD A9 01")


class Host:
    """Sends frames and returns the answers."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin()
        self.face = build("selector", {"options": options}, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def send(self, data: bytes) -> bytes:
        self.face.receive(self.t_s, data)
        return b"".join(answer for _, answer in self.face.collect(self.t_s))

    def ask(self, code: int, value: int = 0) -> tuple[int, int]:
        """Return status and value."""
        answer = self.send(frame(0, code, value))
        return answer[2], answer[3] | answer[4] << 8

    def rest(self) -> float:
        while (wake_s := self.face.advance(self.t_s)) is not None:
            self.t_s = wake_s
        return self.t_s


def test_the_vectors_turn_the_valve() -> None:
    """Go to port 3 is acknowledged at once, busy while it turns, then port 3 is reported."""
    host = Host(port=1)
    assert host.send(GO_3) == OK
    assert host.send(STATUS) == BUSY
    assert host.rest() == pytest.approx(10.8)
    assert host.send(STATUS) == OK
    assert host.send(POSITION) == bytes.fromhex("CC 00 00 03 00 DD AC 01")
    assert host.twin.turns == [("selector", "1", 0.0), ("selector", None, 10.0), ("selector", "3", 10.8)]


def test_a_bus_valve_acknowledges_with_executing() -> None:
    """Over RS-485 the turn's answer is FE, and polling still tells the end."""
    host = Host(port=1, link="rs485")
    assert host.ask(0x44, 2) == (0xFE, 0)
    host.rest()
    assert host.ask(0x4A) == (0, 0)


def test_the_shorter_way_is_taken() -> None:
    """From port 1 of 6, port 6 is one port away and port 4 three."""
    host = Host(port=1)
    host.ask(0x44, 6)
    assert host.rest() == pytest.approx(10.4)
    host.ask(0x44, 3)
    assert host.rest() == pytest.approx(11.6)


def test_reset_closes_all_ports() -> None:
    """After a reset the valve stands between the last port and the first."""
    host = Host(port=2)
    assert host.send(RESET) == OK
    host.rest()
    assert host.ask(0x3E) == (0, 0)
    assert host.twin.turns[-1][1] is None
    assert host.face.state()["port"] is None


def test_position_is_unknown_after_power_up() -> None:
    """Status 6 until homed or turned; a turn then looks for its home first, which takes longer."""
    host = Host(port=3)
    host.face.power_cycle(10.0)
    assert host.send(STATUS) == b""
    host.t_s = 12.0
    assert host.ask(0x3E) == (6, 0)
    host.ask(0x44, 3)
    assert host.rest() == pytest.approx(12.0 + 2 * 2.5 * 0.4)
    assert host.ask(0x3E) == (0, 3)


def test_a_strict_valve_refuses_to_turn_from_nowhere() -> None:
    """With `refuses_unknown` a turn before homing is status 6."""
    host = Host(refuses_unknown=True)
    assert host.ask(0x44, 3) == (6, 0)
    host.send(RESET)
    host.rest()
    assert host.ask(0x44, 3) == (0, 0)


def test_power_lost_in_a_turn_leaves_the_valve_closed() -> None:
    """Neither the old nor the new port is open afterwards, and the position is unknown."""
    host = Host(port=1)
    host.ask(0x44, 3)
    host.face.power_cycle(10.4)
    host.t_s = 12.0
    assert host.ask(0x3E) == (6, 0)
    assert host.face.state()["port"] is None


@pytest.mark.parametrize(("code", "value", "status"), [(0x44, 7, 2), (0x44, 0, 2), (0x99, 0, 0xFF)])
def test_refusals(code: int, value: int, status: int) -> None:
    """A port that is not there is a parameter error; an unknown code an unknown error."""
    assert Host(port=1).ask(code, value)[0] == status


def test_a_turning_valve_refuses_another_turn_and_can_be_stopped() -> None:
    """Busy to a second turn; stop tells the steps left and leaves it closed."""
    host = Host(port=1)
    host.ask(0x44, 4)
    host.t_s = 10.6
    assert host.ask(0x44, 2) == (4, 0)
    status, steps = host.ask(0x49)
    assert status == 0
    assert steps == pytest.approx(1.5 * 533, abs=1)
    assert host.ask(0x3E) == (6, 0)


def test_a_jam_is_reported_as_stalled() -> None:
    """A stalled turn shows 5 in the motor's status and an unknown position, until the next turn."""
    host = Host(port=1)
    host.ask(0x44, 3)
    host.face.inject(10.3, "stall", {})
    host.t_s = 11.0
    assert host.ask(0x4A) == (5, 0)
    assert host.ask(0x3E) == (6, 0)
    host.send(RESET)
    host.rest()
    assert host.ask(0x4A) == (0, 0)


def test_busy_forever() -> None:
    """A valve stuck busy answers 4 to everything but stop."""
    host = Host(port=1)
    host.face.inject(10.0, "busy_forever", {})
    host.t_s = 1000.0
    assert host.send(STATUS) == BUSY


def test_another_address_and_a_factory_frame() -> None:
    """Frames for others are ignored; a factory frame changes the address."""
    host = Host(port=1)
    assert host.send(frame(5, 0x4A, 0)) == b""
    body = bytes((0xCC, 0, 0, 0xFF, 0xEE, 0xBB, 0xAA, 5, 0, 0, 0, 0xDD))
    host.send(body + sum(body).to_bytes(2, "little"))
    assert host.send(frame(5, 0x4A, 0)) == frame(5, 0, 0)


def test_a_wrong_sum_is_a_frame_error() -> None:
    """A frame whose sum is wrong is answered with status 1 and turns nothing."""
    host = Host(port=1)
    assert host.send(GO_3[:-2] + b"\xf1\x01") == frame(0, 1, 0)
    assert host.rest() == 10.0


@given(st.lists(st.integers(0, 7), max_size=6), st.binary(max_size=6).filter(lambda noise: 0xCC not in noise))
def test_frames_may_come_in_pieces_after_noise(cuts: list[int], noise: bytes) -> None:
    """However the stream is cut, the frame is answered once."""
    host = Host(port=1)
    stream = noise + STATUS
    pieces = sorted({0, *(min(cut, len(stream)) for cut in cuts), len(stream)})
    answers = [host.send(stream[a:b]) for a, b in pairwise(pieces)]
    assert b"".join(answers) == OK
