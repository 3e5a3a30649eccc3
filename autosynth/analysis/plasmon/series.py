"""Whether a plasmon still changes: straight lines through its last readings, told as the change over their time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate

WINDOW_S = 300.0
"""How far back is looked."""
COVERED = 0.9
FEWEST = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """Place (nm) and absorbance of the main band at a time, each with its standard uncertainty."""

    t_s: float
    position_nm: float
    position_sd: float
    absorbance: float
    absorbance_sd: float


def drifts(readings: Sequence[Reading], window_s: float = WINDOW_S) -> dict[str, Estimate]:
    """Return `position_drift` (nm) and `absorbance_drift` (of the absorbance) over the last `window_s`.

    Each is the slope of a weighted line times the window; its uncertainty is that of the readings, or of their scatter
    about the line where that is more. Nothing before there are six readings over nine tenths of the window.
    """
    last_s = max((each.t_s for each in readings), default=0.0)
    used = [each for each in readings if last_s - each.t_s <= window_s]
    if len(used) < FEWEST or last_s - min(each.t_s for each in used) < COVERED * window_s:
        return {}
    t_s = np.array([each.t_s for each in used])
    position = _drift(t_s, *_columns(used, "position_nm", "position_sd"), window_s)
    heights, height_sds = _columns(used, "absorbance", "absorbance_sd")
    height, height_sd = _drift(t_s, heights, height_sds, window_s)
    mean = float(np.mean(heights))
    if not mean > 0.0:
        return {}
    return {
        "position_drift": Estimate(*position, "nm"),
        "absorbance_drift": Estimate(height / mean, height_sd / mean, "1"),
    }


def _columns(readings: Sequence[Reading], value: str, sd: str) -> tuple[Array, Array]:
    return (
        np.array([getattr(each, value) for each in readings]),
        np.array([max(getattr(each, sd), 1e-12) for each in readings]),
    )


def _drift(t_s: Array, values: Array, sds: Array, window_s: float) -> tuple[float, float]:
    """Return the change of a weighted line over the window, and its standard uncertainty."""
    weights = 1.0 / sds**2
    middle = np.average(t_s, weights=weights)
    spread = float(np.sum(weights * (t_s - middle) ** 2))
    slope = float(np.sum(weights * (t_s - middle) * values)) / spread
    left = values - np.average(values, weights=weights) - slope * (t_s - middle)
    chi2 = float(np.sum(weights * left**2)) / (len(t_s) - 2)
    return window_s * slope, window_s * float(np.sqrt(max(chi2, 1.0) / spread))
