"""A hotplate's options and limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits
from autosynth.contracts.options import OptionReader
from drivers.ika_ret.codec import LINE_ENDS, Channel

SENSORS = {"external": Channel.EXTERNAL, "plate": Channel.PLATE}
OFF_C = 0.0
"""The setpoint that means off: a plate that cannot cool never heats for it, and it can be read back."""


@dataclass(frozen=True, slots=True)
class HotplateOptions:
    """How a hotplate is set up; the defaults for temperature and speed are those of the RCT digital."""

    model: str
    temperature_max_c: float
    speed_min_rpm: float
    speed_max_rpm: float
    sensor: Channel
    line_end: str
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]


def read_options(options: Mapping[str, Any]) -> HotplateOptions:
    """Return a hotplate's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    read = HotplateOptions(
        model=reader.choice("model", ("RCT digital", "IKARET"), "RCT digital"),
        temperature_max_c=reader.quantity("max_temperature", "temperature", 20.0, 340.0, 310.0),
        speed_min_rpm=reader.quantity("min_speed", "speed", 10.0, 500.0, 50.0),
        speed_max_rpm=reader.quantity("max_speed", "speed", 100.0, 2000.0, 1500.0),
        sensor=SENSORS[reader.choice("sensor", tuple(SENSORS), "external")],
        line_end=reader.choice("line_end", tuple(LINE_ENDS), "plain"),
        reply_s=reader.quantity("reply_time", "time", 0.1, 10.0, 1.0),
        retries=reader.integer("retries", 0, 10, 2),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the hotplate; below the ambient temperature it cannot go.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(
        speed_max_rpm=options.speed_max_rpm,
        temperature_min_c=OFF_C,
        temperature_max_c=options.temperature_max_c,
        watchdog=True,
    )


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated hotplate needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {"name": options.model, **options.simulated}
