"""A way into the right minimum for multiplets: fit what a broader line would be first, then ever sharper ones.

Isotopomers make combs of lines a few hertz apart; laid one tooth off, a comb fits nearly as well and slides no further.
Multiplied by exp(-pi W t) the decay has no teeth, and its shifts lead to the right place. These fits are beginnings
only: their noise is not white, and nothing is told from them.
"""

from dataclasses import replace

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.nmr.fit import data_of, fit
from autosynth.analysis.nmr.model import SHIM, Setting
from autosynth.analysis.nmr.reading import Spectrum
from autosynth.analysis.nmr.shape import Band

STAGES_HZ = (20.0, 2.0)


def sharpened(spectrum: Spectrum, given: Setting, on: Band, start: Array) -> Array:
    """Return where ever sharper fits end that begin at `start`; the point itself where no line is split.

    Raises:
        AnalysisError: a model is not finite at its start.
    """
    if not len(given.lines.split):
        return start
    fid, point = spectrum.fid, start.copy()
    for broader_hz in STAGES_HZ:
        wide_hz = given.shim_hz + broader_hz
        shared = given.shared_sd.copy()
        shared[SHIM] *= given.shim_hz / wide_hz
        late = np.exp(-np.pi * broader_hz * (given.dead_time_s + fid.dwell_s * np.arange(len(fid.points))))
        places = tuple(replace(each, width_hz=each.width_hz + broader_hz) for each in spectrum.places)
        data = data_of(np.fft.fft(fid.points * late), on, spectrum.bin_sd, places)
        point[SHIM] = 0.0
        wider = replace(given, shim_hz=wide_hz, shared_sd=shared)
        point = fit(wider, data, point).point.copy()
    point[SHIM] = 0.0
    return point
