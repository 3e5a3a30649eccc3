"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.alicat_mc.device import AlicatController
from drivers.alicat_mc.framing import AlicatFraming
from drivers.alicat_mc.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; it is the same for all options."""
    return AlicatFraming()


DRIVER = DriverEntry(
    kinds=("gas_flow",),
    simulator="alicat_mc",
    line=LineSettings(baud=19200, framing="8N1", terminator=b"\r"),
    limits=limits,
    framing=framing,
    build=AlicatController,
    verified="no hardware yet; full scale, units, resolution and gas are options",
    knows="actual: set-point and flow as the controller says them, in units that it does not name",
    sources="Alicat manuals: MC series pages 41 and 43, M series (January 2023) page 32, EtherNet/IP page 7",
    simulator_options=simulator_options,
)
