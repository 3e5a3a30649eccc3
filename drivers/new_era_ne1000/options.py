"""An NE-1000's options and what follows from them: volumes, rates, the numbers the pump counts in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader
from autosynth.errors import ArgumentError
from drivers.new_era_ne1000.codec import MILLILITRES, ML_PER_MIN, format_number, last_digit

FASTEST_CM_MIN, SLOWEST_CM_H = 5.1005, 0.004205
"""How fast an NE-1000 drives a plunger (its makers' data sheet; other models differ, so rates are options)."""
UL_BELOW_ML = 9.999
"""Syringes up to this are counted in microlitres: four digits are enough for them, and finer."""


@dataclass(frozen=True, slots=True)
class InfuserOptions:
    """How a pump is set up; rates are nominal, at the plunger."""

    address: int
    syringe_ml: float
    diameter_mm: float
    rate_min_ml_min: float
    rate_max_ml_min: float
    watchdog_s: int
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]


def read_options(options: Mapping[str, Any]) -> InfuserOptions:
    """Return a pump's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    diameter_mm = reader.quantity("diameter", "length", 0.1, 80.0)
    area_cm2 = math.pi * (diameter_mm / 20.0) ** 2
    watchdog_s = reader.quantity("watchdog", "time", 2.0, 255.0, 10.0)
    read = InfuserOptions(
        address=reader.integer("address", 0, 99, 0),
        syringe_ml=reader.quantity("syringe", "volume", 0.01, 1000.0),
        diameter_mm=diameter_mm,
        rate_min_ml_min=reader.quantity("min_rate", "rate", 1e-6, 1000.0, area_cm2 * SLOWEST_CM_H / 60.0),
        rate_max_ml_min=reader.quantity("max_rate", "rate", 1e-6, 1000.0, area_cm2 * FASTEST_CM_MIN),
        watchdog_s=round(watchdog_s),
        reply_s=reader.quantity("reply_time", "time", 0.1, 5.0, 0.5),
        retries=reader.integer("retries", 0, 10, 3),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    if watchdog_s != read.watchdog_s:
        raise OptionsError(f"watchdog: {watchdog_s:g} s is no whole number of seconds")
    if not read.rate_min_ml_min < read.rate_max_ml_min:
        raise OptionsError(f"min_rate: {read.rate_min_ml_min:g} mL/min is not below max_rate")
    return read


@dataclass(frozen=True, slots=True)
class Scale:
    """The calibrated relation between what the pump counts and millilitres that leave it."""

    options: InfuserOptions
    calibration: PumpCalibration
    device: str = ""

    @property
    def unit(self) -> str:
        """Return the unit in which this syringe is counted."""
        return "UL" if self.options.syringe_ml <= UL_BELOW_ML else "ML"

    @property
    def step_ml(self) -> float:
        """Return the delivered volume that the last digit is worth with a full syringe counted."""
        size_ml = MILLILITRES[self.unit]
        return self.calibration.gain * size_ml * last_digit(self.options.syringe_ml / size_ml)

    @property
    def full_ml(self) -> float:
        """Return the delivered volume of a full syringe."""
        return self.calibration.gain * self.options.syringe_ml

    @property
    def rates_ml_min(self) -> tuple[float, float]:
        """Return the lowest and the highest delivered rate that the pump takes."""
        low = max(self.options.rate_min_ml_min, ML_PER_MIN["UM"] * last_digit(0.0))
        return self.calibration.gain * low, self.calibration.gain * self.options.rate_max_ml_min

    def target_ml(self, to_ml: float) -> float:
        """Return the delivered volume nearest to `to_ml` that the pump can count to.

        Raises:
            ArgumentError: it is no volume of this syringe.
        """
        if not 0.0 <= to_ml <= self.full_ml + self.step_ml / 2:
            raise ArgumentError(f"{to_ml} mL is outside 0 to {self.full_ml:.6g} mL of the syringe", self.device)
        return round(to_ml / self.step_ml) * self.step_ml

    def volume(self, volume_ml: float) -> str:
        """Return a delivered volume as the pump's number."""
        return format_number(volume_ml / self.calibration.gain / MILLILITRES[self.unit])

    def rate(self, rate_ml_min: float) -> str:
        """Return a delivered rate as the pump's number and unit.

        Raises:
            ArgumentError: the pump cannot go that slowly or that fast.
        """
        low, high = self.rates_ml_min
        if not low * (1 - 1e-9) <= rate_ml_min <= high * (1 + 1e-9):
            message = f"{rate_ml_min} mL/min is outside {low:.6g} to {high:.6g} mL/min"
            raise ArgumentError(message, self.device)
        nominal_ml_min = rate_ml_min / self.calibration.gain
        unit = "UM" if nominal_ml_min < 1.0 else "MM"
        return format_number(nominal_ml_min / ML_PER_MIN[unit]) + unit


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the pump.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    scale = Scale(options, settings.calibration)
    low, high = scale.rates_ml_min
    return Limits(
        syringe_ml=scale.full_ml,
        rate_min_ml_min=low,
        rate_max_ml_min=high,
        resolution_ml=scale.step_ml,
        ports=("out",),
        silence_s=float(options.watchdog_s),
    )


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated pump needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {
        "address": options.address,
        "syringe_ml": options.syringe_ml,
        "diameter_mm": options.diameter_mm,
        **options.simulated,
    }
