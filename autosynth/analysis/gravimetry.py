"""From weighed doses to a pump's calibration: gain, its standard uncertainty, and the random error of one stroke.

Density of water: Tanaka, Girard, Davis, Peuto, Bignell, Metrologia 38 (2001) 301, equation 1, for air-free water of
0 to 40 °C at 101 325 Pa; the formula's own uncertainty is below 1e-6, so that of the thermometer and of the water
(dissolved air, ions: WATER_REL_SD) is what counts. Weighing in air: a body of steel (8.0 g/mL) balances what is weighed
less the air it displaces, as in ISO 8655-6. Pure functions; nothing here knows a station or moves anything.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autosynth.errors import AnalysisError

_A1, _A2, _A3, _A4, _A5 = -3.983035, 301.797, 522528.9, 69.34881, 0.99997495
LOWEST_C, HIGHEST_C = 0.0, 40.0
WATER_REL_SD = 2e-5
"""Assumed: laboratory water saturated with air, against the air-free water of the formula."""
AIR_G_ML = 0.0012
"""Density of air at 20 °C, 1013 hPa and 50 % humidity."""
WEIGHT_G_ML = 8.0
"""Density of a balance's reference weights."""
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Density:
    """A liquid's density with its standard uncertainty, g/mL."""

    value_g_ml: float
    sd_g_ml: float


@dataclass(frozen=True, slots=True)
class WeighedDose:
    """One dose: what the pump was told to move by its nominal scale (mL), in how many strokes, and its weight (g)."""

    nominal_ml: float
    mass_g: float
    strokes: int = 1


@dataclass(frozen=True, slots=True)
class Calibration:
    """A pump's gain (delivered over nominal volume) and the random error of a stroke, each with its uncertainty."""

    gain: float
    gain_sd: float
    stroke_sd_ml: float
    stroke_sd_sd_ml: float
    volumes_ml: tuple[float, ...]
    """What was delivered by each dose."""


def water_density(temperature_c: float, temperature_sd_c: float) -> Density:
    """Return the density of water; the thermometer's uncertainty is carried over by the formula's slope.

    Raises:
        AnalysisError: the temperature is outside 0 to 40 °C.
    """
    if not LOWEST_C <= temperature_c <= HIGHEST_C:
        msg = f"{temperature_c:g} °C: the density of water is known here from {LOWEST_C:g} to {HIGHEST_C:g} °C"
        raise AnalysisError(msg)
    step_c = 0.01
    value = _tanaka(temperature_c)
    slope = (_tanaka(temperature_c + step_c) - _tanaka(temperature_c - step_c)) / (2 * step_c)
    return Density(value, math.hypot(slope * temperature_sd_c, value * WATER_REL_SD))


def _tanaka(t_c: float) -> float:
    return _A5 * (1.0 - (t_c + _A1) ** 2 * (t_c + _A2) / (_A3 * (t_c + _A4)))


def volume_ml(mass_g: float, density: Density) -> float:
    """Return the volume of what shows `mass_g` on a balance in air, mL."""
    return mass_g * (1.0 - AIR_G_ML / WEIGHT_G_ML) / (density.value_g_ml - AIR_G_ML)


def calibrate(doses: Sequence[WeighedDose], density: Density, balance_sd_g: float) -> Calibration:
    """Return the calibration that weighed doses tell, each dose in as many independent strokes as it was made of.

    `balance_sd_g` is the repeatability of one reading: a dose is a difference of two. The gain is the weighted mean of
    delivered over nominal volume; its uncertainty holds the doses' scatter and the density's, which all doses share.

    Raises:
        AnalysisError: fewer than three doses, one of nothing, or a weight that is no dose.
    """
    if len(doses) < FEWEST:
        raise AnalysisError(f"{len(doses)} weighed doses tell no scatter: make at least {FEWEST}, better ten")
    for number, dose in enumerate(doses, start=1):
        if not (dose.nominal_ml > 0 and dose.strokes >= 1 and math.isfinite(dose.mass_g)):
            raise AnalysisError(f"dose {number} of {dose.nominal_ml:g} mL in {dose.strokes} strokes is none")
    volumes = [volume_ml(dose.mass_g, density) for dose in doses]
    weights = [1.0 / dose.strokes for dose in doses]
    square = sum(w * dose.nominal_ml**2 for w, dose in zip(weights, doses, strict=True))
    gain = sum(w * d.nominal_ml * v for w, d, v in zip(weights, doses, volumes, strict=True)) / square
    if not gain > 0:
        raise AnalysisError(f"the doses come to a gain of {gain:.3g}: are the readings in order, and of this vessel?")
    free = len(doses) - 1
    scatter = sum(w * (v - gain * d.nominal_ml) ** 2 for w, d, v in zip(weights, doses, volumes, strict=True)) / free
    weighing = 2.0 * (volume_ml(balance_sd_g, density)) ** 2 * sum(weights) / len(weights)
    relative = math.hypot(math.sqrt(scatter / square) / gain, density.sd_g_ml / density.value_g_ml)
    stroke_sd = math.sqrt(max(scatter - weighing, 0.0))
    return Calibration(gain, gain * relative, stroke_sd, math.sqrt(scatter / (2.0 * free)), tuple(volumes))
