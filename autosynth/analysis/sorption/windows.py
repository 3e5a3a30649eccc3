"""The BET equation fitted to every window of an isotherm at once, and which of the windows are admissible.

Brunauer, Emmett, Teller, J. Am. Chem. Soc. 60 (1938) 309: p / (n (1 - p)) is a line over the relative pressure p, and
its value at p = 1 is the reciprocal monolayer. Criteria: Rouquerol, Llewellyn, Rouquerol, Stud. Surf. Sci. Catal. 160
(2007) 49, as made quantitative by Osterrieth et al., Adv. Mater. 34 (2022) 2201502 (BETSI). They ask for C > 0; with C
below 2 an isotherm has no knee and no monolayer (Thommes et al., Pure Appl. Chem. 87 (2015) 1051), so 2 it is here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array

FEWEST = 10
"""Points of a window, as BETSI has it."""
AGREEING = 0.2
"""Relative difference of the two pressures at which the monolayer is full."""
LOWEST_C = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Every window of at least `fewest` points, an entry each in arrays of shape (windows,)."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    monolayer: Array
    """mmol/g."""
    monolayer_sd: Array
    """By the scatter of points about the line."""
    c: Array
    """The constant of the equation, 1."""
    mismatch: Array
    """Relative difference of the pressure 1 / (1 + sqrt(C)) from that at which the isotherm reaches the monolayer."""
    admissible: NDArray[np.bool_]
    tried: int


def windows(pressure: Array, loading: Array, fewest: int = FEWEST) -> Windows:
    """Fit every window of neighbouring points and judge it.

    Sums run along each row from a window's first point, which is its origin, so that a window at a millionth of the
    saturation pressure loses no digits.

    Args:
        pressure: relative pressures, ascending, between 0 and 1, shape (points,).
        loading: mmol/g, shape (points,).
        fewest: points of the smallest window.
    """
    count = len(pressure)
    later = np.triu(np.ones((count, count), dtype=bool))
    ordinate = pressure / (loading * (1.0 - pressure))
    x = np.where(later, pressure - pressure[:, None], 0.0)
    y = np.where(later, ordinate - ordinate[:, None], 0.0)
    points = np.cumsum(later, axis=1)
    first, last = np.nonzero(points >= fewest)
    m = points[first, last].astype(np.float64)
    mean_x, mean_y = (np.cumsum(each, axis=1)[first, last] / m for each in (x, y))
    xx, xy, yy = (np.cumsum(one * other, axis=1)[first, last] for one, other in ((x, x), (x, y), (y, y)))
    xx, xy, yy = xx - m * mean_x**2, xy - m * mean_x * mean_y, yy - m * mean_y**2
    slope = xy / xx
    at_zero = ordinate[first] + mean_y - slope * (pressure[first] + mean_x)
    at_one = at_zero + slope
    with np.errstate(divide="ignore", invalid="ignore"):
        monolayer, c = 1.0 / at_one, 1.0 + slope / at_zero
    variance = np.maximum(yy - slope * xy, 0.0) / np.maximum(m - 2.0, 1.0)
    reach = 1.0 - pressure[first] - mean_x
    spread = np.sqrt(variance * (1.0 / m + reach**2 / xx)) * monolayer**2
    admissible, mismatch = _judged(pressure, loading, first, last, monolayer, c)
    return Windows(first, last, monolayer, spread, c, mismatch, admissible, len(first))


def _judged(
    pressure: Array, loading: Array, first: NDArray[np.int64], last: NDArray[np.int64], monolayer: Array, c: Array
) -> tuple[NDArray[np.bool_], Array]:
    """Return which windows fulfil the four criteria, and how far their two pressures of the monolayer differ."""
    falls = np.concatenate(([0], np.cumsum(np.diff(loading * (1.0 - pressure)) <= 0.0)))
    rising = falls[first] == falls[last]
    sound = np.isfinite(monolayer) & np.isfinite(c) & (monolayer > 0.0) & (c >= LOWEST_C)
    inside = sound & rising & (loading[first] <= monolayer) & (monolayer <= loading[last])
    mismatch = np.full(len(first), np.inf)
    envelope = np.maximum.accumulate(loading)
    reached = np.interp(monolayer[inside], envelope, pressure)
    mismatch[inside] = np.abs(1.0 / (1.0 + np.sqrt(c[inside])) - reached) / reached
    return inside & (mismatch <= AGREEING), mismatch
