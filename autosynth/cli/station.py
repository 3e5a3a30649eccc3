"""`autosynth devices|record`: a station without a recipe."""

import asyncio
import json
import tempfile
from collections.abc import Coroutine
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from autosynth.cli.exits import Exit
from autosynth.cli.simulate import WRITTEN
from autosynth.clock import LoopClock, VirtualClock, run_real, run_virtual
from autosynth.engine.bench import (
    Connections,
    connect,
    memory_folders,
    memory_ports,
    open_simulated,
    real_ports,
)
from autosynth.engine.inputs import read_text, utc_now
from autosynth.errors import InputError, Problem
from autosynth.station.bench import bench_description
from autosynth.station.drivers import driver_entry
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from autosynth.station.locks import locked_station, this_process
from autosynth.station.model import Station
from autosynth.wire.memory import MemoryBench
from autosynth.wire.stream import Trace
from autosynth.wire.transcript import recorder

T = TypeVar("T")


def list_devices(path: Path, *, simulated: bool, as_json: bool) -> int:
    """Connect to every device and list who answers.

    Raises:
        InputError: the station file is wrong.
        LockedError: a live process has the station or one of its ports.
        NotConnectedError: a device does not answer, or is not the pinned one; all are named.
    """
    station = load_station(path)
    with nullcontext() if simulated else locked_station(station, this_process("devices")):
        rows = _run(_identify(station, simulated=simulated), simulated=simulated)
    if as_json:
        print(json.dumps({"station": station.name, "devices": rows}))
        return Exit.COMPLETE
    table = Table("device", "driver", "model", "serial", "firmware", "verified on", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(row[key]) for key in ("name", "driver", "model", "serial_number", "firmware", "verified")))
    Console(highlight=False).print(table)
    return Exit.COMPLETE


async def _identify(station: Station, *, simulated: bool) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="autosynth-devices-") as scratch:
        return await _identities(await _connect(station, Path(scratch), simulated=simulated), station)


async def _identities(connections: Connections, station: Station) -> list[dict[str, Any]]:
    try:
        return [
            {
                "name": name,
                "driver": station.devices[name].driver,
                "address": f"{station.devices[name].address.kind}:{station.devices[name].address.target}",
                "model": found.model,
                "serial_number": found.serial_number,
                "firmware": found.firmware,
                "verified": driver_entry(station.devices[name].driver).verified,
                "sources": driver_entry(station.devices[name].driver).sources,
            }
            for name, found in connections.identities.items()
        ]
    finally:
        await connections.aclose()


def record_device(path: Path, device: str, out: Path) -> int:
    """Capture what a device's driver and the device say to each other when they meet, as a transcript.

    Raises:
        InputError: the station has no such device, it says nothing, or the file exists.
        LockedError: a live process has the station or one of its ports.
        NotConnectedError: it does not answer.
    """
    station = load_station(path)
    if device not in station.devices:
        raise InputError(Problem(f"the station has no device {device}", hint=f"it has {', '.join(station.devices)}"))
    if driver_entry(station.devices[device].driver).line is None:
        raise InputError(Problem(f"{device} only writes files: there is no conversation to record"))
    if out.exists():
        raise InputError(Problem(f"{out} exists and is not overwritten"))
    lines: list[str] = []
    kind = "derived, simulated" if read_text(path).startswith(WRITTEN) else "capture,"
    trace = recorder(lines.append, f"{kind} {device} of {station.name}, by autosynth record, {utc_now():%Y-%m-%d}")
    with locked_station(station, this_process(f"record {device}")):
        _run(_record(station, device, trace), simulated=False)
    out.write_text("".join(lines), encoding="utf-8")
    print(out)
    return Exit.COMPLETE


async def _record(station: Station, device: str, trace: Trace) -> None:
    clock = LoopClock(asyncio.get_running_loop())
    connections = await connect(station, real_ports(clock), clock, only=[device])
    try:
        connections.on_trace(lambda _: trace)
        await connections.devices[device].connect()
        await connections.devices[device].read_state()
    finally:
        await connections.aclose()


async def _connect(station: Station, scratch: Path, *, simulated: bool) -> Connections:
    """Connect; a simulated bench's instruments write into `scratch`."""
    loop = asyncio.get_running_loop()
    if not simulated:
        return await connect(station, real_ports(LoopClock(loop)), LoopClock(loop))
    clock = VirtualClock(loop)
    bench = open_simulated(bench_description(station, Inventory.full(station)), 0, ())
    memory = MemoryBench(bench, clock)
    return await connect(station, memory_ports(memory), clock, folders=memory_folders(memory, scratch))


def _run(main: Coroutine[Any, Any, T], *, simulated: bool) -> T:
    return run_virtual(main) if simulated else run_real(main)
