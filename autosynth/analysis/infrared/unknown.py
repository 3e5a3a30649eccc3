"""Bands that nothing listed explains: found one by one in what a fit leaves over, and fitted as bands too.

Every place of the windows is asked how much a band of usual width there would improve the fit once the listed bands
and the baseline have taken up what they can within their priors (a score test). A place within the half width of a
listed band may as well be that band's true shape and is left to the residual. Negative bands are not looked for.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.descent import solve
from autosynth.analysis.infrared.fit import Fit, Setting, fit
from autosynth.analysis.infrared.shape import profiles
from autosynth.analysis.infrared.spectrum import Region

SIGNIFICANT = 4.5
"""Standard uncertainties that a band must stand out by, among some hundred places."""
DISTINCT = 0.2
"""A band is unlike the listed ones when they leave more than this of its power."""
MOST = 4
"""So many unknown bands are fitted; what is left then is told as misfit."""
WIDTH_SD = 0.4
"""Prior standard deviation of the logarithm of an unknown band's width."""
PER_WIDTH = 4.0
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found: the place of the most significant band, or None, and how sure one is of an area there."""

    position: float | None
    width: float
    sd_area: float
    """Standard uncertainty of the area of such a band, median over all places."""


def usual_width(given: Setting) -> float:
    """Return the median width of listed bands."""
    return float(np.median(given.width[: given.listed]))


def search(found: Fit, data: Region, noise: float, spread: float) -> Search:
    """Return the most significant band that the fit does not explain; `spread` multiplies the noise for misfit."""
    width = usual_width(found.given)
    places = _places(data, width / PER_WIDTH)
    same = np.full(len(places), width)
    rows = profiles(data.axis, places, same, np.zeros(len(places)))[0] / noise
    link = found.rows @ rows.T
    kept = np.sum(rows**2, axis=1)
    taken = np.sum(link * solve(found.information + np.diag(found.prior), link), axis=0)
    power = np.maximum(kept - taken, 0.0)
    there = power > DISTINCT * kept
    sd_area = spread / np.sqrt(power[there]) if there.any() else np.array([np.inf])
    score = np.where(there, rows @ found.left / np.sqrt(np.where(there, power, 1.0)) / spread, 0.0)
    position, listed = found.given.places(found.point)[0], found.areas > 0.0
    near = np.abs(places[:, None] - position[listed]) < _NEAR * width
    score[near.any(axis=1)] = 0.0
    best = int(np.argmax(score))
    return Search(float(places[best]) if score[best] > SIGNIFICANT else None, width, float(np.median(sd_area)))


def _places(data: Region, step: float) -> Array:
    """Return places in all windows, a step apart."""
    return np.concatenate(
        [
            np.arange(inside[0], inside[-1], step)
            for inside in (data.axis[data.number == each] for each in np.unique(data.number))
        ]
    )


def with_unknown(found: Fit, data: Region, noise: float, place: Search) -> Fit:
    """Return the fit with one band more at the place found."""
    position = 0.0 if place.position is None else place.position
    wider = found.given.with_unknown(position - float(found.point[0]), place.width, place.width / 2.0, WIDTH_SD)
    scale, (shift, width) = found.point[:1], np.split(found.point[1:], 2)
    start = np.concatenate((scale, shift, [0.0], width, [0.0]))
    return fit(wider, data, noise, start)
