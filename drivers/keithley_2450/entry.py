"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.keithley_2450.device import Keithley2450
from drivers.keithley_2450.framing import LineFraming
from drivers.keithley_2450.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; no option changes it."""
    return LineFraming()


DRIVER = DriverEntry(
    kinds=("potentiostat",),
    simulator="keithley_2450",
    line=LineSettings(baud=115200, framing="8N1", terminator=b"\n"),
    limits=limits,
    framing=framing,
    build=Keithley2450,
    verified="no hardware yet; wiring, polarity and overhead of a point rest on general knowledge",
    knows="actual: output and sweep are asked for; no scan is taken for made without its data",
    sources="Keithley 2450 reference manual 2450-901-01 Rev. B, section 6; 2461 reference manual 2461-901-01 Rev. A",
    simulator_options=simulator_options,
)
