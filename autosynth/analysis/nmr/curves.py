"""The picture of a fitted spectrum: apodised, transformed and phased for the eye. No number is taken from it."""

from collections.abc import Sequence

import numpy as np
from scipy import fft as transform_of

from autosynth.analysis.nmr.fid import Fid
from autosynth.analysis.nmr.fit import EARLY, Data, Fit
from autosynth.analysis.nmr.model import DEAD_TIME, PHASE, REFERENCE, UNKNOWN, decays_at
from autosynth.analysis.nmr.result import SpectrumCurves
from autosynth.analysis.nmr.shape import early_points


def curves_of(fid: Fid, found: Fit, names: Sequence[str], width_hz: float, bin_sd: float, data: Data) -> SpectrumCurves:
    """Return the spectrum in the bins that were fitted; `width_hz` apodises it."""
    given, lines, on = found.given, found.given.lines, data.on
    start_s = given.dead_time_s + float(found.point[DEAD_TIME])
    late = np.exp(-np.pi * width_hz * (start_s + fid.dwell_s * np.arange(len(fid.points))))
    phased = np.exp(-1j * (found.point[PHASE] + 2.0 * np.pi * on.hertz * start_s))
    measured = (on.of(transform_of.fft(fid.points * late)) * phased).real / bin_sd
    value = on.of_time(decays_at(given, found.point, start_s, fid.dwell_s, len(fid.points), width_hz))
    strength = found.amounts[lines.owner] * given.strengths(found.point)
    value *= (strength * np.exp(1j * found.point[PHASE]))[:, None]
    value *= phased
    components = {
        name: value.real[lines.owner == number].sum(axis=0)
        for number, name in enumerate(names)
        if found.amounts[number] > 0.0
    }
    if np.any(found.amounts[len(names) :] > 0.0):
        components[UNKNOWN] = value.real[lines.owner >= len(names)].sum(axis=0)
    early, feet = found.alone[:EARLY] * late[:EARLY], found.alone[EARLY:] @ data.series.rows(on, width_hz, start_s)
    baseline = ((early @ early_points(EARLY, on) + feet) * phased).real
    fitted = baseline + sum(components.values(), np.zeros(len(on.index)))
    shift = fid.carrier_ppm + on.hertz / fid.frequency_mhz - float(found.point[REFERENCE])
    return SpectrumCurves(shift, measured, fitted, baseline, measured - fitted, components)
