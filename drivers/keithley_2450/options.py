"""A 2450's options and limits.

Wiring decides the polarity: with force and sense HI at the working electrode and LO at counter and reference electrode
the instrument's signs are ours (`normal`); the other way round both potential and current turn (`reversed`). Which it
is at a 2450-EC depends on its adapter cable, and the overhead of a point on its firmware: both rest on general
knowledge, so check them on a dummy cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits
from autosynth.contracts.options import OptionReader

OFF_STATES = ("high_impedance", "normal", "zero", "guard", "unchanged")


@dataclass(frozen=True, slots=True)
class KeithleyOptions:
    """How the instrument is wired and used."""

    polarity: str
    sense: str
    off_state: str
    readback: str
    potential_min_v: float
    potential_max_v: float
    current_max_a: float
    line_hz: float
    integration_s: float
    overhead_s: float
    list_max: int
    poll_s: float
    reply_s: float
    silence_s: float
    simulated: Mapping[str, Any]

    @property
    def sign(self) -> float:
        """Return the factor between our potentials and currents and the instrument's."""
        return 1.0 if self.polarity == "normal" else -1.0


def read_options(options: Mapping[str, Any]) -> KeithleyOptions:
    """Return the options of a station file.

    `integration` zero means chosen from the time of a point; `overhead` is what the instrument adds to each point.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    read = KeithleyOptions(
        polarity=reader.choice("polarity", ("normal", "reversed"), "normal"),
        sense=reader.choice("sense", ("4-wire", "2-wire"), "4-wire"),
        off_state=reader.choice("off_state", OFF_STATES, "high_impedance"),
        readback=reader.choice("readback", ("on", "off"), "off"),
        potential_min_v=reader.quantity("potential_min", "potential", -20.0, 0.0, -5.0),
        potential_max_v=reader.quantity("potential_max", "potential", 0.0, 20.0, 5.0),
        current_max_a=reader.quantity("current_max", "current", 1e-8, 1.05, 0.1),
        line_hz=reader.quantity("line_frequency", "frequency", 45.0, 65.0, 50.0),
        integration_s=reader.quantity("integration", "time", 0.0, 0.2, 0.0),
        overhead_s=reader.quantity("overhead", "time", 0.0, 0.1, 0.0005),
        list_max=reader.integer("list_max", 10, 2500, 2500),
        poll_s=reader.quantity("poll", "time", 0.01, 60.0, 0.5),
        reply_s=reader.quantity("reply_time", "time", 0.05, 30.0, 2.0),
        silence_s=reader.quantity("silence", "time", 0.1, 60.0, 2.0),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the instrument.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(
        potential_min_v=options.potential_min_v,
        potential_max_v=options.potential_max_v,
        current_max_a=options.current_max_a,
    )


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what a simulated instrument needs to know: the mapping `simulated` as it is written.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    return dict(read_options(settings.options).simulated)
