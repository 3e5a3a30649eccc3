"""What an instrument shows of an ion whose compositions are mixed: a profile of peaks, or the area of each peak.

A view renders a mixture in units of one ion and gives derivatives by the mixture's tilt, coupling and skew, by the
shift of the mass scale and by the logarithm of the peaks' width, in this order. Intensity and baseline are linear and
fitted elsewhere. Peaks are Gaussian, their width a constant part of m/z.
"""

from dataclasses import dataclass
from math import pi, sqrt
from typing import Protocol

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.mass.distribution import Distribution
from autosynth.analysis.mass.lines import Lines
from autosynth.analysis.mass.spectrum import MassSpectrum

REACH = 5.0
"""A peak is rendered so many standard deviations to either side."""
FWHM_SD = 2.3548200450309493
"""Full width at half maximum of a Gaussian over its standard deviation, 2 sqrt(2 ln 2)."""
NONLINEAR = 5
_NEAR = 0.35
"""A centroid belongs to a peak when it is nearer than this part of their spacing."""


class View(Protocol):
    """One ion in one spectrum."""

    @property
    def lines(self) -> Lines:
        """Return the peaks of the ion."""
        ...

    @property
    def y(self) -> Array:
        """Return what was measured, shape (points,)."""
        ...

    @property
    def baseline(self) -> Array:
        """Return the terms of a baseline, shape (terms, points)."""
        ...

    @property
    def seen(self) -> tuple[float, float] | None:
        """Return the scale's shift that positions alone tell, and its uncertainty; None where the model tells it."""
        ...

    def model(self, mixed: Distribution, shift: float, log_width: float) -> tuple[Array, Array]:
        """Return what one ion's worth of a mixture shows, shape (points,), and its derivatives, (5, points)."""
        ...

    def columns(self, shift: float, log_width: float) -> Array:
        """Return what each composition alone shows, shape (compositions, points)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A stretch of a profile spectrum."""

    lines: Lines
    mz: Array
    y: Array
    baseline: Array
    resolution: float
    seen: tuple[float, float] | None = None

    def model(self, mixed: Distribution, shift: float, log_width: float) -> tuple[Array, Array]:
        """See `View`."""
        part = self.lines.part @ mixed.part
        where = (self.lines.part * self.lines.mz) @ mixed.part / np.maximum(part, 1e-300)
        there = part > 0.0
        part, where = part[there], where[there]
        sd = where / (self.resolution * FWHM_SD) * np.exp(log_width)
        place, away, height = self._peaks(where * (1.0 + shift), sd)
        slope = height * away / sd[:, None]
        value = self._laid(place, height * part[:, None])
        rows = [
            self._laid(place, height * d[:, None] + slope * (moved * (1.0 + shift))[:, None])
            for d, moved in (self._moved(each, where, there) for each in mixed.by)
        ]
        rows.append(self._laid(place, slope * (part * where)[:, None]))
        rows.append(self._laid(place, height * (away**2 - 1.0) * part[:, None]))
        return value, np.array(rows)

    def columns(self, shift: float, log_width: float) -> Array:
        """See `View`."""
        rows = []
        for part, where in zip(self.lines.part.T, self.lines.mz.T, strict=True):
            there = part > 0.0
            sd = where[there] / (self.resolution * FWHM_SD) * np.exp(log_width)
            place, _, height = self._peaks(where[there] * (1.0 + shift), sd)
            rows.append(self._laid(place, height * part[there][:, None]))
        return np.array(rows)

    def _moved(self, by: Array, where: Array, there: np.ndarray) -> tuple[Array, Array]:
        """Return how peaks' strengths, and strengths times places, change with the mixture."""
        strength = (self.lines.part @ by)[there]
        moment = ((self.lines.part * self.lines.mz) @ by)[there]
        return strength, moment - where * strength

    def _peaks(self, where: Array, sd: Array) -> tuple[np.ndarray, Array, Array]:
        """Return which points lie under each peak, how many sd away, and the peak's density there."""
        first = np.searchsorted(self.mz, where - REACH * sd)
        last = np.searchsorted(self.mz, where + REACH * sd)
        place = first[:, None] + np.arange(max(int(np.max(last - first)), 1))
        inside = place < last[:, None]
        place = np.minimum(place, len(self.mz) - 1)
        away = (self.mz[place] - where[:, None]) / sd[:, None]
        height = np.where(inside, np.exp(-0.5 * away**2), 0.0) / (sd[:, None] * sqrt(2.0 * pi))
        return place, away, height

    def _laid(self, place: np.ndarray, values: Array) -> Array:
        return np.asarray(np.bincount(place.ravel(), values.ravel(), len(self.mz)), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Areas of peaks as a list of centroids tells them, each assigned to a nominal mass; none where none is listed."""

    lines: Lines
    y: Array
    baseline: Array
    seen: tuple[float, float] | None

    def model(self, mixed: Distribution, shift: float, log_width: float) -> tuple[Array, Array]:
        """See `View`; where peaks lie has been used up in assigning them."""
        rows = np.zeros((NONLINEAR, len(self.y)))
        rows[: len(mixed.by)] = mixed.by @ self.lines.part.T
        return np.asarray(self.lines.part @ mixed.part), rows

    def columns(self, shift: float, log_width: float) -> Array:
        """See `View`."""
        return np.asarray(self.lines.part.T)


def profile(lines: Lines, spectrum: MassSpectrum, low: float, high: float, resolution: float) -> Profile:
    """Return a stretch of a profile with a straight baseline."""
    cut = spectrum.within(low, high)
    along = (2.0 * cut.mz - low - high) / (high - low)
    return Profile(lines, cut.mz, cut.intensity, np.array([np.ones_like(along), along]), resolution)


def peaks(lines: Lines, spectrum: MassSpectrum, shift: float, resolution: float) -> Peaks:
    """Return the areas of peaks, assigned on a mass scale that is taken to be off by about `shift`.

    What lies between two peaks is left out. The shift seen is the intensity-weighted mean of what is left, and its
    uncertainty its scatter, or that of one ion in a peak of the resolution over the root of the peaks' number.
    """
    where = lines.mz[:, lines.compositions // 2] * (1.0 + shift)
    cut = spectrum.within(float(where[0]) - lines.spacing, float(where[-1]) + lines.spacing)
    edge = np.searchsorted(0.5 * (where[1:] + where[:-1]), cut.mz)
    off = (cut.mz - where[edge]) / where[edge]
    near = np.abs(cut.mz - where[edge]) < _NEAR * lines.spacing
    areas = np.asarray(np.bincount(edge[near], cut.intensity[near], len(where)), dtype=np.float64)
    weight = cut.intensity[near]
    seen: tuple[float, float] | None = None
    if near.any() and weight.sum() > 0.0:
        mean = float(weight @ off[near] / weight.sum())
        scatter = float(np.sqrt(weight @ (off[near] - mean) ** 2 / weight.sum()))
        one = 1.0 / (resolution * FWHM_SD)
        seen = (shift + mean, max(scatter, 0.1 * one) / float(np.sqrt(near.sum())))
    return Peaks(lines, areas, np.ones((1, len(areas))), seen)
