"""Stirring and temperature control."""

from typing import Protocol, runtime_checkable

from autosynth.contracts.device import Device, Outcome


class Stirrer(Device, Protocol):
    """A stirrer; state key `speed_rpm` (setpoint, 0 = off)."""

    speed_max_rpm: float

    async def set_speed(self, speed_rpm: float) -> Outcome:
        """Stir at `speed_rpm`; 0 stops."""
        ...


class Thermostat(Device, Protocol):
    """A heater or cooler; state key `target_c` (None = off)."""

    temperature_min_c: float
    temperature_max_c: float

    async def set_temperature(self, temperature_c: float | None) -> Outcome:
        """Control at `temperature_c`; None switches off. Returns when the setpoint is taken, not when it is reached."""
        ...

    async def read_temperature(self) -> float:
        """Return the temperature of the vessel's sensor, °C."""
        ...


@runtime_checkable
class Watchdog(Protocol):
    """A dead-man's switch inside the instrument."""

    async def arm(self, timeout_s: float, safe_temperature_c: float | None, safe_speed_rpm: float) -> None:
        """From now on fall back to the safe values (None: heating off) when nothing is heard for `timeout_s`."""
        ...

    async def feed(self) -> None:
        """Show that the host lives."""
        ...
