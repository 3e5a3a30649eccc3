"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.magritek_spinsolve.device import Spinsolve
from drivers.magritek_spinsolve.framing import XmlFraming
from drivers.magritek_spinsolve.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; no option changes it."""
    return XmlFraming()


DRIVER = DriverEntry(
    kinds=("nmr",),
    simulator="magritek_spinsolve",
    line=LineSettings(terminator=b""),
    limits=limits,
    framing=framing,
    build=Spinsolve,
    verified="no hardware yet; protocols, times and the place of a data folder are options",
    knows="actual: the files of a block decide; what runs is known from notifications",
    sources="vendor's schema of remote control and list of protocols (2019); published drivers, logs and file readers",
    simulator_options=simulator_options,
)
