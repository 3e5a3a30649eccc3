"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.new_era_ne1000.device import NewEraInfuser
from drivers.new_era_ne1000.framing import NewEraFraming
from drivers.new_era_ne1000.options import limits, read_options, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder for the pump at the address that the options name.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    return NewEraFraming(read_options(options).address)


DRIVER = DriverEntry(
    kinds=("infuser",),
    simulator="new_era_ne1000",
    line=LineSettings(baud=19200, framing="8N1", terminator=b"\r"),
    limits=limits,
    framing=framing,
    build=NewEraInfuser,
    verified="no hardware yet",
    knows="commanded: what the motor has counted; a stall and lost power show as alarms, once",
    sources="New Era NE-1000 manual, pages 38-39; NE-500 manual, pages 12, 34 and 39-40",
    simulator_options=simulator_options,
)
