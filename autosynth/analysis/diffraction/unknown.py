"""Search for what no listed phase explains: one line at a time, told as unknown and kept out of every phase.

The residual goes through a matched filter of the fitted shape. A peak that listed lines could take up by their
intensities, places and widths is theirs; one under a tenth of what is fitted beside it may be that line's true shape
and is left to the residual. What lies exactly under a listed line cannot be seen. Negative peaks are not looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from autosynth.analysis.arrays import Array
from autosynth.analysis.diffraction.fit import Data, Fit, fit, misfit
from autosynth.analysis.diffraction.model import ETA, GLOBALS, UNKNOWN_SD, ZERO, background
from autosynth.analysis.diffraction.profile import profiles

SIGNIFICANT = 5.0
"""Standard uncertainties that a peak must stand out by: one pattern in a thousand errs among its many places."""
DISTINCT = 0.3
"""A peak is unlike the listed lines when they cannot take up more than the rest of its power."""
SHAPE_PART, BESIDE = 0.1, 1.5
"""A peak is more than this part of what is fitted within so many widths."""
STEPS = 3
"""Places looked at in a line's width."""
PULLED, HALF = 0.04, 0.5
"""A misfit above this, and a fall of chi squared to this part, give away a line that has pulled listed ones along."""
MOST_UNKNOWN = 8
CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Peak:
    """A place (degrees), its width (degrees), and how many standard uncertainties it stands out by."""

    place_deg: float
    fwhm_deg: float
    score: float


def with_unknowns(found: Fit, data: Data) -> Fit:
    """Return the fit with unlisted lines, each fitted together with all others before the next is looked for."""
    for _ in range(MOST_UNKNOWN):
        tops = _tops(found, data)
        peak = _strongest(found, data, tops)
        further = _hidden(found, data, tops) if peak is None else _with_line(found, data, peak)
        if further is None:
            break
        found = further
    return found


def _with_line(found: Fit, data: Data, peak: Peak) -> Fit | None:
    """Return the fit with a line more; None when the zero puts it below the direct beam."""
    wavelength = found.given.radiation[0].angstrom
    theta = np.radians(peak.place_deg - float(found.point[ZERO])) / 2.0
    if not theta > 0.0:
        return None
    relative = UNKNOWN_SD * float(np.radians(peak.fwhm_deg)) / (2.0 * float(np.tan(theta)))
    return fit(found.given.with_line(wavelength / (2.0 * float(np.sin(theta))), relative), data, found)


def _hidden(found: Fit, data: Data, tops: Sequence[tuple[Peak, Array]]) -> Fit | None:
    """Return a fit with a line that had pulled its neighbours to where it was, if one makes all the difference.

    Such a line looks like lines that have moved, and only a fit from the library's lengths tells. It is tried where
    more is unexplained than the shape of lines accounts for, and kept when it halves chi squared.
    """
    if misfit(found, data, found) < PULLED:
        return None
    tried = [_with_line(found, data, peak) for peak, _ in tops]
    best = min((one for one in tried if one is not None), key=lambda one: one.chi2, default=None)
    return best if best is not None and best.chi2 < HALF * found.chi2 else None


def usual_width(found: Fit, place_deg: Array) -> Array:
    """Return the first phase's full width (degrees) at some angles."""
    fwhm, _ = found.given.widths(found.point)
    centre, _ = found.given.centres(found.point, found.given.radiation[0].angstrom)
    first = np.flatnonzero(found.given.width_at == GLOBALS)
    order = first[np.argsort(centre[first])]
    return np.asarray(np.interp(place_deg, centre[order], fwhm[order]))


def _threshold(found: Fit) -> float:
    return float(SIGNIFICANT * np.sqrt(max(found.chi2 / max(len(found.fitted) - found.unknowns, 1), 1.0)))


def _tops(found: Fit, data: Data) -> list[tuple[Peak, Array]]:
    """Return the most significant peaks of the residual, with their shapes in units of the noise."""
    x = data.x_deg
    step = max(found.given.fwhm_deg / STEPS, float(np.median(np.diff(x))))
    places = np.arange(x[0], x[-1], step)
    fwhm = usual_width(found, places)
    part = profiles(x, places, fwhm, float(1.0 / (1.0 + np.exp(-found.point[ETA]))))
    begin = np.concatenate(([0], np.cumsum(np.bincount(part.row, minlength=len(places)))))
    rows = csr_array((part.value / data.sd[part.column], part.column, begin), shape=(len(places), len(x)))
    power = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    score = np.asarray(rows @ ((data.y - found.fitted) / data.sd)) / np.sqrt(np.maximum(power, 1e-300))
    higher = (score > np.roll(score, 1)) & (score >= np.roll(score, -1)) & (score > _threshold(found))
    tops = np.flatnonzero(higher)
    tops = tops[np.argsort(score[tops])[::-1]][:CANDIDATES]
    return [
        (Peak(float(places[top]), float(fwhm[top]), float(score[top])), np.asarray(rows[[top]].toarray()[0]))
        for top in map(int, tops)
    ]


def _strongest(found: Fit, data: Data, tops: Sequence[tuple[Peak, Array]]) -> Peak | None:
    """Return the most significant peak that the listed lines do not account for, if any."""
    if not tops:
        return None
    behind = background(data.x_deg, data.sd, found.given.fwhm_deg)
    others = np.vstack((found.at.rows, behind, found.at.moving(found.areas)))
    for peak, row in tops:
        slope = peak.score * float(np.sqrt(row @ row))
        if _distinct(found, others, row, slope) and _above(found, data, row, peak):
            return peak
    return None


def _distinct(found: Fit, others: Array, row: Array, slope: float) -> bool:
    """Tell whether a peak is significant beyond what everything fitted could take up."""
    link = others @ row
    normal = found.information.copy()
    last = np.arange(len(normal) - len(found.point), len(normal))
    normal[last, last] += found.given.sd**-2.0
    scale = 1.0 / np.sqrt(np.maximum(normal.diagonal(), 1e-300))
    scaled = normal * scale[:, None] * scale + 1e-9 * np.eye(len(scale))
    power = float(row @ row)
    left = power - float(link * scale @ np.linalg.solve(scaled, link * scale))
    return left > DISTINCT * power and slope > _threshold(found) * np.sqrt(left)


def _above(found: Fit, data: Data, row: Array, peak: Peak) -> bool:
    """Tell whether a peak is more than what the shape of its neighbours may be wrong by."""
    near = np.abs(data.x_deg - peak.place_deg) < BESIDE * peak.fwhm_deg
    beside = float(np.max((found.fitted - found.behind)[near], initial=0.0))
    area = peak.score / float(np.sqrt(row @ row))
    return area * float(np.max(row * data.sd)) > SHAPE_PART * beside
