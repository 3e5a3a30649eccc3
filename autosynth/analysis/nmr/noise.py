"""The noise of a FID, from its own spectrum and from the scatter of its blocks."""

from dataclasses import dataclass

import numpy as np
from scipy import fft as transform_of

from autosynth.analysis.nmr.fid import Accumulation

DRIFT = 1.3
"""Blocks that scatter by so much more than the spectrum's noise differ in more than noise."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviation of the real part of one point of the mean FID, and whether blocks agree within it."""

    point_sd: float
    drifting: bool

    def bin_sd(self, points: int) -> float:
        """Return the standard deviation of the real part of a bin of the unnormalised transform."""
        return self.point_sd * float(np.sqrt(points))


def noise_of(accumulation: Accumulation) -> Noise:
    """Return the noise of the mean over all scans.

    A window that begins and ends at zero takes the wide feet off strong lines. Then the median power of all bins is
    ln 2 times the mean power of noise, as long as signals fill far less than half of the spectrum; where they fill
    more, the scatter of blocks is the smaller of the two and is taken.

    Raises:
        AnalysisError: no block was added.
    """
    points = accumulation.fid.points
    window = np.hanning(len(points))
    power = np.abs(transform_of.fft(points * window)) ** 2
    spectral = float(np.median(power)) / np.log(2.0) / float(np.sum(window**2))
    scatter = accumulation.scatter
    if scatter is None or scatter <= 0.0:
        return Noise(float(np.sqrt(spectral / 2.0)), drifting=False)
    variance = min(spectral, scatter)
    return Noise(float(np.sqrt(variance / 2.0)), drifting=scatter > DRIFT**2 * spectral)
