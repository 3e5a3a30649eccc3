"""A mass spectrum as intensities over m/z, measured as a profile or told as centroids, and what is cut out of it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError

Mode = Literal["profile", "centroid"]
FEWEST = 30
"""Points that a window of a profile needs."""


@dataclass(frozen=True, slots=True, eq=False)
class MassSpectrum:
    """Intensity over m/z, both of shape (points,), m/z ascending; a profile's points or a peak list's centroids."""

    mz: Array
    intensity: Array
    mode: Mode = "profile"
    title: str = ""
    source: str = ""

    def within(self, low: float, high: float) -> "MassSpectrum":
        """Return the part from `low` to `high`."""
        first, last = np.searchsorted(self.mz, (low, high))
        return MassSpectrum(self.mz[first:last], self.intensity[first:last], self.mode, self.title, self.source)

    def covers(self, low: float, high: float) -> bool:
        """Tell whether a profile has points enough, over all of a stretch; a peak list covers what it lies around."""
        if self.mode == "centroid":
            return len(self.mz) > 0 and float(self.mz[0]) < high and float(self.mz[-1]) > low
        inside = self.within(low, high).mz
        edge = 0.05 * (high - low)
        return len(inside) >= FEWEST and bool(inside[0] - low < edge and high - inside[-1] < edge)


def check(spectrum: MassSpectrum) -> None:
    """Look whether a spectrum is one.

    Raises:
        AnalysisError: points that are not finite, do not ascend, are not above m/z 0, or not as many values as places.
    """
    mz, intensity = spectrum.mz, spectrum.intensity
    if mz.ndim != 1 or mz.shape != intensity.shape or not (np.isfinite(mz).all() and np.isfinite(intensity).all()):
        raise AnalysisError("the spectrum has points that are not finite, or not as many values as places")
    if not len(mz) or not mz[0] > 0.0 or not np.all(np.diff(mz) > 0.0):
        raise AnalysisError("the spectrum's m/z does not ascend from above zero")
