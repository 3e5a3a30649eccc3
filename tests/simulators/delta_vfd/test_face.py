"""The simulated drive: registers, ramps, guards, silence, power; in bytes written here."""

from typing import Any

import numpy as np
import pytest

from simulators.delta_vfd.face import VfdFace, build
from simulators.device import Build, Face
from simulators.modbus import crc
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = VfdFace
_BUILD: Build = build
BYTE_S = 10 / 9600
RUN, STOP, RESET = "06 2000 0012", "06 2000 0001", "06 2002 0002"


class Host:
    """Says frames to a drive of 50 Hz with a jar at half of its output and returns the answers."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin()
        given = {"ratio": 0.5, "guard": "block", **options}
        self.face = build("mill", {"options": given}, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def ask(self, body: str) -> str:
        frame = b"\x01" + bytes.fromhex(body)
        frame += crc(frame)
        self.t_s += len(frame) * BYTE_S
        self.face.receive(self.t_s, frame)
        self.wait(0.05)
        answer = b"".join(data for _, data in self.face.collect(self.t_s))
        assert not answer or answer[-2:] == crc(answer[:-2])
        return answer[1:-2].hex()

    def wait(self, for_s: float) -> None:
        until_s = self.t_s + for_s
        while (wake_s := self.face.advance(self.t_s)) is not None and wake_s <= until_s:
            self.t_s = wake_s
        self.t_s = until_s
        self.face.advance(self.t_s)

    def word(self, register: int) -> int:
        return int(self.ask(f"03 {register:04x} 0001")[4:], 16)

    def run(self, hz: float) -> None:
        assert self.ask(f"06 2001 {round(hz * 100):04x}")
        assert self.ask(RUN)


def test_it_ramps_to_its_frequency_and_the_jar_follows() -> None:
    """50 Hz in 10 s, the jar at half of it; the twin hears one plan a change."""
    host = Host()
    host.run(30.0)
    assert host.word(0x2101) == 0x0503
    host.wait(3.0)
    assert 1500 < host.word(0x2103) < 1700
    host.wait(4.0)
    assert (host.word(0x2102), host.word(0x2103)) == (3000, 3000)
    ((mill, from_hz, to_hz, t0_s, t1_s),) = host.twin.shakes
    assert (mill, from_hz, to_hz, round(t1_s - t0_s, 6)) == ("mill", 0.0, 15.0, 6.0)
    host.ask(STOP)
    assert host.word(0x2101) == 0x0501
    host.wait(6.0)
    assert (host.word(0x2101), host.word(0x2103), host.word(0x2102)) == (0x0500, 0, 3000)
    assert host.twin.shakes[-1][1:3] == (15.0, 0.0)


def test_a_frequency_may_change_while_it_runs() -> None:
    """Without stopping."""
    host = Host()
    host.run(20.0)
    host.wait(5.0)
    host.ask("06 2001 0bb8")
    host.wait(3.0)
    assert host.word(0x2103) == 3000


def test_run_without_a_frequency_is_standby() -> None:
    """Bits 10; it runs once it has one."""
    host = Host()
    host.ask(RUN)
    assert host.word(0x2101) & 3 == 2
    host.ask("06 2001 03e8")
    assert host.word(0x2101) & 3 == 3


@pytest.mark.parametrize(("model", "fault"), [("delta_el", 8), ("delta_ms300", 49)])
def test_an_opened_guard_trips_it_and_coasts(model: str, fault: int) -> None:
    """The fault stays after the guard is closed, until it is reset; the door is locked until the jar has stood."""
    host = Host(model=model, silence_s=0.0)
    host.run(50.0)
    host.wait(12.0)
    host.twin.circuit("block").switch(host.t_s, closed=False)
    host.wait(1.0)
    assert (host.word(0x2100), host.word(0x2101) & 3) == (fault, 0)
    assert 3500 < host.word(0x2103) < 4500
    host.ask(RESET)
    assert host.word(0x2100) == fault
    host.twin.circuit("block").switch(host.t_s, closed=True)
    host.wait(6.0)
    assert (host.word(0x2103), host.face.state()["door_locked"]) == (0, True)
    host.ask(RUN)
    assert host.word(0x2101) & 3 == 0
    host.ask(RESET)
    assert host.word(0x2100) == 0
    host.wait(5.0)
    assert host.face.state()["door_locked"] is False


def test_a_guard_that_opens_at_rest_is_no_fault_and_running_with_it_open_is() -> None:
    """Loading a jar is no trouble."""
    host = Host()
    host.twin.circuit("block").switch(host.t_s, closed=False)
    assert host.word(0x2100) == 0
    host.run(30.0)
    assert (host.word(0x2100), host.word(0x2103)) == (8, 0)


@pytest.mark.parametrize(
    ("action", "fault", "running"), [("coast", 24, False), ("ramp", 24, False), ("warn", 0, True), ("ignore", 0, True)]
)
def test_silence_while_it_runs(action: str, fault: int, running: bool) -> None:
    """Other stations' frames are no words to it, nor are spoilt ones."""
    host = Host(action=action, silence_s=3.0)
    host.run(50.0)
    for body in (b"\x02\x03\x21\x00\x00\x01", b"\x01\x03\x21\x00\x00\x01\xff"):
        host.wait(1.4)
        frame = body + (crc(body) if body[0] == 2 else b"\x00")
        host.face.receive(host.t_s, frame)
    host.wait(1.0)
    state = host.face.state()
    assert (state["fault"], state["running"]) == (fault, running)


def test_silence_at_rest_is_nothing_and_the_timeout_can_be_read_and_set() -> None:
    """Tenths of a second."""
    host = Host(silence_s=3.0)
    assert (host.word(0x0903), host.word(0x0902)) == (30, 2)
    host.wait(20.0)
    assert host.word(0x2100) == 0
    host.ask("06 0903 0014")
    host.run(20.0)
    host.wait(2.1)
    assert host.word(0x2100) == 24


def test_losing_power_forgets_the_frequency_and_never_runs_on() -> None:
    """The jar coasts; while it boots it is deaf."""
    host = Host()
    host.run(30.0)
    host.wait(8.0)
    host.face.power_cycle(host.t_s)
    assert host.ask("03 2100 0005") == ""
    host.wait(5.0)
    assert host.ask("03 2100 0005") == "030a" + "00000500" + "0000" + "0000" + "0000"
    assert host.twin.shakes[-1][1:3] == (15.0, 0.0)


@pytest.mark.parametrize(("source", "bits"), [("frequency_source", 0x0400), ("command_source", 0x0100)])
def test_a_source_that_is_not_the_line_is_confirmed_and_ignored(source: str, bits: int) -> None:
    """Nothing turns."""
    host = Host(**{source: "keypad"})
    host.run(30.0)
    host.wait(2.0)
    assert (host.word(0x2101) & 0x0500, host.word(0x2103)) == (bits, 0)


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ("06 2001 1389", "8603"),
        ("06 2010 0000", "8602"),
        ("03 2200 0001", "8302"),
        ("06 0902 0004", "8603"),
        ("04 2100 0001", "8401"),
        ("10 2000 0002 04 0012 0bb8", "1020000002"),
    ],
)
def test_what_it_refuses_and_takes(body: str, answered: str) -> None:
    """Too high a frequency, registers that are not there, functions that it does not have."""
    assert Host().ask(body) == answered


def test_faults_of_its_own_trip_it() -> None:
    """With the number that was asked for."""
    host = Host()
    host.run(30.0)
    host.wait(2.0)
    host.face.inject(host.t_s, "drive_fault", {"code": 5.0})
    assert host.word(0x2100) == 5
    with pytest.raises(ValueError, match="drive_fault"):
        host.face.inject(host.t_s, "stall", {})


@pytest.mark.parametrize("options", [{"model": "x"}, {"action": "x"}, {"ratio": 0.0}, {"address": 0}, {"speed": 1}])
def test_impossible_options_are_refused(options: dict[str, Any]) -> None:
    """Nobody runs an experiment on them."""
    with pytest.raises(ValueError, match=r".+"):
        Host(**options)
