"""A Pico's options, its limits, and what a scan may be.

The potential range, the largest current range and the shortest time between points differ by model and mode and rest
on general knowledge here: set them from the data sheet of the instrument at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits
from autosynth.contracts.options import OptionReader
from autosynth.contracts.potentiostat import Voltammetry, check_range
from autosynth.errors import ArgumentError

MODES = {"low_speed": 2, "high_speed": 3, "max_range": 4}


@dataclass(frozen=True, slots=True)
class PicoOptions:
    """How the instrument is used; `anodic` is the sign it gives to an oxidation current (positive: IUPAC)."""

    mode: str
    channel: int
    potential_min_v: float
    potential_max_v: float
    current_max_a: float
    lowest_range_a: float
    bandwidth_hz: float
    point_min_s: float
    anodic: str
    reply_s: float
    silence_s: float
    finish_s: float
    simulated: Mapping[str, Any]

    @property
    def sign(self) -> float:
        """Return the factor that makes the instrument's current anodic positive."""
        return 1.0 if self.anodic == "positive" else -1.0


def read_options(options: Mapping[str, Any]) -> PicoOptions:
    """Return the options of a station file.

    `lowest_range` other than zero lets the instrument change ranges by itself, down to that one. `silence` is how much
    longer than the time between points a running scan may be silent, `finish` how long a stopped script may take.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    read = PicoOptions(
        mode=reader.choice("mode", tuple(MODES), "low_speed"),
        channel=reader.integer("channel", 0, 15, 0),
        potential_min_v=reader.quantity("potential_min", "potential", -10.0, 0.0, -1.7),
        potential_max_v=reader.quantity("potential_max", "potential", 0.0, 10.0, 2.0),
        current_max_a=reader.quantity("current_max", "current", 1e-9, 1.0, 5e-3),
        lowest_range_a=reader.quantity("lowest_range", "current", 0.0, 1.0, 0.0),
        bandwidth_hz=reader.quantity("bandwidth", "frequency", 0.01, 1e6, 200.0),
        point_min_s=reader.quantity("point_time_min", "time", 1e-6, 10.0, 1e-3),
        anodic=reader.choice("anodic", ("positive", "negative"), "positive"),
        reply_s=reader.quantity("reply_time", "time", 0.05, 30.0, 1.0),
        silence_s=reader.quantity("silence", "time", 0.1, 60.0, 2.0),
        finish_s=reader.quantity("finish_time", "time", 0.1, 60.0, 5.0),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    return read


def check_method(method: Voltammetry, options: PicoOptions, device: str) -> None:
    """Refuse a scan that the instrument cannot make as asked.

    Raises:
        ArgumentError: a potential, current range, step, rate or number is outside what it can do.
    """
    check_range(method, options, device)
    if method.step_v / method.rate_v_s < options.point_min_s * (1 - 1e-9):
        message = f"{method.step_v / method.rate_v_s:g} s from point to point is below {options.point_min_s:g} s"
        raise ArgumentError(message, device)
    if method.duration_s == 0:
        message = "begin and both vertices are the same potential"
        raise ArgumentError(message, device)


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
    """Return what a simulated instrument needs to know: its range, and the mapping `simulated` as it is written.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return {
        "potential_min_v": options.potential_min_v,
        "potential_max_v": options.potential_max_v,
        **options.simulated,
    }
