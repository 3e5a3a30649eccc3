"""Signals that no listed species explains: found one by one in what a fit leaves over, and fitted as lines too.

The search is a matched filter over the whole spectrum with the fitted phase and the usual width. A peak that the
listed lines could take up by moving or broadening within their priors is theirs; one within the width of a listed line
may as well be that line's true shape, and is left to the residual. Negative peaks are not looked for.
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft as transform_of

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import least
from autosynth.analysis.nmr.fid import Complex, Fid
from autosynth.analysis.nmr.fit import EARLY, Data, Fit, overlaps
from autosynth.analysis.nmr.model import DEAD_TIME, GLOBALS, PHASE, REFERENCE, Setting, decays_at
from autosynth.analysis.nmr.shape import transforms
from autosynth.analysis.nmr.windows import Series, outside

SIGNIFICANT = 4.5
"""Standard uncertainties that a peak must stand out by: among some thousand places one in a hundred spectra errs."""
DISTINCT = 0.3
"""A peak is unlike the listed lines when they cannot take up more than the rest of its power."""
CANDIDATES = 5
BROADEST = 3.0
DECAYED = 5.0


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found: the strongest peak's shift (ppm on the library's scale) or None, and how sure one is."""

    shift_ppm: float | None
    width_hz: float
    sd_area: float
    """Standard uncertainty of the area (of one nucleus) of a line that would stand alone, in units of the data."""


def usual_width(found: Fit) -> float:
    """Return the median width of lines that are there, Hz, of all listed ones where none is; at most thrice that."""
    amounts = found.amounts[found.given.lines.owner]
    width = found.at.own_hz + found.at.shim_hz
    there = amounts > 0.0
    lines = found.given.lines
    told = lines.width_hz[lines.owner < lines.listed] + found.given.shim_hz
    return min(float(np.median(width[there] if there.any() else width)), BROADEST * float(np.median(told)))


def search(fid: Fid, point_sd: float, found: Fit, data: Data) -> Search:
    """Return the most significant peak that the fit does not explain."""
    width_hz = usual_width(found)
    count = int(min(len(fid.points), np.ceil(DECAYED / (np.pi * width_hz * fid.dwell_s))))
    left = _left_over(fid, found, data.series, point_sd, count)
    start_s = found.given.dead_time_s + float(found.point[DEAD_TIME])
    envelope = np.exp(-np.pi * width_hz * (start_s + fid.dwell_s * np.arange(count)))
    length = transform_of.next_fast_len(2 * count)
    hertz = transform_of.fftfreq(length, fid.dwell_s)
    filtered = transform_of.fft(left * envelope, length)
    filtered *= np.exp(-1j * (found.point[PHASE] + 2.0 * np.pi * hertz * start_s))
    score = filtered.real / (point_sd * float(np.sqrt(np.sum(envelope**2))))
    sd_area = point_sd / float(np.sqrt(np.sum(envelope**2)))
    for place in _tops(score):
        if _distinct(float(hertz[place]), width_hz, found, data, float(score[place])):
            shift = fid.carrier_ppm + hertz[place] / fid.frequency_mhz - float(found.point[REFERENCE])
            return Search(float(shift), width_hz, sd_area)
    return Search(None, width_hz, sd_area)


def _left_over(fid: Fid, found: Fit, series: Series, point_sd: float, count: int) -> Complex:
    """Return the first points of the FID without the model, a receiver's offset and the corrupted first points."""
    given = found.given
    start_s = given.dead_time_s + float(found.point[DEAD_TIME])
    noise = point_sd * float(np.sqrt(len(fid.points)))
    strength = noise * found.amounts[given.lines.owner] * given.strengths(found.point)
    used = len(fid.points) if series.places else count
    model = (strength * np.exp(1j * found.point[PHASE])) @ decays_at(given, found.point, start_s, fid.dwell_s, used)
    left = fid.points[:used] - model - np.mean(fid.points[-len(fid.points) // 4 :])
    if series.places:
        left = outside(transform_of.fft(left), fid, series, noise * found.alone[EARLY:])
    left[:EARLY] = 0.0
    return np.asarray(left[:count])


def _tops(score: Array) -> list[int]:
    """Return the places of the highest local maxima above the threshold, highest first."""
    higher = (score > np.roll(score, 1)) & (score >= np.roll(score, -1)) & (score > SIGNIFICANT)
    tops = np.flatnonzero(higher)
    return [int(top) for top in tops[np.argsort(score[tops])[::-1]][:CANDIDATES]]


def _distinct(hertz: float, width_hz: float, found: Fit, data: Data, score: float) -> bool:
    """Tell whether a peak is significant beyond what listed lines could take up."""
    if _within_a_line(hertz, found):
        return False
    on = data.on
    step_hz = 1.0 / (on.points * on.dwell_s)
    if np.min(np.abs(on.hertz - hertz)) > max(width_hz, step_hz):
        return True
    start_s = found.given.dead_time_s + float(found.point[DEAD_TIME])
    value, _ = transforms(np.array([2j * np.pi * hertz - np.pi * width_hz]), start_s, on)
    row: Complex = value[0] * np.exp(1j * found.point[PHASE])
    link, slope = overlaps(found, data, row)
    power = float(np.vdot(row, row).real)
    taken = float(link @ least(found.information + np.diag(found.prior), link, 0))
    left = max(power - taken, 0.0)
    if left <= DISTINCT * power:
        return False
    return slope > SIGNIFICANT * np.sqrt(left) and score > SIGNIFICANT


def _within_a_line(hertz: float, found: Fit) -> bool:
    """Tell whether a place is within the width of a listed line that is there, or of one of its multiplet."""
    lines = found.given.lines
    there = np.flatnonzero((found.amounts[lines.owner] > 0.0) & (lines.owner < lines.listed))
    width = found.at.own_hz + found.at.shim_hz
    middle = found.at.rates.imag / (2.0 * np.pi)
    for place in there:
        splitting = lines.splittings[place]
        offsets = np.zeros(1) if splitting is None else splitting.sticks()[0]
        if np.min(np.abs(middle[place] + offsets - hertz)) < width[place]:
            return True
    return False


def with_unknown(found: Fit, peak: Search) -> tuple[Setting, Array]:
    """Return setting and starting point with one line more."""
    given = found.given
    shift_ppm = 0.0 if peak.shift_ppm is None else peak.shift_ppm
    own_hz = max(peak.width_hz - float(found.at.shim_hz[0]), 0.3 * peak.width_hz)
    lines = given.lines.with_unknown(shift_ppm, own_hz, peak.width_hz / given.frequency_mhz)
    wider = Setting(
        lines, given.dead_time_s, given.frequency_mhz, given.carrier_ppm, given.shim_hz, given.shared_sd
    )  # fmt: skip
    off = given.parts(found.point)
    parts = [np.append(part, 0.0) for part in (off.shift, off.width, off.intensity)]
    return wider, np.concatenate((found.point[:GLOBALS], *parts, off.stretch))
