"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.ika_ret.device import IkaHotplate
from drivers.ika_ret.framing import NamurFraming
from drivers.ika_ret.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; it is the same for all options."""
    return NamurFraming()


DRIVER = DriverEntry(
    kinds=("stirrer", "thermostat"),
    simulator="ika_ret",
    line=LineSettings(baud=9600, framing="7E1", terminator=b"\r\n"),
    limits=limits,
    framing=framing,
    build=IkaHotplate,
    verified="no hardware yet",
    knows="actual: speed and temperatures are measured, set-points read back; whether it heats is remembered",
    sources="IKA manuals: RCT digital page 28, C-MAG page 51, RET control-visc page 37",
    simulator_options=simulator_options,
)
