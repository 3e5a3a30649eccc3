"""A mill's options: which drive turns it, how its jar follows, and what the drive's parameters are set to."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader
from drivers.delta_vfd.registers import MAPS, DriveMap
from drivers.modbus.codec import STATIONS

LEAST_COUNTS = 50
"""The least that a frequency may be in the drive's counts, so that rounding to one changes it by 1 % at most."""


@dataclass(frozen=True, slots=True)
class MillOptions:
    """How a mill is set up; frequencies are the jar's, Hz.

    `ratio` is the jar's frequency in that of the drive's output, `ratio_rel_sd` its relative standard uncertainty.
    `silence_s` is the drive's communication timeout, infinite for none: assumed as the station states it where the
    drive's map has no register to read it back from.
    """

    model: str
    address: int
    ratio: float
    ratio_rel_sd: float
    frequency_min_hz: float
    frequency_max_hz: float
    ramp_s: float
    silence_s: float
    follow_s: float
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]

    @property
    def map(self) -> DriveMap:
        """Return the drive's registers."""
        return MAPS[self.model]


def read_options(options: Mapping[str, Any]) -> MillOptions:
    """Return a mill's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range, or they contradict each other.
    """
    reader = OptionReader(options)
    silence_s = reader.quantity("silence", "time", 0.0, 120.0, 10.0)
    read = MillOptions(
        model=reader.choice("model", tuple(MAPS)),
        address=reader.integer("address", *STATIONS, 1),
        ratio=reader.quantity("ratio", "ratio", 0.001, 100.0, 1.0),
        ratio_rel_sd=reader.quantity("ratio_uncertainty", "ratio", 0.0, 0.2, 0.01),
        frequency_min_hz=reader.quantity("frequency_min", "frequency", 0.1, 100.0, 3.0),
        frequency_max_hz=reader.quantity("frequency_max", "frequency", 0.1, 100.0),
        ramp_s=reader.quantity("ramp", "time", 0.1, 600.0, 10.0),
        silence_s=silence_s if silence_s > 0.0 else math.inf,
        follow_s=reader.quantity("follow_time", "time", 0.1, 30.0, 2.0),
        reply_s=reader.quantity("reply_time", "time", 0.05, 5.0, 0.3),
        retries=reader.integer("retries", 0, 10, 2),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    if read.frequency_min_hz >= read.frequency_max_hz:
        raise OptionsError(f"frequency_min: {read.frequency_min_hz:g} Hz is not below frequency_max")
    least = read.frequency_min_hz / read.ratio / read.map.hz_per_count
    if least < LEAST_COUNTS * (1 - 1e-9):
        least_hz = LEAST_COUNTS * read.map.hz_per_count * read.ratio
        message = f"frequency_min: with a ratio of {read.ratio:g} it is less than {LEAST_COUNTS} counts of the drive"
        raise OptionsError(f"{message}, of which one would be too coarse: it is {least_hz:g} Hz at least")
    if read.frequency_max_hz / read.ratio / read.map.hz_per_count > 0xFFFF:
        raise OptionsError(f"frequency_max: with a ratio of {read.ratio:g} it is more than the drive can be told")
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the mill.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(
        frequency_min_hz=options.frequency_min_hz,
        frequency_max_hz=options.frequency_max_hz,
        ramp_s=options.ramp_s,
        silence_s=options.silence_s if math.isfinite(options.silence_s) else None,
    )


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated mill needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    told = {
        "model": options.model,
        "address": options.address,
        "ratio": options.ratio,
        "highest_hz": options.frequency_max_hz / options.ratio,
        "ramp_s": options.ramp_s,
        "silence_s": options.silence_s if math.isfinite(options.silence_s) else 0.0,
    }
    return {**told, **options.simulated}
