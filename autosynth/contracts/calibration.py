"""Calibration as data: when, how many replicates, how sure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PumpCalibration:
    """Delivered volume = gain x nominal volume; each stroke adds independent positioning error.

    `gain_rel_sd` is common to every stroke of the pump, `stroke_sd_ml` is drawn anew by each.
    """

    gain: float = 1.0
    gain_rel_sd: float = 0.005
    stroke_sd_ml: float = 0.0005
    date: str = ""
    replicates: int = 0
    method: str = "manufacturer's tolerance"


@dataclass(frozen=True, slots=True)
class SensorCalibration:
    """True value = gain x reading + offset, with the standard uncertainty of the corrected value."""

    gain: float = 1.0
    offset: float = 0.0
    sd: float = 0.0
    date: str = ""
    replicates: int = 0
