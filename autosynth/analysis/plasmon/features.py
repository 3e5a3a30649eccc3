"""Bands and shoulders of a spectrum: found in the smoothed curve, measured in the points themselves.

The largest absorbance is often interband, so bands are local maxima; where two metals lie side by side one may only
be a shoulder, seen in the curvature. A band's place is the stationary point of a quartic through the points around
it, with the uncertainty that the noise and the quartic give it.
"""

import numpy as np
import numpy.typing as npt
from scipy.signal import find_peaks, savgol_filter

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.plasmon.result import Feature

Inside = npt.NDArray[np.bool_]
SMOOTH_NM, CURVE_NM, AROUND_NM = 21.0, 51.0, 18.0
SHAPE_FRAC = 0.0007
"""Part of a band's width by which a quartic misplaces it [measured on simulated bands of one alloy]; a second band that
is not resolved pulls it by more."""
CLEAR = 6.0
"""A band stands out by so many standard deviations of what was smoothed."""
APART_NM = 30.0
"""Nearer than this to a band, curvature is the band's own."""
CURVED_FRAC = 0.1
"""A shoulder is curved by this part at least of what its height in one of 60 nm would be [assumed]."""
SHOULDER_NM = 60.0


def features(nm: Array, net: Array, noise: float, low: float, high: float) -> tuple[Feature, ...]:
    """Return the bands and shoulders between two wavelengths of a spectrum without its background, by position."""
    step = float(np.median(np.diff(nm)))
    smooth = savgol_filter(net, _odd(SMOOTH_NM / step), 3)
    smoothed_noise = noise * np.sqrt(3.0 * step / SMOOTH_NM)
    inside = (nm >= low) & (nm <= high)
    tops, _ = find_peaks(smooth, prominence=CLEAR * smoothed_noise)
    bands = [_band(nm, net, smooth, int(top), noise, smoothed_noise) for top in tops if inside[top]]
    found = [each for each in bands if each is not None]
    tallest = max((each.absorbance.value for each in found), default=float(smooth[inside].max(initial=0.0)))
    shoulders = _shoulders(nm, net, noise, step, inside, tallest)
    taken = [each.position.value for each in found]
    found += [each for each in shoulders if all(abs(each.position.value - nm0) > APART_NM for nm0 in taken)]
    return tuple(sorted(found, key=lambda each: each.position.value))


def _odd(points: float) -> int:
    return max(5, 2 * int(points / 2.0) + 1)


def _band(nm: Array, net: Array, smooth: Array, top: int, noise: float, smoothed_noise: float) -> Feature | None:
    """Return a band around the smoothed maximum; None when a quartic has none there."""
    near = np.abs(nm - nm[top]) <= AROUND_NM
    x = (nm[near] - nm[top]) / AROUND_NM
    design = np.polynomial.polynomial.polyvander(x, 4)
    covariance = noise**2 * np.linalg.inv(design.T @ design)
    c = np.linalg.solve(design.T @ design, design.T @ net[near])
    at, curve = 0.0, 0.0
    for _ in range(20):
        slope = c[1] + 2 * c[2] * at + 3 * c[3] * at**2 + 4 * c[4] * at**3
        curve = 2 * c[2] + 6 * c[3] * at + 12 * c[4] * at**2
        if not curve < 0.0:
            return None
        at = at - slope / curve
        if abs(at) > 1.0:
            return None
    powers = at ** np.arange(5)
    gradient = np.array([0.0, 1.0, 2 * at, 3 * at**2, 4 * at**3]) / -curve
    position_sd = AROUND_NM * float(np.sqrt(gradient @ covariance @ gradient))
    height, height_sd = float(powers @ c), float(np.sqrt(powers @ covariance @ powers))
    position = float(nm[top] + AROUND_NM * at)
    width = _width(nm, smooth, position, height, smoothed_noise)
    shape_sd = 0.0 if width is None else SHAPE_FRAC * width.value
    place = Estimate(position, float(np.hypot(position_sd, shape_sd)), "nm")
    return Feature(place, Estimate(height, height_sd, ""), width)


def _width(nm: Array, smooth: Array, position: float, height: float, smoothed_noise: float) -> Estimate | None:
    """Return twice the half width at half height on the red side, where nothing else absorbs, if it falls."""
    red = np.flatnonzero((nm > position) & (smooth < 0.5 * height))
    if not len(red) or red[0] == 0:
        return None
    after = int(red[0])
    fall = float(smooth[after - 1] - smooth[after])
    if not fall > 0.0:
        return None
    step = float(nm[after] - nm[after - 1])
    at = float(nm[after - 1]) + step * float(smooth[after - 1] - 0.5 * height) / fall
    steep = abs(float(smooth[max(after - 6, 0)] - smooth[min(after + 5, len(nm) - 1)])) / (11.0 * step)
    return Estimate(2.0 * (at - position), float(2.0 * smoothed_noise / max(steep, 1e-9)), "nm")


def _shoulders(nm: Array, net: Array, noise: float, step: float, inside: Inside, tallest: float) -> list[Feature]:
    """Return where a spectrum is curved downwards most, and clearly."""
    points = _odd(CURVE_NM / step)
    curvature = savgol_filter(net, points, 4, deriv=2, delta=step)
    weights = savgol_filter(np.eye(1, 2 * points + 1, points).ravel(), points, 4, deriv=2, delta=step)
    curvature_noise = noise * float(np.sqrt(np.sum(weights**2)))
    needed = max(CLEAR * curvature_noise, CURVED_FRAC * tallest * 8.0 * np.log(2.0) / SHOULDER_NM**2)
    lows, _ = find_peaks(-curvature, height=needed, prominence=needed)
    half = points // 2
    found = [int(i) for i in lows if inside[i] and half <= i < len(nm) - half]
    place_sd = 0.25 * CURVE_NM / CLEAR
    return [
        Feature(Estimate(float(nm[i]), place_sd, "nm"), Estimate(float(net[i]), noise, ""), None, shoulder=True)
        for i in found
    ]
