"""Band profiles of unit area with their derivatives: pseudo-Voigt, a sum of a Lorentzian and a Gaussian of one width.

Whiting, J. Quant. Spectrosc. Radiat. Transfer 8 (1968) 1379 describes the sum; with h the half width at half height and
d the distance from the maximum, L = h / (pi (d² + h²)) and G = sqrt(ln 2 / pi) / h exp(-ln 2 d² / h²).
"""

import numpy as np

from autosynth.analysis.arrays import Array

_LN2 = float(np.log(2.0))


def profiles(axis: Array, position: Array, width: Array, gaussian: Array) -> tuple[Array, Array, Array]:
    """Return unit-area profiles and their derivatives by position and by ln width, each of shape (bands, points).

    Args:
        axis: where the spectrum was measured, shape (points,).
        position: maxima, shape (bands,), in the unit of the axis.
        width: full widths at half height, shape (bands,), in the unit of the axis.
        gaussian: share of the Gaussian in the area, shape (bands,).
    """
    half = width[:, None] / 2.0
    off = axis[None, :] - position[:, None]
    share = gaussian[:, None]
    square = off**2 + half**2
    lorentz = (1.0 - share) * half / (np.pi * square)
    scaled = _LN2 * (off / half) ** 2
    gauss = share * np.sqrt(_LN2 / np.pi) / half * np.exp(-scaled)
    value = lorentz + gauss
    by_position = 2.0 * off * (lorentz / square + _LN2 * gauss / half**2)
    by_width = lorentz * (off**2 - half**2) / square + gauss * (2.0 * scaled - 1.0)
    return np.asarray(value), np.asarray(by_position), np.asarray(by_width)
