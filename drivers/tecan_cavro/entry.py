"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.tecan_cavro.device import CavroPump
from drivers.tecan_cavro.framing import DtFraming, OemFraming
from drivers.tecan_cavro.options import limits, read_options, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder for the protocol that the options name.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    return OemFraming() if read_options(options).protocol == "oem" else DtFraming()


DRIVER = DriverEntry(
    kinds=("pump", "valve"),
    simulator="tecan_cavro",
    line=LineSettings(baud=9600, framing="8N1", terminator=b"\r"),
    limits=limits,
    framing=framing,
    build=CavroPump,
    verified="no hardware yet",
    knows="commanded: plunger and port as counted, asked twice; overload and lost power show as errors",
    sources="Tecan Cavro XCalibur manual 733085-B, chapter 3 and appendix G; Cavro XLP 6000 manual, pages 38-82",
    simulator_options=simulator_options,
)
