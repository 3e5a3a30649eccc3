"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.delta_vfd.device import VfdMill
from drivers.delta_vfd.options import limits, read_options, simulator_options
from drivers.modbus.framing import ModbusFraming


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder, which hears the drive's address alone."""
    return ModbusFraming(read_options(options).address)


DRIVER = DriverEntry(
    kinds=("mill",),
    simulator="delta_vfd",
    line=LineSettings(baud=9600, framing="8N1", terminator=b"", gap_s=0.005),
    limits=limits,
    framing=framing,
    build=VfdMill,
    verified="no hardware yet; fault numbers and the place of the timeout rest on general knowledge",
    knows="actual: output, status and fault are the drive's own; that the jar follows the output is assumed",
    sources="Delta manuals VFD-EL, VFD-EL-W, MS300, VFD-ED (pages of registers and exceptions); published programs",
    simulator_options=simulator_options,
)
