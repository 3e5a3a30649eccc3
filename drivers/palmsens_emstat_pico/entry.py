"""How the platform finds this driver."""

from collections.abc import Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.driver import DriverEntry, DriverSettings, LineSettings
from autosynth.contracts.potentiostat import Potentiostat
from autosynth.wire.lane import Framing
from drivers.palmsens_emstat_pico.framing import MethodScriptFraming
from drivers.palmsens_emstat_pico.options import limits, simulator_options


def framing(options: Mapping[str, Any]) -> Framing:
    """Return a fresh decoder; no option changes it."""
    return MethodScriptFraming()


def build(settings: DriverSettings, wire: Any, clock: Clock) -> Potentiostat:
    """Return the device on its wire."""
    from drivers.palmsens_emstat_pico.device import EmStatPico  # noqa: PLC0415  # numpy, which no check of a plan needs

    return EmStatPico(settings, wire, clock)


DRIVER = DriverEntry(
    kinds=("potentiostat",),
    simulator="palmsens_emstat_pico",
    line=LineSettings(baud=230400, framing="8N1", terminator=b"\n"),
    limits=limits,
    framing=framing,
    build=build,
    verified="no hardware yet",
    knows="actual: whether a script runs is asked for; no scan is taken for made without its data",
    sources="PalmSens MethodSCRIPT examples of March 2026, getting-started guides; two published lists of errors",
    simulator_options=simulator_options,
)
