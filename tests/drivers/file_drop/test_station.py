"""An instrument with a folder for its whole address: read, checked, described, served, connected to and met again."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

import autosynth.cli.simulate as simulate
from autosynth.clock import LoopClock, run_real, run_virtual
from autosynth.contracts.spectrometer import Exposure, Spectrometer
from autosynth.engine.bench import connect, memory_folders, memory_ports, real_ports
from autosynth.errors import InputError, NotConnectedError
from autosynth.station import drivers
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station, parse_station
from autosynth.station.model import Station
from autosynth.station.schemafile import station_schema
from autosynth.wire.address import AddressKind
from autosynth.wire.memory import MemoryBench
from simulators.bench import open_bench
from simulators.serve import Server
from tests.autosynth.cli.calling import DOSE, call, place
from tests.autosynth.cli.calling import STATION as ONE_VESSEL
from tests.drivers.file_drop.texts import JCAMP
from tests.simulators.file_drop.exposing import ExposingBench

IR = """\
  ir:
    driver: file_drop
    address: {folder: "%s"}
    options: {techniques: infrared, likely: 1 min, instrument: Alpha}
"""
EXPOSURE = Exposure("infrared", "run7-ir-1", 600.0)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the driver found, whatever was installed when this environment was made."""
    point = EntryPoint("file_drop", "drivers.file_drop:DRIVER", drivers.GROUP)
    known = {**drivers._installed(), point.name: point}
    monkeypatch.setattr(drivers, "_installed", lambda: known)


def text(folder: Path | str = "/mnt/ir", address: str = "") -> str:
    """Return the smallest station with an infrared spectrometer; `address` replaces the spectrometer's."""
    entry = IR % folder if not address else IR.replace('{folder: "%s"}', address)
    return ONE_VESSEL.read_text(encoding="utf-8").replace("devices:\n", "devices:\n" + entry, 1)


def station(folder: Path | str = "/mnt/ir") -> Station:
    """Return it read."""
    return parse_station(text(folder), "station.yaml")


def test_a_station_file_may_name_a_folder_alone() -> None:
    """It is an address of its own kind, which names what two processes must not share."""
    address = station().devices["ir"].address
    assert (address.kind, address.folder, str(address), address.port) == (
        AddressKind.FOLDER,
        "/mnt/ir",
        "folder:/mnt/ir",
        "folder:/mnt/ir",
    )


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (text(address='{tcp: "a:1", folder: /mnt/ir}'), "ir: file_drop has no conversation, only a folder"),
        (text(address="{folder: /mnt/ir, baud: 9600}"), "'baud' is nothing of a folder"),
        (text(address="{folder: }"), "address"),
        (text().replace("{serial: /dev/ttyUSB1, baud: 9600, framing: 7E1}", "{folder: /x}"), "a folder is no port"),
        (text().replace("techniques: infrared", "techniques: alchemy"), "'alchemy' is none of"),
    ],
)
def test_what_does_not_go_together_is_said(written: str, complaint: str) -> None:
    """A driver that talks wants a port, one that only looks wants a folder and nothing else."""
    with pytest.raises(InputError, match=complaint):
        parse_station(written, "station.yaml")


def test_the_schema_takes_a_folder_beside_a_port_or_alone() -> None:
    """And still nothing else."""
    address = station_schema()["$defs"]["DeviceEntry"]["properties"]["address"]
    for good in ({"folder": "/mnt/ir"}, {"tcp": "a:1", "folder": "/mnt/nmr"}, {"serial": "/dev/x"}):
        jsonschema.validate(good, address)
    for bad in ({}, {"baud": 9600}, {"memory": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, address)


def test_the_bench_description_gives_it_an_address_of_its_own() -> None:
    """Two instruments that share a folder are two on the bench."""
    second = (IR % "/mnt/ir").replace("ir:", "uv:").replace("techniques: infrared", "techniques: uv_vis")
    shared = parse_station(text().replace("devices:\n", "devices:\n" + second, 1), "station.yaml")
    described = bench_description(shared, Inventory.full(shared))["devices"]
    assert {name: described[name]["address"] for name in ("ir", "uv", "pump")} == {
        "ir": "ir",
        "uv": "uv",
        "pump": "serial:/dev/ttyUSB0",
    }
    assert described["ir"]["options"]["techniques"] == "infrared"
    bench = open_bench({"devices": {name: described[name] for name in ("ir", "uv")}}, 0, ())
    kinds = {name: each["kind"] for name, each in bench.addresses().items()}
    assert kinds == {"ir": "folder", "uv": "folder"}


def test_devices_lists_it_on_the_simulated_bench(tmp_path: Path) -> None:
    """With the station's word for the instrument, and its folder."""
    (tmp_path / "station.yaml").write_text(text(), encoding="utf-8")
    listed = call("devices", tmp_path / "station.yaml", "--sim", "--json").json["devices"]
    found = next(each for each in listed if each["name"] == "ir")
    assert (found["driver"], found["address"], found["model"]) == ("file_drop", "folder:/mnt/ir", "Alpha")


def test_there_is_no_conversation_to_record(tmp_path: Path) -> None:
    """It is said, and no file is written."""
    (tmp_path / "station.yaml").write_text(text(), encoding="utf-8")
    refused = call("record", tmp_path / "station.yaml", "ir", tmp_path / "ir.txt")
    assert "ir only writes files" in refused.err
    assert not (tmp_path / "ir.txt").exists()


def test_a_run_goes_on_beside_it(tmp_path: Path) -> None:
    """A recipe that measures nothing runs on a station that has it, and its files would be in the run's folder."""
    recipe = place(tmp_path, DOSE)
    (tmp_path / "station.yaml").write_text(text(), encoding="utf-8")
    ran = call("run", recipe, "--sim", "--json", "--runs", tmp_path / "runs")
    assert ran.code == 0, ran.err
    assert [each.is_dir() for each in (tmp_path / "runs").rglob("instruments/ir")] == [True]


def collected(root: Path, only: Sequence[str]) -> tuple[str, Mapping[str, bytes], bytes]:
    """Return what was collected from a bench in memory, its data, and the bytes that the instrument wrote last."""

    async def main() -> tuple[str, Mapping[str, bytes], bytes]:
        clock = LoopClock(asyncio.get_running_loop())
        bench = Both({"techniques": "infrared", "acquisition_s": 60.0})
        memory = MemoryBench(bench, clock)  # type: ignore[arg-type]
        folders = memory_folders(memory, root)
        connections = await connect(station(), memory_ports(memory), clock, only=only, folders=folders)
        try:
            device = cast("Spectrometer", connections.devices["ir"])
            bench.put(clock.now(), "infrared", EXPOSURE.name)
            outcome = await device.collect(EXPOSURE)
            assert 66.0 <= clock.now() <= 70.0
            return outcome.note, await device.data(EXPOSURE.name), bench.last
        finally:
            assert await connections.aclose() == []

    return run_virtual(main())


class Both:
    """A whole simulated bench, with a spectrometer whose twin shows what a test puts in."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        described = bench_description(station(), Inventory.full(station()))
        described["devices"].pop("ir")
        self._others = open_bench(described, 0, ())
        self._drop = ExposingBench(options)
        self.put = self._drop.put
        self.last = b""

    def connect(self, address: str, t_s: float) -> Any:
        return self._others.connect(address, t_s)

    def advance(self, t_s: float) -> float | None:
        due = [each for each in (self._others.advance(t_s), self._drop.bench.advance(t_s)) if each is not None]
        return min(due, default=None)

    def files(self) -> list[tuple[str, bytes]]:
        found = [(path.replace("device/", "ir/", 1), content) for path, content in self._drop.bench.files()]
        self.last = found[-1][1] if found else self.last
        return found


@pytest.mark.parametrize("only", [["ir"], ["ir", "pump", "hotplate"]])
def test_a_file_is_collected_in_memory(only: Sequence[str], tmp_path: Path) -> None:
    """With instruments that talk beside it or none, when no stream wakes the bench."""
    note, data, last = collected(tmp_path, only)
    assert note == "run7-ir-1.dx"
    assert data == {"run7-ir-1.dx": last}


def test_a_real_folder_is_connected_to_and_met_again(tmp_path: Path) -> None:
    """No port is opened for it; a share that was gone is there again by reconnecting."""
    share = tmp_path / "share"

    async def main() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        join = partial(connect, station(share), real_ports(clock), clock, only=["ir"])
        with pytest.raises(NotConnectedError, match=r"share is not there"):
            await join()
        share.mkdir()
        connections = await join()
        assert (connections.lost, connections.exchanges, connections.last_exchange("ir")) == ([], 0, (b"", b""))
        share.rename(tmp_path / "away")
        with pytest.raises(NotConnectedError, match=r"share is not there"):
            await connections.reconnect("ir")
        (tmp_path / "away").rename(share)
        await connections.reconnect("ir")
        (share / "run7-ir-1.dx").write_bytes(JCAMP)
        device = cast("Spectrometer", connections.devices["ir"])
        assert await device.data(EXPOSURE.name) == {"run7-ir-1.dx": JCAMP}
        assert await connections.aclose() == []

    run_real(main())


def test_a_served_bench_writes_into_the_folder_of_the_ready_station(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is there before the first file, and the ready station's address is that folder."""
    (tmp_path / "station.yaml").write_text(text(), encoding="utf-8")
    ready = tmp_path / "ready.yaml"
    seen: list[Path] = []

    def serve(
        bench: Mapping[str, Any],
        seed: int,
        faults: Sequence[str],
        speed: float,
        folder: str,
        announce: Callable[[Mapping[str, str], str], None],
    ) -> None:
        server = Server(open_bench(bench, seed, faults), speed, Path(folder), time.monotonic)
        with server.standing():
            announce(server.targets(), server.query.port.target)
            where = Path(load_station(ready).devices["ir"].address.folder)
            assert where.is_dir()
            seen.append(where.relative_to(folder))

    monkeypatch.setattr(simulate, "_server", lambda: serve)
    assert simulate.serve_bench(tmp_path / "station.yaml", 0, 1.0, (), ready) == 0
    assert seen == [Path("files/ir")]


def test_a_served_instrument_drops_its_file(tmp_path: Path) -> None:
    """Nobody connects to it; its file comes in its time and is whole."""
    bench = ExposingBench({"techniques": "infrared", "acquisition_s": 30.0})
    server = Server(bench.bench, 1000.0, tmp_path, time.monotonic)
    assert server.targets() == {"device": f"folder:{tmp_path / 'files' / 'device'}"}
    with server.standing():
        bench.put(0.0, "infrared", "a")
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            query = int(server.query.port.target.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", query), 20.0) as asked, asked.makefile("rb") as reader:
                asked.sendall(b"truth after 60\n")
                assert json.loads(reader.readline())["devices"]["device"]["files"] == 1
            assert (tmp_path / "files" / "device" / "a.dx").read_bytes().rstrip().endswith(b"##END=")
        finally:
            server.end()
            thread.join()
