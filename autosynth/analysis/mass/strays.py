"""Signals that no listed ion explains: where a profile has more than its fit, by more than counting lets it.

An excess is looked for in windows of a peak's width and of a few peaks' distance, which are what an ion of one
composition and a cluster of isotopologues look like. Windows hold few ions, so an excess is judged by the signed root
of its deviance, which for Poisson counts is nearly normal where a plain ratio is not. What is found is left out of the
fit: an unlisted ion shall not pull it. One that lies under the envelope and has less than its noise stays unseen.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.mass.fit import Fit, Setting
from autosynth.analysis.mass.view import Profile

CERTAIN = 5.0
"""Deviance root from which on an excess is a signal: by chance once in some thousand spectra."""
BELONGING = 2.5
"""Deviance root of windows that belong to a signal which has been found within a group of peaks."""
GROUP_DA = 8.0
"""What a cluster of isotopologues spans, on either side of its strongest peak [assumed]."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A stretch of m/z with a signal of no listed ion: which view, from where to where, and how much.

    `share` is its excess over what the fit has in all of the view.
    """

    view: int
    low: float
    high: float
    share: float

    def __str__(self) -> str:
        """Return it in words."""
        return (
            f"a signal of no listed ion at m/z {self.low:.1f} to {self.high:.1f}, {100.0 * self.share:.2g} % of the "
            "envelope: left out there, under the envelope it may go on"
        )


def stray(given: Setting, found: Fit) -> Stray | None:
    """Return the surest unexplained signal of a fit, None when there is none; of profiles alone."""
    surest: tuple[float, Stray] | None = None
    for number, (view, noise, fitted) in enumerate(zip(given.views, given.noise, found.values, strict=True)):
        if isinstance(view, Profile):
            seen = _in_view(view, noise, fitted, number)
            if seen is not None and (surest is None or seen[0] > surest[0]):
                surest = seen
    return None if surest is None else surest[1]


def without(view: Profile, one: Stray) -> Profile:
    """Return a view with the points of a stretch left out."""
    kept = (view.mz < one.low) | (view.mz > one.high)
    return Profile(view.lines, view.mz[kept], view.y[kept], view.baseline[:, kept], view.resolution, view.seen)


def _in_view(view: Profile, noise: Array, fitted: Array, number: int) -> tuple[float, Stray] | None:
    """Return the surest excess in one view, and how sure it is."""
    peak, group = float(view.mz[-1]) / view.resolution, GROUP_DA / view.lines.charge
    gain = _gain(noise, fitted)
    narrow = _excess(view, noise, fitted, peak, gain)
    wide = _excess(view, noise, fitted, group, gain)
    best = int(np.argmax(np.maximum(narrow, wide)))
    sure = float(max(narrow[best], wide[best]))
    if sure < CERTAIN:
        return None
    at = view.mz[best]
    belonging = view.mz[(narrow > BELONGING) & (np.abs(view.mz - at) <= group)]
    low, high = (float(belonging[0]), float(belonging[-1])) if len(belonging) else (float(at), float(at))
    low, high = low - peak, high + peak
    inside = (view.mz >= low) & (view.mz <= high)
    share = float(np.sum((view.y - fitted)[inside]) / max(float(np.sum(fitted)), 1e-300))
    return sure, Stray(number, low, high, share)


def _gain(noise: Array, fitted: Array) -> float:
    """Return what one ion adds to the intensity, by how the variance grows with it; 0 where it does not."""
    high, low = int(np.argmax(fitted)), int(np.argmin(fitted))
    rise = float(fitted[high] - fitted[low])
    return max(float(noise[high] ** 2 - noise[low] ** 2) / rise, 0.0) if rise > 0.0 else 0.0


def _excess(view: Profile, noise: Array, fitted: Array, width: float, gain: float) -> Array:
    """Return the signed root of the deviance of windows around every point."""
    first = np.searchsorted(view.mz, view.mz - 0.5 * width)
    last = np.searchsorted(view.mz, view.mz + 0.5 * width)
    over, variance = (np.concatenate(([0.0], np.cumsum(each))) for each in (view.y - fitted, noise**2))
    more, spread = over[last] - over[first], variance[last] - variance[first]
    if gain**2 <= 1e-12 * float(np.max(spread)):
        return np.asarray(more / np.sqrt(spread))
    expected = spread / gain**2
    seen = np.maximum(expected + more / gain, 0.0)
    deviance = 2.0 * (np.where(seen > 0.0, seen * np.log(np.maximum(seen, 1e-300) / expected), 0.0) - (seen - expected))
    return np.asarray(np.copysign(np.sqrt(np.maximum(deviance, 0.0)), seen - expected), dtype=np.float64)
