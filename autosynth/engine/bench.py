"""Opens wires and builds drivers: the one place where a station file becomes instruments that answer.

Real ports or the in-memory ports of a simulated bench: the drivers are the same and cannot tell. Every device is
tried before any failure is reported, so one message names all that is missing.
"""

import importlib.metadata
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.device import Device, Identity
from autosynth.contracts.driver import DriverSettings, LineSettings
from autosynth.contracts.folder import Folder
from autosynth.contracts.milling import Mill
from autosynth.errors import ExchangeError, IdentityError, InputError, NotConnectedError, Problem
from autosynth.station.drivers import driver_entry
from autosynth.station.model import DeviceSpec, Station
from autosynth.wire.bench import Bench, OpenBench
from autosynth.wire.bus import Bus
from autosynth.wire.folder import DiskFolder, DroppedFiles
from autosynth.wire.member import BusLane
from autosynth.wire.memory import MemoryBench
from autosynth.wire.ports import stream_at
from autosynth.wire.stream import ByteStream, Trace

NAMED_AGAIN = 3
"""So often a device is asked again who it is until two answers agree."""
Ports = Callable[[DeviceSpec, LineSettings], ByteStream]
"""From a device and its driver's own line settings to its port."""
Folders = Callable[[DeviceSpec], Folder | None]
"""From a device to the folder that its own software writes into; None for one that writes none."""


class Connections:
    """The instruments of a run: built, connected, identified."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        buses: Mapping[str, Bus],
        lanes: Mapping[str, BusLane],
        pinned: Mapping[str, DeviceSpec],
    ) -> None:
        self.devices = devices
        self.identities: dict[str, Identity] = {}
        self.on_reconnect: Callable[[str], Awaitable[None]] | None = None
        """What is to be done when a device is there again, before anything else: arming its watchdog."""
        self._pinned = pinned
        self._unmet: set[str] = set()
        self._buses = buses
        self._lanes = lanes

    @property
    def lost(self) -> list[str]:
        """Return the devices whose ports have gone, or that have not been met again since."""
        return [device for device, bus in self._buses.items() if not bus.connected or device in self._unmet]

    def by_port(self, devices: Iterable[str]) -> list[list[str]]:
        """Return devices in groups of those that share a port: opening it anew interrupts them all."""
        groups: dict[object, list[str]] = {}
        for device in dict.fromkeys(devices):
            groups.setdefault(self._buses.get(device, device), []).append(device)
        return list(groups.values())

    def last_exchange(self, device: str) -> tuple[bytes, bytes]:
        """Return the last command that a device answered, and its answer; empty before the first, and without any."""
        return self._lanes[device].last if device in self._lanes else (b"", b"")

    async def reconnect(self, device: str) -> None:
        """Open the device's port again after it was lost and meet everybody on it anew, who must be who they were.

        An instrument without a port is met anew: its folder is looked into.

        Raises:
            NotConnectedError: it is still not there.
            IdentityError: another instrument answers than the station pins, or than answered before.
        """
        names = [device]
        if bus := self._buses.get(device):
            await bus.reconnect()
            names += [other for other, port in self._buses.items() if port is bus and other != device]
        self._unmet.update(names)
        for name in names:
            await self._meet(name)
            await self.arm(name)
            self._unmet.discard(name)

    async def _meet(self, device: str) -> None:
        found = await identified(self.devices[device])
        _check_identity(self._pinned[device], found)
        known = self.identities.setdefault(device, found)
        if known != found:
            message = f"{_named(found)} answers, where {_named(known)} answered before"
            raise IdentityError(message, device, advice="Plug the instruments in as they were, then restart.")

    def require_known(self, known: Mapping[str, Sequence[str]]) -> None:
        """Refuse other instruments than those that a run began with; `known` is model, serial number and firmware.

        Raises:
            IdentityError: another one answers; what became of a stroke cannot be asked of a stranger.
        """
        for device, before in known.items():
            found = self.identities[device]
            model, serial_number, firmware = before
            if (model, serial_number, firmware) != (found.model, found.serial_number, found.firmware):
                was = _named(Identity(model, serial_number, firmware)) or "another one"
                message = f"{_named(found) or 'another one'} answers, where {was} answered when the run began"
                advice = "Nothing was moved. Plug in what was there and recover again, or settle the run."
                raise IdentityError(message, device, advice=advice)

    async def arm(self, device: str) -> None:
        """Do what is to be done with a device before anything else: arm its watchdog; raises as the device does."""
        if self.on_reconnect is not None:
            await self.on_reconnect(device)

    def on_trace(self, hook: Callable[[str], Trace]) -> None:
        """Show all bytes to `hook(port)`."""
        for device, bus in self._buses.items():
            bus.on_trace(hook(device))

    @property
    def exchanges(self) -> int:
        """Return how many commands have been exchanged so far."""
        return sum(bus.exchanges for bus in {id(each): each for each in self._buses.values()}.values())

    async def aclose(self) -> list[str]:
        """End all conversations, give the ports back, and return which instruments could not be told."""
        troubles: list[str] = []
        for device in self.devices.values():
            try:
                await device.aclose()
            except Exception as error:  # whatever it is: the other ports are to be given back too
                troubles.append(str(error))
        return troubles


def real_folders(spec: DeviceSpec) -> Folder | None:
    """Return the folder that a device's address names on this computer."""
    return DiskFolder(Path(spec.address.folder), threaded=True) if spec.address.folder else None


def memory_folders(memory: MemoryBench, root: Path) -> Folders:
    """Return the folders of a simulated bench in this process, below `root`."""
    dropped = DroppedFiles(memory, root)
    return lambda spec: dropped.folder(spec.name) if spec.address.folder else None


async def connect(
    station: Station,
    ports: Ports,
    clock: Clock,
    only: Sequence[str] | None = None,
    folders: Folders = real_folders,
) -> Connections:
    """Open every device of a station (or those named in `only`) and check who answers; nothing moves.

    Raises:
        NotConnectedError: one or more do not answer, or are not the instruments the station pins; all are named.
    """
    devices: dict[str, Device] = {}
    buses: dict[str, Bus] = {}
    lanes: dict[str, BusLane] = {}
    by_port: dict[str, Bus] = {}
    for name, spec in station.devices.items():
        if only is not None and name not in only:
            continue
        entry = driver_entry(spec.driver)
        settings = DriverSettings(name, spec.options, spec.calibration, folders(spec))
        if (line := entry.line) is None:
            devices[name] = entry.build(settings, None, clock)
            continue
        bus = by_port.get(spec.address.port)
        if bus is None:
            bus = by_port[spec.address.port] = Bus(ports(spec, line), clock, byte_s=spec.address.byte_s(line))
        bus.gap.length_s = max(bus.gap.length_s, line.gap_s)
        buses[name] = bus
        lanes[name] = bus.lane(name, entry.framing(spec.options))
        devices[name] = entry.build(settings, lanes[name], clock)
    connections = Connections(devices, buses, lanes, station.devices)
    try:
        failures = await _meet_all(connections, station, buses)
    except BaseException:  # the ports are given back whatever it is
        await connections.aclose()
        raise
    if failures:
        await _stop_mills(device for name, device in devices.items() if name not in failures)
        await connections.aclose()
        lines = "\n".join(f"  {name}: {error}" for name, error in failures.items())
        message = f"{len(failures)} of {len(devices)} devices did not connect:\n{lines}"
        raise NotConnectedError(message, advice="Nothing was moved. Check power, cables and addresses.")
    return connections


async def _meet_all(
    connections: Connections, station: Station, buses: Mapping[str, Bus]
) -> Mapping[str, ExchangeError]:
    """Open every port and ask every device who it is; return who did not answer, or is another than the station's."""
    failures: dict[str, ExchangeError] = {}
    for name, device in connections.devices.items():
        try:
            if name in buses:
                await buses[name].open()
            connections.identities[name] = await identified(device)
            _check_identity(station.devices[name], connections.identities[name])
        except ExchangeError as error:
            failures[name] = error
    return failures


async def identified(device: Device) -> Identity:
    """Connect a device and return who answers, once it has said so twice running: few protocols protect a name.

    A name that was garbled when a run began would make a stranger of the same instrument when it is recovered.

    Raises:
        IdentityError: it says something else each time.
    """
    found = await device.connect()
    for _ in range(NAMED_AGAIN):
        again = await device.connect()
        if again == found:
            return found
        found = again
    message = f"{_named(found)} answers, and something else each time it is asked"
    raise IdentityError(message, device.name, advice="Look at the cable and the line's settings.")


async def _stop_mills(devices: Iterable[Device]) -> None:
    """Stop the mills that have answered: asking them has told a mill whose host died that one lives, and none does."""
    for device in devices:
        if isinstance(device, Mill):
            with suppress(ExchangeError):
                await device.make_safe()


def memory_ports(memory: MemoryBench) -> Ports:
    """Return the ports of a simulated bench in this process; its addresses bear the devices' port names."""
    return lambda spec, line: memory.stream(spec.address.port)


def real_ports(clock: Clock) -> Ports:
    """Return the ports of this computer."""
    return lambda spec, line: stream_at(spec.address, line)


def open_simulated(description: Mapping[str, Any], seed: int, faults: Sequence[str]) -> Bench:
    """Open the simulated bench through its entry point.

    Raises:
        InputError: no simulator is installed, or it does not know a device or fault.
    """
    found = importlib.metadata.entry_points(group="autosynth.bench", name="simulated")
    if not found:
        raise InputError(Problem("no simulated bench is installed", hint="install the autosynth distribution whole"))
    opener: OpenBench = next(iter(found)).load()
    try:
        return opener(description, seed, faults)
    except ValueError as error:
        raise InputError(Problem(str(error), rule="simulate")) from error


def _named(identity: Identity) -> str:
    return " ".join(each for each in (identity.model, identity.serial_number, identity.firmware) if each)


def _check_identity(spec: DeviceSpec, found: Identity) -> None:
    for what, pinned, seen in (
        ("serial number", spec.serial_number, found.serial_number),
        ("firmware", spec.firmware, found.firmware),
    ):
        if pinned is not None and pinned != seen:
            message = f"{what} {seen or '(none)'} answers, the station pins {pinned}"
            raise IdentityError(message, spec.name, advice="Correct the cable or the station file.")
