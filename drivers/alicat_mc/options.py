"""A flow controller's options and limits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader
from drivers.alicat_mc.codec import UNITS_ML_MIN


@dataclass(frozen=True, slots=True)
class FlowOptions:
    """How a controller is set up; flows in mL/min at 25 °C and 1 atm.

    `units` and `resolution_ml_min` are those that were chosen on the instrument: a data frame does not name them.
    """

    unit: str
    full_scale_ml_min: float
    units: str
    resolution_ml_min: float
    gas: str
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]

    @property
    def decimals(self) -> int:
        """Return how many decimals the instrument shows of a flow in its own units."""
        return max(0, round(-math.log10(self.resolution_ml_min / UNITS_ML_MIN[self.units])))


def read_options(options: Mapping[str, Any]) -> FlowOptions:
    """Return a controller's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range, or the resolution is no power of ten of the units.
    """
    reader = OptionReader(options)
    read = FlowOptions(
        unit=reader.choice("unit", tuple(ascii_uppercase), "A"),
        full_scale_ml_min=reader.quantity("full_scale", "rate", 0.5, 1e6),
        units=reader.choice("units", tuple(UNITS_ML_MIN), "SCCM"),
        resolution_ml_min=reader.quantity("resolution", "rate", 1e-4, 1e4, 1.0),
        gas=reader.text("gas", "N2"),
        reply_s=reader.quantity("reply_time", "time", 0.05, 5.0, 0.3),
        retries=reader.integer("retries", 0, 10, 2),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    digits = -math.log10(read.resolution_ml_min / UNITS_ML_MIN[read.units])
    if abs(digits - round(digits)) > 1e-6 or digits < 0:
        raise OptionsError(f"resolution: it is the last digit shown, such as 1 or 0.1 {read.units}")
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the controller; it has no watchdog and goes on without its host.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(flow_max_ml_min=options.full_scale_ml_min, gas=options.gas)


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated controller needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {
        "unit": options.unit,
        "full_scale": options.full_scale_ml_min / UNITS_ML_MIN[options.units],
        "ml_min": UNITS_ML_MIN[options.units],
        "decimals": options.decimals,
        "gas": options.gas,
        **options.simulated,
    }
