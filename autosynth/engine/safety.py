"""Safe states: each vessel's own declaration, not "everything off".

Safe-state commands are the one exception to intent-first: they are sent at once, recorded afterwards, and work with
no disk. A device that cannot be reached is recorded and the others are still served.
"""

import asyncio
from collections.abc import Mapping

from autosynth.contracts.stroke import SetSpeed, SetTemperature
from autosynth.engine.bench import Connections
from autosynth.engine.history import History
from autosynth.engine.recorder import Recorder
from autosynth.errors import ExchangeError, JournalError
from autosynth.station.model import Station, VesselSpec

type_command = SetSpeed | SetTemperature


class Safety:
    """Brings vessels to their declared safe states, and back to what the run had set."""

    def __init__(self, station: Station, connections: Connections, journal: Recorder, history: History) -> None:
        self._station = station
        self._connections = connections
        self._devices = connections.devices
        self._journal = journal
        self._history = history

    async def make_safe(self, reason: str) -> list[str]:
        """Apply every vessel's safe state and return what could not be done."""
        troubles: list[str] = []
        for vessel in self._station.vessels.values():
            for device, command in safe_commands(vessel):
                await self._send(vessel.name, device, command, reason, troubles)
        return troubles

    async def stop_devices(self, reason: str) -> list[str]:
        """Stop all movement, dosing, heating and cell current at once, on the urgent lanes; axes become untrusted."""
        names = sorted(self._devices)
        results = await asyncio.gather(*(self._devices[name].make_safe() for name in names), return_exceptions=True)
        troubles: list[str] = []
        for name, result in zip(names, results, strict=True):
            if isinstance(result, BaseException):
                if not isinstance(result, ExchangeError):
                    raise result
                troubles.append(f"{name}: {result}")
            self._record("untrusted", {"device": name, "reason": reason})
        return troubles

    async def restore(self) -> list[str]:
        """Connect again what was lost, and set what the run had set before it was held: stirring, then temperatures."""
        troubles: list[str] = []
        for device in self._connections.lost:
            try:
                await self._connections.reconnect(device)
            except ExchangeError as error:
                troubles.append(f"{device}: {error}")
        if troubles:
            return troubles
        for (device, verb), value in sorted(self._history.setpoints.items(), key=lambda item: item[0][1]):
            command = SetSpeed(value) if verb == "set_speed" else SetTemperature(value)
            await self._send("", device, command, "restart", troubles)
        return troubles

    async def _send(self, vessel: str, device: str, command: type_command, reason: str, troubles: list[str]) -> None:
        trouble = ""
        try:
            await command.on(self._devices[device])  # type: ignore[arg-type]
        except ExchangeError as error:
            trouble = str(error)
            troubles.append(trouble)
        value = command.speed_rpm if isinstance(command, SetSpeed) else command.temperature_c
        details = {"vessel": vessel, "device": device, "verb": command.VERB, "value": value}
        self._record("safe", {**details, "reason": reason, "trouble": trouble})

    def _record(self, kind: str, payload: Mapping[str, object]) -> None:
        try:
            self._journal.record(kind, payload)
        except JournalError:
            return  # no disk: the command has been sent, and that is what counts here


def safe_commands(vessel: VesselSpec) -> list[tuple[str, type_command]]:
    """Return the commands that bring a vessel to its declared safe state, stirring before heating."""
    commands: list[tuple[str, type_command]] = []
    if vessel.stirred_by is not None and vessel.safe.stir_rpm is not None:
        commands.append((vessel.stirred_by, SetSpeed(vessel.safe.stir_rpm)))
    if vessel.heated_by is not None:
        commands.append((vessel.heated_by, SetTemperature(vessel.safe.temperature_c)))
    return commands
