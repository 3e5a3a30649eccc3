"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.device import Device
from autosynth.contracts.driver import DriverEntry, DriverSettings, LineSettings
from autosynth.wire.lane import Framing, Wire
from drivers.runze_sv06.device import RunzeValve
from drivers.runze_sv06.framing import RunzeFraming
from drivers.runze_sv06.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; it is the same for all options."""
    return RunzeFraming()


def build(settings: DriverSettings, wire: Wire, clock: Clock) -> Device:
    """Return the valve on its wire; sends nothing.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    return RunzeValve(settings, wire, clock)


DRIVER = DriverEntry(
    kinds=("valve",),
    simulator="runze_sv06",
    line=LineSettings(baud=9600, framing="8N1", terminator=b""),
    limits=limits,
    framing=framing,
    build=build,
    verified="no hardware yet",
    sources="Runze SV-06 manual v2.1, chapter 3",
    simulator_options=simulator_options,
)
