"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.grbl_carousel.device import Carousel
from drivers.grbl_carousel.framing import GrblFraming
from drivers.grbl_carousel.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; no option changes it."""
    return GrblFraming()


DRIVER = DriverEntry(
    kinds=("valve", "sampler"),
    simulator="grbl_carousel",
    line=LineSettings(baud=115200, framing="8N1", terminator=b"\n"),
    limits=limits,
    framing=framing,
    build=Carousel,
    verified="no hardware yet; positions are commanded ones, verified by homing only",
    knows="commanded: the board's count of steps since it was homed; the pin of the tube sensor",
    sources="Grbl v1.1 interface and commands documents of its makers; every number of the build is an option",
    simulator_options=simulator_options,
)
