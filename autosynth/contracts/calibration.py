"""Calibration as data: when, how many replicates, how sure."""

import math
from dataclasses import dataclass

OVERDRAW_ML = 0.1
OVERDRAW_SD = 4.0


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

    def overdraw_ml(self, volume_ml: float, sd_ml: float) -> float:
        """Return how much more than `volume_ml` ± `sd_ml` has to be drawn from a vessel so that it is empty afterwards.

        Four standard uncertainties of what is in it and of what is drawn, 0.1 mL at the least: so much gas follows the
        last drop through the line.
        """
        return max(OVERDRAW_ML, OVERDRAW_SD * math.hypot(sd_ml, self.gain_rel_sd * volume_ml))


@dataclass(frozen=True, slots=True)
class SensorCalibration:
    """True value = gain x reading + offset, with the standard uncertainty of the corrected value."""

    gain: float = 1.0
    offset: float = 0.0
    sd: float = 0.0
    date: str = ""
    replicates: int = 0
