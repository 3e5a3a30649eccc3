"""Exact spectra of damped exponentials: the discrete transform of a truncated FID in closed form, with derivatives.

A line is exp(rate t) from the first point on, rate = 2 pi i nu - pi width. Its transform over N points is a geometric
sum, so no line needs a transform of its own, truncation is no error, and noise stays white from bin to bin. Any
subset of bins may be asked for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft as transform_of

from autosynth.analysis.arrays import Array
from autosynth.analysis.nmr.fid import Complex


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Bins of the transform that are fitted: `index` counts bins from -N/2, `turn` is exp(-2 pi i k/N)."""

    index: NDArray[np.int64]
    turn: Complex
    points: int
    dwell_s: float

    @property
    def hertz(self) -> Array:
        """Return the offset of each bin from the carrier, Hz."""
        return np.asarray(self.index / (self.points * self.dwell_s), dtype=float)

    def of(self, transform: Complex) -> Complex:
        """Return the bins of a whole transform in the order of `scipy.fft.fft`."""
        return np.asarray(transform[self.index % self.points])

    def without(self, inside: NDArray[np.bool_]) -> "Band":
        """Return the bins that are not marked."""
        return Band(self.index[~inside], self.turn[~inside], self.points, self.dwell_s)

    def of_time(self, decays: Complex) -> Complex:
        """Return the bins of decays given in time, shape (decays, points) to (decays, bins)."""
        return np.asarray(transform_of.fft(decays, axis=1)[:, self.index % self.points])


def band(centres_hz: Array, half_hz: Array, points: int, dwell_s: float) -> Band:
    """Return the bins within `half_hz` of each centre, without bin 0, where a receiver's offset lies."""
    step_hz = 1.0 / (points * dwell_s)
    chosen = np.zeros(points, dtype=bool)
    for centre, half in zip(centres_hz, half_hz, strict=True):
        first, last = int(np.floor((centre - half) / step_hz)), int(np.ceil((centre + half) / step_hz))
        chosen[np.arange(first, min(last + 1, first + points)) % points] = True
    chosen[0] = False
    index = np.flatnonzero(chosen)
    index = np.sort(np.where(index >= (points + 1) // 2, index - points, index))
    return Band(index.astype(np.int64), np.exp(-2j * np.pi * index / points), points, dwell_s)


def whole_band(points: int, dwell_s: float) -> Band:
    """Return all bins, ascending."""
    index = np.arange(points, dtype=np.int64) - points // 2
    return Band(index, np.exp(-2j * np.pi * index / points), points, dwell_s)


def transforms(rates: Complex, start_s: float, on: Band, room: Complex | None = None) -> tuple[Complex, Complex]:
    """Return each line's transform and its derivative by the rate, shape (lines, bins).

    `start_s` is the time of the first point after the pulse; lines have unit amplitude and no phase at time zero.
    Both are written one below the other into `room`, when it is given.
    """
    count = len(rates)
    both = np.empty((2 * count, len(on.index)), dtype=np.complex128) if room is None else room
    value, slope = both[:count], both[count : 2 * count]
    last = np.exp(rates * on.dwell_s * on.points)
    begin = np.exp(rates * start_s)
    whole = begin * (1.0 - last)
    np.multiply(np.exp(rates * on.dwell_s)[:, None], on.turn, out=slope)
    np.subtract(1.0, slope, out=value)
    np.reciprocal(value, out=value)
    slope *= value
    slope *= (whole * on.dwell_s)[:, None]
    slope += (whole * start_s - begin * on.dwell_s * on.points * last)[:, None]
    slope *= value
    value *= whole[:, None]
    return value, slope


def early_points(count: int, on: Band) -> Complex:
    """Return the transforms of the first `count` points, each by itself, shape (count, bins)."""
    return np.asarray(on.turn[None, :] ** np.arange(count)[:, None])
