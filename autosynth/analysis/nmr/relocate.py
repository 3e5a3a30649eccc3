"""Whether a multiplet was laid on the wrong place: a multiplet's lines look alike, and a fit slides no further.

Every line that neighbours split is moved along what the fit leaves over with it taken out; where it explains more than
where it stands, its prior counted, the fit should begin again with it there.
"""

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.nmr.fit import Data, Fit
from autosynth.analysis.nmr.model import DEAD_TIME, GLOBALS, PHASE, decays_at

WITHIN_SD, STEP_HZ = 4.0, 0.4
MISFIT, FAR_SD = 1.1, 2.5
"""A reduced chi squared, and standard uncertainties of a shift, that make a fit suspect."""
BETTER = 3.0
"""Units of log-likelihood."""


def relocated(found: Fit, data: Data) -> Array | None:
    """Return the point with multiplets where they explain most; None when all stand there already."""
    given, point, on = found.given, found.point.copy(), data.on
    lines = given.lines
    start_s = given.dead_time_s + float(point[DEAD_TIME])
    t_s = start_s + on.dwell_s * np.arange(on.points)
    left = data.bins - found.model @ found.at.rows
    moved = False
    for place in lines.split:
        decay = decays_at(given, found.point, start_s, on.dwell_s, on.points)[place]
        sd_hz = float(lines.shift_sd_ppm[place]) * given.frequency_mhz
        here_hz = float(point[GLOBALS + place]) * given.frequency_mhz
        steps = np.arange(-WITHIN_SD * sd_hz, WITHIN_SD * sd_hz + STEP_HZ, STEP_HZ)
        tried = np.append(steps - here_hz, 0.0)
        rows = on.of_time(decay * np.exp(2j * np.pi * tried[:, None] * t_s)) * np.exp(1j * point[PHASE])
        own = left + found.amounts[lines.owner[place]] * given.strengths(found.point)[place] * rows[-1]
        seen = np.maximum((rows.conj() @ own).real, 0.0)
        gain = 0.5 * seen**2 / np.sum(np.abs(rows) ** 2, axis=1) - 0.5 * ((here_hz + tried) / sd_hz) ** 2
        best = int(np.argmax(gain))
        if gain[best] > gain[-1] + BETTER and abs(tried[best]) > STEP_HZ:
            point[GLOBALS + place] = (here_hz + tried[best]) / given.frequency_mhz
            moved = True
    return point if moved else None


def suspect(found: Fit, data: Data) -> bool:
    """Tell whether lines may have been laid on wrong places: a misfit, or one further off than hardly ever happens."""
    freedom = max(data.numbers - len(found.amounts) - len(found.early), 1)
    count = len(found.given.lines.owner)
    off = np.abs(found.point[GLOBALS : GLOBALS + count]) / found.given.lines.shift_sd_ppm
    return found.chi2 / freedom > MISFIT or bool(np.max(off) > FAR_SD)
