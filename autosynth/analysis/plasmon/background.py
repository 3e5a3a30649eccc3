"""The background of a plasmon's spectrum: what is scattered, as the fourth power of 1/wavelength, and an offset.

It is found where there is no band: in the spectrum of the same vessel before anything was reduced (the blank). Under a
band it cannot be told from the band's own tail, which free electrons in small particles make as broad.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError

REFERENCE_NM = 500.0
POWER = 4.0
"""Of 1/wavelength: particles much smaller than it (Rayleigh)."""
DIFFERENCES = 5
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Background:
    """Scattering at 500 nm with its standard uncertainty, and an offset."""

    scatter: float
    scatter_sd: float
    offset: float

    def values(self, nm: Array) -> Array:
        """Return the background at wavelengths."""
        return np.asarray(self.scatter * (REFERENCE_NM / nm) ** POWER + self.offset)


def noise_of(absorbance: Array) -> float:
    """Return the standard deviation of one point, from the median of its fifth differences with its neighbours."""
    size = float(np.sqrt(np.sum(np.polynomial.polynomial.polypow([1.0, -1.0], DIFFERENCES) ** 2)))
    return max(float(np.median(np.abs(np.diff(absorbance, DIFFERENCES)))) / 0.6745 / size, 1e-9)


def background_of(nm: Array, absorbance: Array) -> Background:
    """Return scattering and offset of a spectrum without a band; its uncertainty is that of what is left over.

    Raises:
        AnalysisError: the spectrum has fewer than 20 points.
    """
    if len(nm) < FEWEST:
        raise AnalysisError(f"the spectrum has {len(nm)} points; a background takes {FEWEST}")
    design = np.column_stack([(REFERENCE_NM / nm) ** POWER, np.ones_like(nm)])
    inverse = np.linalg.inv(design.T @ design)
    scatter, offset = inverse @ design.T @ absorbance
    left = absorbance - design @ np.array([scatter, offset])
    sd = float(np.sqrt(np.sum(left**2) / (len(nm) - 2) * inverse[0, 0]))
    return Background(float(scatter), sd, float(offset))
