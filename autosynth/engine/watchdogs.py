"""Watchdogs within instruments that heat or stir: after `WATCHDOG_S` of silence they fall back to what is safe.

What is safe for an instrument is so for all vessels that it serves: the lowest safe temperature of those that it
heats, the highest safe speed of those that it stirs. It heats none that it only stirs, and the other way round.
"""

from collections.abc import Callable, Collection, Mapping

from autosynth.contracts.stroke import SetSpeed, SetTemperature
from autosynth.contracts.thermal import Watchdog
from autosynth.engine.bench import Connections
from autosynth.engine.duties import safe_duties
from autosynth.errors import WireError
from autosynth.station.model import Station

WATCHDOG_S = 30.0
"""Instruments with a watchdog fall back to the safe state when the host is silent for so long."""


def fallback(station: Station, device: str, cold: Collection[str] = ()) -> tuple[float | None, float] | None:
    """Return the temperature (°C, None: off) and speed (rpm) that a device falls back to; None: it serves no vessel.

    `cold` are vessels that are not to be heated.
    """
    duties = [each.command for each in safe_duties(station, cold) if each.device == device]
    serves = any(device in {vessel.heated_by, vessel.stirred_by} for vessel in station.vessels.values())
    safe_c = next((each.temperature_c for each in duties if isinstance(each, SetTemperature)), None)
    rpm = next((each.speed_rpm for each in duties if isinstance(each, SetSpeed)), 0.0)
    return (safe_c, rpm) if serves else None


def unread(station: Station, devices: Mapping[str, object]) -> dict[str, str]:
    """Return devices with a watchdog whom nobody asks for a temperature, each with a vessel that it stirs."""
    heating = {vessel.heated_by for vessel in station.vessels.values()}
    return {
        vessel.stirred_by: vessel.name
        for vessel in station.vessels.values()
        if vessel.stirred_by is not None
        and vessel.stirred_by not in heating
        and isinstance(devices.get(vessel.stirred_by), Watchdog)
    }


class Watchdogs:
    """All watchdogs of a run's instruments."""

    def __init__(self, station: Station, connections: Connections) -> None:
        self._station = station
        self._connections = connections
        self.kept_cold: Callable[[], Collection[str]] = tuple
        """Tells the vessels that a live rule keeps from being heated."""

    async def arm(self, failed: Callable[[WireError], None]) -> None:
        """Arm every one, and again whenever its device comes back; of a first failure on a wire `failed` is told.

        Raises:
            WireError: a device has not taken it twice.
            DeviceRefusedError: it echoed another value.
            ArgumentError: a safe state is outside what it can.
        """
        self._connections.on_reconnect = self._arm
        for device in self._connections.devices:
            try:
                await self._arm(device)
            except WireError as error:  # once more: a reply may be lost, and arming twice is arming once
                failed(error)
                await self._arm(device)

    async def _arm(self, device: str) -> None:
        watchdog = self._connections.devices[device]
        safe = fallback(self._station, device, self.kept_cold())
        if safe is not None and isinstance(watchdog, Watchdog):
            await watchdog.arm(WATCHDOG_S, *safe)
