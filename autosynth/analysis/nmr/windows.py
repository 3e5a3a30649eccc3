"""Signals that nobody lists in detail, such as a ligand's protons: their bins are left out, their feet are fitted.

Outside a window the transform of any lines inside is a series: with z of the window's middle and w = exp(-2 pi i k/N),
1/(1 - z' w) of a line at z' is the sum over m of (z' - z)^m w^m / (1 - z w)^(m+1). Its terms are linear, whatever the
lines are, and truncation of the decay only multiplies them; as many terms as the library says are taken, made
orthogonal on the bins that are fitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft as transform_of

from autosynth.analysis.arrays import Array
from autosynth.analysis.couplings import Window
from autosynth.analysis.nmr.fid import Complex, Fid
from autosynth.analysis.nmr.shape import Band, whole_band


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window is in one spectrum, Hz from the carrier."""

    middle_hz: float
    half_hz: float
    width_hz: float
    terms: int

    def covers(self, hertz: Array) -> NDArray[np.bool_]:
        """Tell for each offset whether it is inside."""
        return np.asarray(np.abs(hertz - self.middle_hz) <= self.half_hz, dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The terms of all windows, and what makes them orthogonal on the bins of a fit, shape (terms, terms)."""

    places: tuple[Place, ...]
    mixing: Complex

    def rows(self, on: Band, broader_hz: float = 0.0, start_s: float = 0.0) -> Complex:
        """Return the orthogonal terms on other bins, of decays broader by so many hertz, shape (terms, bins)."""
        return np.asarray(self.mixing @ _terms(self.places, on, broader_hz, start_s))


def places_of(windows: Sequence[Window], transform: Complex, fid: Fid) -> tuple[Place, ...]:
    """Return where the windows are: about the middle of the power that is found where the library has them."""
    bins = whole_band(len(fid.points), fid.dwell_s)
    power = np.abs(bins.of(transform)) ** 2
    found: list[Place] = []
    for each in windows:
        middle = fid.hertz(each.shift_ppm)
        for reach in (each.half_hz + each.off_hz, each.half_hz):
            near = np.abs(bins.hertz - middle) <= reach
            if near.any():
                middle = float(np.average(bins.hertz[near], weights=np.maximum(power[near], 1e-300)))
        found.append(Place(middle, each.half_hz, each.width_hz, each.terms))
    return tuple(found)


def series_of(places: tuple[Place, ...], on: Band) -> Series:
    """Return the terms of windows made orthogonal on the bins that are fitted."""
    terms = _terms(places, on)
    if not len(terms):
        return Series(places, np.zeros((0, 0), dtype=np.complex128))
    _, right = np.linalg.qr(terms.T)
    return Series(places, np.asarray(np.linalg.inv(right).T, dtype=np.complex128))


def outside(transform: Complex, fid: Fid, series: Series, strengths: Complex) -> Complex:
    """Return the decay in time of what stands outside the windows: their bins at zero, their feet taken away."""
    bins = whole_band(len(fid.points), fid.dwell_s)
    left = np.zeros(len(transform), dtype=np.complex128)
    left[bins.index % len(transform)] = bins.of(transform) - strengths @ series.rows(bins)
    for each in series.places:
        left[bins.index[each.covers(bins.hertz)] % len(transform)] = 0.0
    return np.asarray(transform_of.ifft(left))


def _terms(places: Sequence[Place], on: Band, broader_hz: float = 0.0, start_s: float = 0.0) -> Complex:
    if not places:
        return np.zeros((0, len(on.index)), dtype=np.complex128)
    found: list[Complex] = []
    late = np.exp(-np.pi * broader_hz * on.dwell_s)
    for each in places:
        z = late * np.exp((2j * np.pi * each.middle_hz - np.pi * each.width_hz) * on.dwell_s)
        pole = 1.0 / (1.0 - z * on.turn)
        scale = 2.0 * np.pi * each.half_hz * on.dwell_s
        row: Complex = pole * np.exp(-np.pi * broader_hz * start_s)
        for _ in range(each.terms):
            found.append(row)
            row = row * (scale * late) * on.turn * pole
    return np.stack(found)
