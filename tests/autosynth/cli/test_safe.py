"""`autosynth safe` tells every device, whatever stands in the way of another."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from autosynth.cli import safe
from autosynth.clock import VirtualClock, run_virtual
from autosynth.engine.bench import memory_ports, open_simulated
from autosynth.errors import DeviceRefusedError, NotConnectedError
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from autosynth.wire.bench import Bench
from autosynth.wire.memory import MemoryBench
from drivers.ika_ret.device import IkaHotplate
from drivers.tecan_cavro.device import CavroPump

POM = Path(__file__).parents[3] / "protocols" / "pom" / "station.yaml"


def made_safe(*faults: str) -> tuple[safe.Troubles, float, Bench]:
    """Make the simulated bench safe; return what stood in the way, how long it took and the bench."""
    station = load_station(POM)
    bench = open_simulated(bench_description(station, Inventory.full(station)), 0, faults)

    async def main() -> tuple[safe.Troubles, float]:
        clock = VirtualClock(asyncio.get_running_loop())
        troubles = await safe.make_safe(station, memory_ports(MemoryBench(bench, clock)), clock)
        return troubles, clock.now()

    return (*run_virtual(main()), bench)


@pytest.mark.parametrize("where", ["connect", "make_safe"])
def test_a_defect_in_one_driver_leaves_no_other_untold(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Not even who shares its port; the defect is told of both pumps that have it."""

    async def defect(self: CavroPump) -> None:
        raise ValueError("no float")

    monkeypatch.setattr(CavroPump, where, defect)
    troubles, _, bench = made_safe()
    assert [(name, type(error)) for name, error in troubles] == [("pump", ValueError), ("salt_pump", ValueError)]
    assert bench.truth()["devices"]["hotplate"]["stirring"] is True


def test_what_of_a_device_fails_keeps_nothing_else_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plate that refuses to be stopped is still given its safe speed and temperature."""

    async def refused(self: IkaHotplate) -> None:
        raise DeviceRefusedError("local mode", self.name)

    monkeypatch.setattr(IkaHotplate, "make_safe", refused)
    troubles, _, bench = made_safe()
    assert [(name, type(error)) for name, error in troubles] == [("hotplate", DeviceRefusedError)]
    assert bench.truth()["devices"]["hotplate"]["target_rpm"] == 200.0


def test_a_silent_device_keeps_nobody_on_another_port_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plate is told at once, while those that are silent are still waited for."""
    told: list[float] = []
    stop = IkaHotplate.make_safe

    async def noted(self: IkaHotplate) -> None:
        told.append(asyncio.get_running_loop().time())
        await stop(self)

    monkeypatch.setattr(IkaHotplate, "make_safe", noted)
    troubles, took_s, _ = made_safe("selector:silent@t=0", "pump:silent@t=0")
    assert [(name, type(error)) for name, error in troubles] == [
        ("pump", NotConnectedError),
        ("selector", NotConnectedError),
    ]
    assert told[0] < 0.5 < took_s


def test_a_defect_shows_itself_when_all_have_been_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every trouble is said before, with its device."""
    errors: list[tuple[str, Exception]] = [("pump", DeviceRefusedError("error 9", "pump")), ("plate", ValueError("x"))]

    async def found(*_: Any) -> safe.Troubles:
        return errors

    monkeypatch.setattr(safe, "make_safe", found)
    with pytest.raises(ValueError, match="x"):
        safe.make_station_safe(POM)
    said = capsys.readouterr()
    assert "error: pump: pump: error 9" in said.err
    assert "error: plate: ValueError: x" in said.err
    assert "NOT wholly safe" in said.out
    del errors[1]
    assert safe.make_station_safe(POM) == 5
