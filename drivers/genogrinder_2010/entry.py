"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.genogrinder_2010.codec import LineFraming
from drivers.genogrinder_2010.device import GenoGrinder
from drivers.genogrinder_2010.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; it is the same for all options."""
    return LineFraming()


DRIVER = DriverEntry(
    kinds=("mill",),
    simulator="genogrinder_2010",
    line=LineSettings(baud=9600, framing="8N1", terminator=b"\r"),
    limits=limits,
    framing=framing,
    build=GenoGrinder,
    verified="no hardware yet, nor was its source",
    knows="actual: that it runs; its speed is remembered by the host that set it",
    sources="PyLabRobot's driver of the Geno/Grinder, read and restated",
    simulator_options=simulator_options,
)
