"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.runze_sv06.device import RunzeValve
from drivers.runze_sv06.framing import RunzeFraming
from drivers.runze_sv06.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; it is the same for all options."""
    return RunzeFraming()


DRIVER = DriverEntry(
    kinds=("valve",),
    simulator="runze_sv06",
    line=LineSettings(baud=9600, framing="8N1", terminator=b""),
    limits=limits,
    framing=framing,
    build=RunzeValve,
    verified="no hardware yet",
    knows="actual: the port that its own sensor reports [assumed]",
    sources="Runze SV-06 manual v2.1, chapter 3",
    simulator_options=simulator_options,
)
