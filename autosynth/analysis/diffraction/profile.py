"""The shape of a line: a pseudo-Voigt of unit area but for far tails, eta Lorentzian, the rest Gaussian of one width.

With t = (x - centre)/fwhm, Gaussian 2 sqrt(ln 2/pi) exp(-4 ln 2 t²)/fwhm and Lorentzian 2/(pi fwhm (1 + 4 t²))
(Young and Wiles, J. Appl. Cryst. 15 (1982) 430). Widths follow fwhm² = W + (2 strain tan theta)²: Caglioti's formula
with V = 0, since over a range of fifteen degrees at a short wavelength V cannot be told from W, and a negative V could
make a width imaginary. Asymmetry by axial divergence is not described: it goes into misfit, which widens what is told.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array

REACH = 40.0
"""A line reaches so many widths to either side, where it comes to zero; what is left out of the Lorentzian's tails,
under 2 % of its area, goes into the background."""
_EDGE = 1.0 / (1.0 + 4.0 * REACH**2)
_GAUSS = 2.0 * np.sqrt(np.log(2.0) / np.pi)
_LN16 = 4.0 * np.log(2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Lines at a pattern's points, those within reach alone: row and column of each value, and derivatives."""

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    value: Array
    by_centre: Array
    by_fwhm: Array
    by_eta: Array


def profiles(x_deg: Array, centre_deg: Array, fwhm_deg: Array, eta: float) -> Profiles:
    """Return lines of unit area, 1/degree, with their derivatives.

    Args:
        x_deg: ascending points of the pattern, shape (points,).
        centre_deg: centres, shape (lines,).
        fwhm_deg: full widths at half maximum, shape (lines,).
        eta: Lorentzian part, 0 to 1.
    """
    first = np.searchsorted(x_deg, centre_deg - REACH * fwhm_deg)
    count = np.searchsorted(x_deg, centre_deg + REACH * fwhm_deg) - first
    row = np.repeat(np.arange(len(centre_deg)), count)
    begins = np.repeat(np.cumsum(count) - count, count)
    column = np.arange(len(row)) - begins + np.repeat(first, count)
    width = fwhm_deg[row]
    t = (x_deg[column] - centre_deg[row]) / width
    bell = 1.0 / (1.0 + 4.0 * t**2)
    lorentz, gauss = 2.0 / np.pi * (bell - _EDGE) / width, _GAUSS * np.exp(-_LN16 * t**2) / width
    value = eta * lorentz + (1.0 - eta) * gauss
    slope = -16.0 / np.pi * eta * t * bell**2 / width - 2.0 * _LN16 * (1.0 - eta) * t * gauss
    return Profiles(row, column, value, -slope / width, -(value + t * slope) / width, lorentz - gauss)
