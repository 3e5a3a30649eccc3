"""What repeated pulses leave of a line's signal: the steady state of a spin that has no time to recover fully.

(1 - E) sin(a) / (1 - E cos(a)) relative to sin(a), E = exp(-TR/T1); for a = 90 degrees that is 1 - exp(-TR/T1).
Transverse magnetisation is taken as gone before the next pulse, and the nuclear Overhauser effect as equal for all.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.lines import Line


@dataclass(frozen=True, slots=True)
class Recovery:
    """The part of a fully relaxed signal that is seen, and its relative standard uncertainty by that of T1."""

    part: float
    sd_rel: float


def recovery(line: Line, repetition_s: float, pulse_deg: float) -> Recovery:
    """Return what a line keeps; everything when its T1 or the repetition time is not told."""
    if line.t1_s is None or repetition_s <= 0.0:
        return Recovery(1.0, 0.0)
    ratio = repetition_s / line.t1_s
    left, cosine = np.exp(-ratio), np.cos(np.radians(pulse_deg))
    part = (1.0 - left) / (1.0 - left * cosine)
    slope = -left * ratio * (1.0 / (1.0 - left) - cosine / (1.0 - left * cosine))
    return Recovery(float(part), float(abs(slope) * line.t1_sd_rel))
