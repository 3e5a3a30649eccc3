"""The sensors are read as long as the run lasts, and an instrument that leaves what was set is noticed."""

from pathlib import Path

import pytest

from autosynth.contracts.device import Identity
from autosynth.contracts.thermal import Thermostat
from autosynth.engine.machine import RunState
from autosynth.engine.sampler import Sampler
from drivers.ika_ret.device import IkaHotplate
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
HOT = STIR + "- heat: {vessel: reactor, to: 40 °C, within: 60 min, tolerance: 2 K}\n"
WAIT = "- wait: {for: 30 min, tolerance: 300 min}\n"
HELD = event_of("state", to="HELD")


def reading(lab: Lab, monkeypatch: pytest.MonkeyPatch, at_s: float, happens: str) -> None:
    """Let one reading after `at_s` fail by a defect, or take 40 s."""
    read, done = IkaHotplate.read_temperature, list[str]()

    async def strange(self: IkaHotplate) -> float:
        assert lab.open is not None
        if not done and lab.open.clock.now() > at_s:
            done.append(happens)
            if happens == "defect":
                raise ValueError("no float")
            await lab.open.clock.sleep(40.0)
        return await read(self)

    monkeypatch.setattr(IkaHotplate, "read_temperature", strange)


def test_a_defect_in_reading_holds_and_the_sampling_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect is on record; after a restart the sensors are read as before."""
    lab = prepare(tmp_path, STIR + WAIT)
    reading(lab, monkeypatch, 100.0, "defect")
    end = lab.run(Order("restart", 30.0, after=HELD))
    assert end.state is RunState.COMPLETE
    assert [event.payload["error"] for event in lab.of_kind("fault")] == ["ValueError"]
    holding = [event for event in lab.of_kind("state") if event.payload["to"] == "HOLDING"]
    assert [event.payload["who"] for event in holding] == ["interlock"]


def test_a_host_that_slept_holds_and_a_restart_rearms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watchdog has tripped meanwhile; a restart clears and arms it, and sets again what the run had set."""
    lab = prepare(tmp_path, HOT + WAIT)
    reading(lab, monkeypatch, 1500.0, "suspended")
    seen: list[tuple[object, ...]] = []

    def look(t_s: float) -> None:
        assert lab.host is not None
        plate = lab.host.truth()["devices"]["hotplate"]
        seen.append(tuple(plate[key] for key in ("watchdog_limited", "watchdog", "heating", "target_c", "target_rpm")))

    for t_s in (1550.0, 1700.0):
        lab.at(t_s, look)
    end = lab.run(Order("restart", 60.0, after=HELD))
    assert end.state is RunState.COMPLETE
    assert seen == [(True, 2, False, 0.0, 200.0), (False, 2, True, 40.0, 400.0)]
    assert any("the host was suspended" in str(event.payload["reason"]) for event in lab.of_kind("state"))


def test_a_plate_that_lost_its_power_is_noticed(tmp_path: Path) -> None:
    """It stands: a deviation and a Hold within seconds; a restart sets it going."""
    lab = prepare(tmp_path, HOT + WAIT, faults=["hotplate:power_cycle@t=1500"])
    end = lab.run(Order("restart", 60.0, after=HELD))
    assert end.state is RunState.COMPLETE
    (lost,) = [event for event in lab.of_kind("deviation") if event.payload["what"] == "setting lost"]
    assert 1500.0 < lost.t_s < 1530.0
    assert lost.payload["device"] == "hotplate"


def test_a_plate_that_only_heats_and_lost_its_power_is_noticed(tmp_path: Path) -> None:
    """Nothing turns and the setpoint reads as before; but vessel and plate cool, and that is a Hold within minutes."""
    heat = "- heat: {vessel: reactor, to: 40 °C, within: 60 min, tolerance: 2 K}\n"
    lab = prepare(tmp_path, heat + WAIT, faults=["hotplate:power_cycle@t=1500"])
    seen: list[float] = []
    lab.at(1850.0, lambda _: seen.append(lab.session.temperatures["reactor"]))
    end = lab.run(Order("restart", 60.0, after=HELD))
    assert end.state is RunState.COMPLETE
    (lost,) = [event for event in lab.of_kind("deviation") if event.payload["what"] == "setting lost"]
    assert 1500.0 < lost.t_s < 1650.0
    assert seen == [pytest.approx(40.0, abs=2.0)]


def test_a_sensor_that_stays_silent_holds_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every restart has its own three readings; a silent sensor is not forgotten after the first Hold."""
    lab = prepare(tmp_path, "- wait: {for: 30 min, tolerance: 300 min}\n")
    lab.at(100.0, lambda _: monkeypatch.setattr(Sampler, "_sample", unread))
    end = lab.run(Order("restart", 200.0), patience_s=400.0)
    assert end.state is RunState.HELD
    assert len([event for event in lab.of_kind("state") if event.payload["to"] == "HOLDING"]) == 2


async def unread(self: Sampler, vessel: str, sensor: Thermostat) -> bool:
    """Read nothing, whatever else the instrument answers."""
    return False


def test_another_instrument_on_the_port_is_not_commanded_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a lost port whoever answers must be who answered before; a restart does not go on with a stranger."""
    meet = IkaHotplate.connect

    async def stranger(self: IkaHotplate) -> Identity:
        found = await meet(self)
        return Identity("another plate") if lab.session.temperatures else found

    lab = prepare(tmp_path, STIR + WAIT, faults=["hotplate:unplug@t=100,for=5"])
    lab.at(50.0, lambda _: monkeypatch.setattr(IkaHotplate, "connect", stranger))
    end = lab.run(Order("restart", 30.0, after=HELD), patience_s=400.0)
    assert end.state is RunState.HELD
    assert "another plate" in end.history.hold_reason
