"""How the platform finds these drivers: a balance, and a dosing head with its balance."""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import DriverEntry, LineSettings
from autosynth.wire.lane import Framing
from drivers.mettler_sics.device import MettlerBalance
from drivers.mettler_sics.doser import QuantosDoser
from drivers.mettler_sics.framing import SicsFraming
from drivers.mettler_sics.options import balance_limits, doser_limits, simulated_balance, simulated_doser


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; it is the same for all options."""
    return SicsFraming()


_LINE = LineSettings(baud=9600, framing="8N1", terminator=b"\r\n")

DRIVER = DriverEntry(
    kinds=("balance",),
    simulator="mettler_sics",
    line=_LINE,
    limits=balance_limits,
    framing=framing,
    build=MettlerBalance,
    verified="no hardware yet",
    knows="actual: what the balance shows; it zeroes itself when it is switched on",
    sources="MT-SICS commands as two published drivers quote the maker's manual",
    simulator_options=simulated_balance,
)

DOSER = DriverEntry(
    kinds=("balance", "doser"),
    simulator="mettler_sics",
    line=_LINE,
    limits=doser_limits,
    framing=framing,
    build=QuantosDoser,
    verified="no hardware yet",
    knows="actual: what the balance shows before and after, and the head's own count of dosings",
    sources="Quantos command set of its maker; MT-SICS commands as two published drivers quote the maker's manual",
    simulator_options=simulated_doser,
)
