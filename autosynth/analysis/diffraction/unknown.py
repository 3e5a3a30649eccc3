"""Search for what no listed phase explains: one line at a time, told as unknown and kept out of every phase.

The residual goes through a matched filter of the fitted shape. A peak that listed lines could take up by their
intensities, places and widths is theirs; one under a tenth of what is fitted beside it may be that line's true shape
and is left to the residual. What lies exactly under a listed line cannot be seen. Negative peaks are not looked for.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from autosynth.analysis.arrays import Array
from autosynth.analysis.diffraction.fit import Data, Fit, fit
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
        peak = strongest(found, data)
        if peak is None:
            break
        wavelength = found.given.radiation[0].angstrom
        theta = np.radians(peak.place_deg - float(found.point[ZERO])) / 2.0
        if not theta > 0.0:
            break
        relative = UNKNOWN_SD * float(np.radians(peak.fwhm_deg)) / (2.0 * float(np.tan(theta)))
        given = found.given.with_line(wavelength / (2.0 * float(np.sin(theta))), relative)
        found = fit(given, data, found)
    return found


def usual_width(found: Fit, place_deg: Array) -> Array:
    """Return the first phase's full width (degrees) at some angles."""
    fwhm, _ = found.given.widths(found.point)
    centre, _ = found.given.centres(found.point, found.given.radiation[0].angstrom)
    first = np.flatnonzero(found.given.width_at == GLOBALS)
    order = first[np.argsort(centre[first])]
    return np.asarray(np.interp(place_deg, centre[order], fwhm[order]))


def strongest(found: Fit, data: Data) -> Peak | None:
    """Return the most significant peak that the fit does not explain, if any."""
    x = data.x_deg
    step = max(found.given.fwhm_deg / STEPS, float(np.median(np.diff(x))))
    places = np.arange(x[0], x[-1], step)
    fwhm = usual_width(found, places)
    eta = float(1.0 / (1.0 + np.exp(-found.point[ETA])))
    part = profiles(x, places, fwhm, eta)
    begin = np.concatenate(([0], np.cumsum(np.bincount(part.row, minlength=len(places)))))
    rows = csr_array((part.value / data.sd[part.column], part.column, begin), shape=(len(places), len(x)))
    left = (data.y - found.fitted) / data.sd
    power = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    score = np.asarray(rows @ left) / np.sqrt(np.maximum(power, 1e-300))
    threshold = SIGNIFICANT * np.sqrt(max(found.chi2 / max(len(x) - found.unknowns, 1), 1.0))
    higher = (score > np.roll(score, 1)) & (score >= np.roll(score, -1)) & (score > threshold)
    tops = np.flatnonzero(higher)
    tops = tops[np.argsort(score[tops])[::-1]][:CANDIDATES]
    if not len(tops):
        return None
    others = np.vstack((found.at.rows, background(x, data.sd, found.given.fwhm_deg), found.at.moving(found.areas)))
    for top in map(int, tops):
        row = rows[[top]].toarray()[0]
        peak = Peak(float(places[top]), float(fwhm[top]), float(score[top]))
        if _distinct(found, others, row, float(row @ left), threshold) and _above(found, data, row, peak):
            return peak
    return None


def _distinct(found: Fit, others: Array, row: Array, slope: float, threshold: float) -> bool:
    """Tell whether a peak is significant beyond what everything fitted could take up."""
    link = others @ row
    normal = found.information.copy()
    last = np.arange(len(normal) - len(found.point), len(normal))
    normal[last, last] += found.given.sd**-2.0
    scale = 1.0 / np.sqrt(np.maximum(normal.diagonal(), 1e-300))
    scaled = normal * scale[:, None] * scale + 1e-9 * np.eye(len(scale))
    power = float(row @ row)
    left = power - float(link * scale @ np.linalg.solve(scaled, link * scale))
    return left > DISTINCT * power and slope > threshold * np.sqrt(left)


def _above(found: Fit, data: Data, row: Array, peak: Peak) -> bool:
    """Tell whether a peak is more than what the shape of its neighbours may be wrong by."""
    near = np.abs(data.x_deg - peak.place_deg) < BESIDE * peak.fwhm_deg
    beside = float(np.max((found.fitted - found.behind)[near], initial=0.0))
    area = peak.score / float(np.sqrt(row @ row))
    return area * float(np.max(row * data.sd)) > SHAPE_PART * beside
