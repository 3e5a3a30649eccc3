from typing import Any

import numpy as np
import pytest

from simulators.device import Build, Face
from simulators.ika_ret.face import IkaFace, build
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = IkaFace
_BUILD: Build = build


class Host:
    """Sends lines and returns what comes back."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin()
        spec = {"options": {"noise_c": 0.0, **options}, "vessel": "reactor"}
        self.face = build("hotplate", spec, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def send(self, line: str) -> bytes:
        self.face.receive(self.t_s, line.encode() + b"\r\n")
        return b"".join(answer for _, answer in self.face.collect(self.t_s))

    def wait(self, seconds: float) -> None:
        until_s = self.t_s + seconds
        while (wake_s := self.face.advance(min(self.t_s, until_s))) is not None and wake_s <= until_s:
            self.t_s = wake_s
        self.t_s = until_s
        self.face.advance(self.t_s)


def test_queries_are_answered_with_value_and_channel() -> None:
    """Name, readings and set-points come back with their channel behind a space."""
    host = Host()
    assert [host.send(line) for line in ("IN_NAME", "IN_PV_1", "IN_PV_4", "IN_SP_1", "IN_SP_3")] == [
        b"RCT digital\r\n",
        b"22.0 1\r\n",
        b"0.0 4\r\n",
        b"0.0 1\r\n",
        b"300.0 3\r\n",
    ]


@pytest.mark.parametrize(
    "line",
    ["OUT_SP_1 60", "START_1", "STOP_1", "OUT_SP_4 400", "START_4", "STOP_4", "RESET", "in_pv_1", "IN_PV_9", "X" * 90],
)
def test_orders_and_nonsense_get_no_reply(line: str) -> None:
    """Only queries the instrument knows are answered."""
    assert Host().send(line) == b""


def test_spaces_and_split_lines_are_forgiven() -> None:
    """Spaces about the line and a line in pieces do not matter; a spaced unit answers spaced."""
    host = Host(spaced=True)
    host.face.receive(10.0, b"  IN_S")
    host.face.receive(10.0, b"P_1 \r \n")
    assert [data for _, data in host.face.collect(10.0)] == [b"0.0 1 \r \n"]


def test_heating_waits_for_start_and_reaches_the_set_point() -> None:
    """The set-point alone heats nothing; after START_1 the twin's vessel is at 60 C within the hour."""
    host = Host()
    host.send("OUT_SP_1 60.0")
    host.wait(600)
    assert host.twin.temperature("reactor", host.t_s) == pytest.approx(22.0)
    host.send("START_1")
    host.wait(3600)
    assert host.twin.temperature("reactor", host.t_s) == pytest.approx(60.0, abs=0.1)
    assert host.send("IN_PV_1") == b"60.0 1\r\n"
    assert float(host.send("IN_PV_2").split()[0]) > 61.0
    host.send("STOP_1")
    host.wait(7200)
    assert host.send("IN_PV_1") == b"22.0 1\r\n"


def test_the_motor_runs_up_after_start() -> None:
    """Speed is 0 until START_4, then climbs to the set-point; the twin is told."""
    host = Host()
    host.send("OUT_SP_4 600")
    assert host.send("IN_PV_4") == b"0.0 4\r\n"
    host.send("START_4")
    host.wait(1)
    assert host.send("IN_PV_4") == b"300.0 4\r\n"
    host.wait(1)
    assert host.send("IN_PV_4") == b"600.0 4\r\n"
    assert host.twin.stirs[-1] == ("reactor", 600.0, 10.0)


@pytest.mark.parametrize(
    ("line", "query", "kept"), [("OUT_SP_1 400", "IN_SP_1", b"0.0 1\r\n"), ("OUT_SP_4 20", "IN_SP_4", b"0.0 4\r\n")]
)
def test_set_points_out_of_range_are_ignored(line: str, query: str, kept: bytes) -> None:
    """The old set-point stays."""
    host = Host()
    host.send(line)
    assert host.send(query) == kept


def test_watchdog_1_switches_everything_off_until_the_power_is_cycled() -> None:
    """After 20 s of silence heater and motor are off and will not start again; the power cycle helps."""
    host = Host()
    for line in ("OUT_SP_1 60", "OUT_SP_4 400", "START_1", "START_4"):
        host.send(line)
    assert host.send("OUT_WD1@20") == b"20\r\n"
    host.wait(19)
    host.send("IN_PV_1")
    host.wait(19)
    assert host.face.state()["heating"]
    host.wait(2)
    assert {"heating": False, "stirring": False, "error": "Er02"}.items() <= host.face.state().items()
    host.send("START_1")
    assert not host.face.state()["heating"]
    host.face.power_cycle(host.t_s)
    host.wait(5)
    host.send("START_1")
    assert host.face.state()["heating"]


def test_watchdog_2_falls_back_to_its_own_set_points() -> None:
    """After the silence the fallback temperature and speed are in force until the watchdog is cleared."""
    host = Host()
    assert [host.send(line) for line in ("OUT_SP_12@30", "OUT_SP_42@100", "OUT_WD2@30")] == [
        b"30\r\n",
        b"100\r\n",
        b"30\r\n",
    ]
    for line in ("OUT_SP_1 60", "OUT_SP_4 400", "START_1", "START_4"):
        host.send(line)
    assert host.face.advance(host.t_s) == pytest.approx(40.0)
    host.wait(31)
    assert {
        "target_c": 30.0,
        "target_rpm": 100.0,
        "heating": True,
        "stirring": True,
    }.items() <= host.face.state().items()
    assert host.twin.stirs[-1] == ("reactor", 100.0, 40.0)
    host.send("OUT_SP_1 60")
    assert host.send("IN_SP_1") == b"30.0 1\r\n"
    host.send("OUT_WD2@0")
    host.send("OUT_SP_1 60")
    assert host.send("IN_SP_1") == b"60.0 1\r\n"


@pytest.mark.parametrize("line", ["OUT_WD1@5", "OUT_WD2@1501", "OUT_SP_WD1@30", "OUT_WD1@x"])
def test_watchdog_nonsense_is_ignored(line: str) -> None:
    """A time out of range or another spelling arms nothing and echoes nothing."""
    host = Host()
    assert host.send(line) == b""
    assert host.face.advance(host.t_s) is None


def test_a_strict_watchdog_is_fed_by_its_own_command_only() -> None:
    """With `fed_by_any` off a query does not keep it quiet."""
    host = Host(fed_by_any=False)
    host.send("OUT_WD1@20")
    host.wait(15)
    host.send("IN_PV_1")
    host.wait(6)
    assert host.face.state()["error"] == "Er02"


def test_the_plates_safety_temperature_cuts_out() -> None:
    """A plate hotter than its safety temperature goes cold and stays off."""
    host = Host(safety_c=100.0)
    host.send("OUT_SP_1 150")
    host.send("START_1")
    host.wait(600)
    assert host.face.state()["cut_out"]
    assert not host.face.state()["heating"]


def test_a_stuck_sensor_keeps_reading_while_the_vessel_gets_hot() -> None:
    """The reading stays at 22 C; the controller pushes on and the vessel passes the set-point."""
    host = Host()
    host.send("OUT_SP_1 60")
    host.face.inject(10.0, "stuck_sensor", {"for": 3000.0})
    host.send("START_1")
    host.wait(2000)
    assert host.send("IN_PV_1") == b"22.0 1\r\n"
    assert host.twin.temperature("reactor", host.t_s) > 70.0
    host.wait(2000)
    assert float(host.send("IN_PV_1").split()[0]) > 50.0


def test_a_stale_sensor_is_answered_again_while_the_plate_goes_on() -> None:
    """The answer stays, the vessel does not, and afterwards the truth is answered."""
    host = Host(noise_c=0.03)
    host.send("OUT_SP_1 60")
    host.send("START_1")
    host.wait(600)
    first = host.send("IN_PV_1")
    host.face.inject(host.t_s, "stale_sensor", {"for": 300.0})
    host.send("STOP_1")
    host.wait(299)
    assert host.send("IN_PV_1") == first
    assert host.twin.temperature("reactor", host.t_s) < 50.0
    host.wait(2)
    assert float(host.send("IN_PV_1").split()[0]) == pytest.approx(host.twin.temperature("reactor", host.t_s), abs=0.2)


def test_a_drifting_sensor_leads_the_plate_astray() -> None:
    """After two hours of 3 K/h the reading is at the set-point and the vessel six kelvin below it."""
    host = Host()
    host.send("OUT_SP_1 50")
    host.send("START_1")
    host.wait(3600)
    host.face.inject(host.t_s, "drift", {"per_h": 3.0})
    host.wait(7200)
    assert float(host.send("IN_PV_1").split()[0]) == pytest.approx(50.0, abs=0.2)
    assert host.twin.temperature("reactor", host.t_s) == pytest.approx(44.0, abs=0.2)
    host.send("STOP_1")
    assert host.face.advance(host.t_s) is None


def test_more_liquid_heats_more_slowly() -> None:
    """The heat capacity follows the vessel's content."""
    small, large = Host(), Host()
    large.twin.liquid_ml = 200.0
    for host in (small, large):
        host.send("OUT_SP_1 60")
        host.send("START_1")
        host.wait(120)
    assert large.twin.temperature("reactor", 130.0) < small.twin.temperature("reactor", 130.0) - 5.0
