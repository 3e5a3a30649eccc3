"""An adsorption isotherm as it was measured: relative pressure and loading, in the order of the points."""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError

MOST_POINTS = 1000
"""Every window is tried, and there are half as many as the square of this."""


@dataclass(frozen=True, slots=True, eq=False)
class Isotherm:
    """Adsorption branch: pressure over saturation pressure, ascending, and loading in mmol/g, of shape (points,)."""

    pressure: Array
    loading: Array
    adsorptive: str
    temperature_k: float
    title: str = ""
    source: str = ""


def checked(isotherm: Isotherm) -> tuple[Array, Array]:
    """Return pressures and loadings between vacuum and saturation, where the BET equation has a meaning.

    Raises:
        AnalysisError: points are not finite, pressures do not ascend, or there are more than a thousand.
    """
    pressure, loading = isotherm.pressure, isotherm.loading
    if pressure.shape != loading.shape or not (np.isfinite(pressure).all() and np.isfinite(loading).all()):
        raise AnalysisError("the isotherm has points that are not finite, or not as many loadings as pressures")
    if len(pressure) > MOST_POINTS:
        raise AnalysisError(f"the isotherm has {len(pressure)} points, at most {MOST_POINTS} are tried in all windows")
    if np.any(np.diff(pressure) <= 0):
        raise AnalysisError("the pressures of the adsorption branch do not ascend")
    inside = (pressure > 0.0) & (pressure < 1.0) & (loading > 0.0)
    return pressure[inside], loading[inside]
