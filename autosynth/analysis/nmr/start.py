"""Where a fit may begin: offsets of the shift scale at which the library's lines meet the signal, each with its phase.

All species slide along the spectrum together, broadened by what their shifts may be off. One transform a species tells
how well they fit at every offset, and at each of them the phase follows in closed form. Several offsets may be left,
where a pair of lines could be either of two species: all are fitted, and their evidence is compared afterwards.
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft as transform_of

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import least
from autosynth.analysis.nmr.fid import Complex
from autosynth.analysis.nmr.model import PHASE, REFERENCE, SHIM, Setting, decays_at

WITHIN_SD = 4.0
"""Offsets of so many prior standard uncertainties are tried."""
MOST_STARTS = 4
WORSE = 0.5
"""An offset whose gain is less than this part of the best one's is not fitted."""
DECAYED = 6.0
FINE = 3
LOOSE = 0.8
BROADER = 1.5
"""The lines are broadened by so many standard uncertainties of their shifts."""


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    gain: Array
    """Log-likelihood over that of no signal at all, by offset."""
    phase: Array
    offset_ppm: Array


def starts(given: Setting, points: Complex, dwell_s: float) -> list[Array]:
    """Return starting points for `fit`, the most promising first; at least one."""
    tried = _slide(given, points, dwell_s)
    gain = tried.gain
    inner = np.flatnonzero((gain[1:-1] >= gain[:-2]) & (gain[1:-1] > gain[2:])) + 1
    tops = inner if len(inner) else np.array([int(np.argmax(gain))])
    tops = tops[np.argsort(gain[tops])[::-1]][:MOST_STARTS]
    good = [int(top) for top in tops if gain[top] >= WORSE * gain[tops[0]]]
    return [_point(given, float(tried.phase[top]), float(tried.offset_ppm[top])) for top in good]


def _point(given: Setting, phase: float, offset_ppm: float) -> Array:
    point = np.zeros(len(given.sd))
    point[PHASE], point[REFERENCE] = phase, offset_ppm
    point[SHIM] = np.log(_broadened(given) / given.shim_hz)
    return point


def _broadened(given: Setting) -> float:
    """Return the broadening with which lines that are off still overlap with theirs, Hz."""
    off_hz = BROADER * float(np.median(given.lines.shift_sd_ppm)) * given.frequency_mhz
    return max(given.shim_hz, off_hz)


def _slide(given: Setting, points: Complex, dwell_s: float) -> _Tried:
    point = _point(given, 0.0, 0.0)
    _, own, shim = given.rates(point)
    count = int(min(len(points), max(64.0, np.ceil(DECAYED / (np.pi * float(np.min(own + shim)) * dwell_s)))))
    lines = given.lines
    decays = decays_at(given, point, given.dead_time_s, dwell_s, count)
    species = lines.by_species(lines.weight[:, None] * decays)
    length = transform_of.next_fast_len(FINE * count)
    step_ppm = 1.0 / (length * dwell_s * given.frequency_mhz)
    reach = min(int(np.ceil(WITHIN_SD * given.shared_sd[REFERENCE] / step_ppm)), length // 2 - 1)
    offsets = np.arange(-reach, reach + 1)
    overlap = transform_of.fft(np.conj(species) * points[:count], length, axis=1)[:, offsets % length]
    overlap *= np.exp(-2j * np.pi * offsets * step_ppm * given.frequency_mhz * given.dead_time_s)
    together = np.conj(species) @ species.T
    gain, phase = _best(together, overlap)
    prior = 0.5 * (offsets * step_ppm / given.shared_sd[REFERENCE]) ** 2
    scale = float(np.median(np.abs(points[-max(len(points) // 4, 16) :]) ** 2)) / np.log(2.0) / 2.0
    return _Tried(gain / max(scale, 1e-300) - prior, phase, np.asarray(offsets * step_ppm, dtype=float))


def _best(together: Complex, overlap: Complex) -> tuple[Array, Array]:
    """Return gain and phase at each offset, for amounts that are not negative; zero where they could not be much."""
    ridge = together + 1e-9 * np.trace(together).real * np.eye(len(together))
    free = np.linalg.solve(ridge, overlap)
    limit = 0.5 * np.einsum("sk,sk->k", np.conj(overlap), free).real
    phases = 0.5 * np.angle(np.einsum("sk,sk->k", free, together.T @ free))
    gains = np.zeros(len(phases))
    for place in np.flatnonzero(limit > WORSE * LOOSE * limit.max()):
        right = np.real(np.exp(-1j * phases[place]) * overlap[:, place])
        if np.sum(np.maximum(right, 0.0) ** 2) < np.sum(np.minimum(right, 0.0) ** 2):
            right, phases[place] = -right, phases[place] + np.pi
        gains[place] = 0.5 * float(right @ least(together.real, right, len(right)))
    return gains, phases
