"""Peaks of single waves: what is left of the measured current when every other fitted wave is subtracted.

Heights and positions come from parabolas through the measured points about each peak, so that a wave which is slower
than the reversible model shows a larger separation than the model's own. Peaks outside the scan are not invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.voltammetry.model import Block

HALF_WIDTH_V = 0.02
"""How much of the scan about a peak the parabola is put through."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A peak's potential (V) and current (A) with standard uncertainties."""

    potential_v: float
    potential_sd_v: float
    current_a: float
    current_sd_a: float


def peak(potential_v: Array, alone_a: Array, model_a: Array, sd_a: Array, sign: float) -> Peak | None:
    """Return the peak of `alone_a` about the extreme of `model_a`; sign -1 looks for a cathodic one."""
    if len(model_a) == 0:
        return None
    top = int(np.argmax(sign * model_a))
    near = np.abs(potential_v - potential_v[top]) <= HALF_WIDTH_V
    if top in (0, len(model_a) - 1) or int(near.sum()) < 7:
        return None
    offset = (potential_v[near] - potential_v[top]) / HALF_WIDTH_V
    design = np.vander(offset, 3)
    normal = np.linalg.inv(design.T @ design)
    square, slope, height = normal @ design.T @ alone_a[near]
    if sign * square >= 0.0:
        return None
    place = -slope / (2.0 * square)
    if abs(place) > 1.0:
        return None
    noise = float(np.sqrt(np.mean(sd_a[near] ** 2)))
    by_place = np.array([slope / (2.0 * square**2), -1.0 / (2.0 * square), 0.0])
    by_height = np.array([place**2, place, 1.0])
    place_sd = noise * float(np.sqrt(by_place @ normal @ by_place)) * HALF_WIDTH_V
    height_sd = noise * float(np.sqrt(by_height @ normal @ by_height))
    current = float(height + slope * place / 2.0)
    return Peak(float(potential_v[top] + place * HALF_WIDTH_V), place_sd, current, height_sd)


def peaks_of(block: Block, alone_a: Array, model_a: Array) -> tuple[Peak | None, Peak | None]:
    """Return the cathodic peak of the sweep to the vertex and the anodic peak of the return."""
    turn = int(np.argmin(block.potential_v)) + 1
    out = peak(block.potential_v[:turn], alone_a[:turn], model_a[:turn], block.sd_a[:turn], -1.0)
    back = peak(block.potential_v[turn:], alone_a[turn:], model_a[turn:], block.sd_a[turn:], 1.0)
    return out, back


def separation(pair: Sequence[Peak | None]) -> Estimate | None:
    """Return anodic minus cathodic peak potential."""
    out, back = pair
    if out is None or back is None:
        return None
    return Estimate(back.potential_v - out.potential_v, float(np.hypot(out.potential_sd_v, back.potential_sd_v)), "V")
