"""`autosynth safe`: every device of a station by itself; what keeps one from being made safe keeps no other.

Devices on ports of their own are told at once, those that share a port one after the other, as a port is opened once.
"""

import asyncio
import sys
from collections.abc import Awaitable, Sequence
from pathlib import Path

from autosynth.cli.exits import Exit
from autosynth.clock import Clock, LoopClock, run_real
from autosynth.engine.bench import Folders, Ports, connect, real_folders, real_ports
from autosynth.engine.duties import safe_duties
from autosynth.engine.safety import raise_defects
from autosynth.errors import ExchangeError
from autosynth.station.load import load_station
from autosynth.station.model import Station

Troubles = list[tuple[str, Exception]]
"""Devices and what kept each from being made safe, several times when several things did."""


def make_station_safe(path: Path) -> int:
    """Stop all movement and bring every vessel to its declared safe state.

    Raises:
        InputError: the station file is wrong.
        Exception: a defect of ours, when every device has been told and every trouble said.
    """
    station = load_station(path)

    async def main() -> Troubles:
        clock = LoopClock(asyncio.get_running_loop())
        return await make_safe(station, real_ports(clock), clock)

    troubles = run_real(main())
    for device, error in troubles:
        kind = "" if isinstance(error, ExchangeError) else f"{type(error).__name__}: "
        print(f"error: {device}: {kind}{error}", file=sys.stderr)
    print(f"{station.name}: {'safe' if not troubles else 'NOT wholly safe'}")
    raise_defects([error for _, error in troubles])
    return Exit.COMPLETE if not troubles else Exit.NO_DEVICE


async def make_safe(station: Station, ports: Ports, clock: Clock, folders: Folders = real_folders) -> Troubles:
    """Tell every device, whatever becomes of the others, and return what stood in the way."""
    sharing: dict[str, list[str]] = {}
    for name, spec in station.devices.items():
        sharing.setdefault(spec.address.port, []).append(name)
    shares = [_share(station, names, ports, clock, folders) for names in sharing.values()]
    return [trouble for found in await asyncio.gather(*shares) for trouble in found]


async def _share(station: Station, names: Sequence[str], ports: Ports, clock: Clock, folders: Folders) -> Troubles:
    return [(name, error) for name in names for error in await _device(station, name, ports, clock, folders)]


async def _device(station: Station, name: str, ports: Ports, clock: Clock, folders: Folders) -> list[Exception]:
    """Stop one device and bring what it serves to its safe state; one step that fails keeps no other from its turn."""
    try:
        connections = await connect(station, ports, clock, only=[name], folders=folders)
    except Exception as error:  # whatever it is: the other devices are to be told
        return [error]
    device, found = connections.devices[name], list[Exception]()
    try:
        await _attempt(device.make_safe(), found)
        for duty in safe_duties(station):
            if duty.device == name:
                await _attempt(duty.command.on(device), found)  # type: ignore[arg-type]
    finally:
        await connections.aclose()
    return found


async def _attempt(step: Awaitable[object], found: list[Exception]) -> None:
    try:
        await step
    except Exception as error:  # whatever it is: the next step is tried all the same
        found.append(error)
