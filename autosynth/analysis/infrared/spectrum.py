"""A spectrum as absorbance over an ascending axis, and what of it a library's windows cut out."""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.bands import AXIS_UNITS, Axis, BandLibrary
from autosynth.errors import AnalysisError

DIFFERENCES = 5
"""Of such an order, differences of neighbouring points hold noise and hardly any band."""
FEWEST = 12
"""Points that a window needs beside those its baseline takes."""
OPAQUE = 2.0
"""Absorbance above which hardly any light is left and an area is not proportional to an amount."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Absorbance (decadic) over wavenumber (1/cm) or wavelength (nm), both of shape (points,), axis ascending."""

    axis: Array
    absorbance: Array
    kind: Axis = "wavenumber"
    title: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The points of all windows of a library: `number` says of which window each is."""

    axis: Array
    absorbance: Array
    number: Array
    baseline: Array
    """Legendre polynomials of each window, zero outside of it, shape (coefficients, points)."""
    noise: float
    """Standard deviation of one point, as differences of neighbours tell it."""
    opaque: int
    """Points above `OPAQUE`."""


def region(spectrum: Spectrum, library: BandLibrary) -> Region:
    """Return what is to be fitted.

    Raises:
        AnalysisError: another axis than the library's, points that are not finite or do not ascend, or a window that
            the spectrum does not cover with points enough.
    """
    if spectrum.kind != library.axis:
        raise AnalysisError(f"the spectrum is over {spectrum.kind}, the library {library.title!r} over {library.axis}")
    axis, absorbance = spectrum.axis, spectrum.absorbance
    if axis.shape != absorbance.shape or not (np.isfinite(axis).all() and np.isfinite(absorbance).all()):
        raise AnalysisError("the spectrum has points that are not finite, or not as many values as places")
    if not np.all(np.diff(axis) > 0):
        raise AnalysisError("the spectrum's axis does not ascend")
    places, rows, noises, unit = [], [], [], AXIS_UNITS[library.axis]
    for window in library.windows:
        inside = np.flatnonzero((axis >= window.low) & (axis <= window.high))
        step = float(np.median(np.diff(axis[inside]))) if len(inside) > 1 else 0.0
        covered = len(inside) > 1 and max(axis[inside[0]] - window.low, window.high - axis[inside[-1]]) <= 2.0 * step
        if not covered or len(inside) < FEWEST + window.baseline:
            msg = f"the spectrum does not cover {window.low:g} to {window.high:g} {unit} with {FEWEST} points or more"
            raise AnalysisError(msg)
        places.append(inside)
        scaled = (2.0 * axis[inside] - window.low - window.high) / (window.high - window.low)
        rows.append(np.asarray(np.polynomial.legendre.legvander(scaled, window.baseline).T, dtype=np.float64))
        noises.append(np.diff(absorbance[inside], DIFFERENCES))
    index = np.concatenate(places)
    number = np.concatenate([np.full(len(each), i) for i, each in enumerate(places)]).astype(np.float64)
    cut = absorbance[index]
    return Region(axis[index], cut, number, _blocks(rows), _noise(noises, cut), int(np.sum(cut > OPAQUE)))


def _blocks(rows: list[Array]) -> Array:
    """Return rows side by side, each only where its own window is."""
    out = np.zeros((sum(len(each) for each in rows), sum(each.shape[1] for each in rows)))
    down = right = 0
    for each in rows:
        out[down : down + len(each), right : right + each.shape[1]] = each
        down, right = down + each.shape[0], right + each.shape[1]
    return out


def _noise(differences: list[Array], absorbance: Array) -> float:
    """Return the noise of a point from the median of differences; never below the digits of the numbers."""
    size = float(np.sqrt(np.sum(np.polynomial.polynomial.polypow([1.0, -1.0], DIFFERENCES) ** 2)))
    told = float(np.median(np.abs(np.concatenate(differences)))) / 0.6745 / size
    return max(told, 1e-9 * float(np.max(np.abs(absorbance))), 1e-12)
