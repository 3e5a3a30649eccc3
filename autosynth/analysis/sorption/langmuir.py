"""The Langmuir equation as a line: p / n over p, whose slope is the reciprocal capacity.

Langmuir, J. Am. Chem. Soc. 40 (1918) 1361. The area is that of a single layer on every site and, where more layers or
pores fill, a number to compare with the literature and no surface.
"""

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError

RANGE = (0.05, 0.9)
"""Relative pressures fitted: a custom, no more."""
FEWEST = 5


def capacity(pressure: Array, loading: Array, within: tuple[float, float] = RANGE) -> tuple[float, float]:
    """Return the capacity and its standard uncertainty by the scatter about the line, mmol/g.

    Args:
        pressure: relative pressures, shape (points,).
        loading: mmol/g, shape (points,).
        within: lowest and highest relative pressure used.

    Raises:
        AnalysisError: fewer than five points lie within, or the slope is not positive.
    """
    inside = (pressure >= within[0]) & (pressure <= within[1])
    if np.sum(inside) < FEWEST:
        raise AnalysisError(f"{np.sum(inside)} points from {within[0]:g} to {within[1]:g} p/p0 make no Langmuir line")
    x, y = pressure[inside], pressure[inside] / loading[inside]
    off = x - np.mean(x)
    slope = float(off @ y / (off @ off))
    if not slope > 0.0:
        raise AnalysisError("the isotherm has no capacity: p/n falls where it should rise")
    left = y - np.mean(y) - slope * off
    sd = float(np.sqrt(left @ left / (len(x) - 2) / (off @ off)))
    return 1.0 / slope, sd / slope**2
