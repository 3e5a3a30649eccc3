"""Inputs and sensors: what a bench tells of itself, and nothing that moves."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from autosynth.contracts.device import Device


@runtime_checkable
class DigitalInput(Device, Protocol):
    """Contacts that are read: lids, clamps, emergency stops; True is the safe position ("lid_closed")."""

    inputs: tuple[str, ...]
    """Names of the contacts, each a state key too."""

    async def read_inputs(self) -> Mapping[str, bool]:
        """Return every contact as it is now."""
        ...


@runtime_checkable
class Sensor(Device, Protocol):
    """Quantities that are read."""

    channels: Mapping[str, str]
    """Name of each channel -> its dimension ("temperature", "pressure")."""

    async def read_values(self) -> Mapping[str, float]:
        """Return every channel's value in the canonical unit of its dimension (°C, kPa).

        Raises:
            DeviceRefusedError: a sensor is broken or out of its range; a value is never made up.
        """
        ...
