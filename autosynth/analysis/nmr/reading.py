"""A spectrum with its noise, a way to read it, and what is to be said of how far the reading can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.nmr.fid import Complex, Fid
from autosynth.analysis.nmr.fit import EARLY, Data, Fit, at_limit, data_of
from autosynth.analysis.nmr.model import REFERENCE, Setting
from autosynth.analysis.nmr.noise import Noise
from autosynth.analysis.nmr.posterior import Posterior
from autosynth.analysis.nmr.quantities import Told
from autosynth.analysis.nmr.result import Forecast
from autosynth.analysis.nmr.shape import Band, band
from autosynth.analysis.nmr.unknown import Search
from autosynth.analysis.nmr.windows import Place, outside

WIDTHS = 10.0
"""Bins within so many widths of a line are fitted, and as far as it may be off."""
OFF_SD = 4.0
AROUND = 3.0
"""Bins up to so many half widths from a window's middle tell what its signals add outside."""
MISFIT_SD = 5.0
FAINT = 5.0
"""The strongest listed line stands out when it is so many times the noise."""
MANY, LIMITING, NOTABLE = 1000, 0.7, 0.005
"""So many times the scans show what noise has no part in; that is told when it is most of what is notable."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """The mean decay of a sample with its transform and noise."""

    fid: Fid
    transform: Complex
    noise: Noise
    places: tuple[Place, ...] = ()
    """Windows that are left out."""

    @property
    def bin_sd(self) -> float:
        """Return the noise of the real part of a bin."""
        return self.noise.bin_sd(len(self.fid.points))

    def band(self, given: Setting, at: Array) -> Band:
        """Return the bins around the lines of a setting, wherever between `at` and the library's scale they are."""
        lines, fid = given.lines, self.fid
        hertz = (lines.shift_ppm + at[REFERENCE] / 2.0 - fid.carrier_ppm) * fid.frequency_mhz
        off = np.hypot(lines.shift_sd_ppm, given.shared_sd[REFERENCE]) * OFF_SD * fid.frequency_mhz
        half = off + WIDTHS * (lines.width_hz + given.shim_hz)
        offsets = [np.zeros(1) if each is None else each.sticks()[0] for each in lines.splittings]
        centres = np.concatenate([middle + each for middle, each in zip(hertz, offsets, strict=True)])
        halves = np.concatenate([np.full(len(each), wide) for wide, each in zip(half, offsets, strict=True)])
        centres = np.append(centres, [each.middle_hz for each in self.places])
        halves = np.append(halves, [AROUND * each.half_hz for each in self.places])
        return band(centres, halves, len(fid.points), fid.dwell_s)

    def data(self, given: Setting, at: Array) -> Data:
        """Return what is fitted: the bins of `band` without those in windows."""
        return data_of(self.transform, self.band(given, at), self.bin_sd, self.places)

    def listed(self, data: Data) -> Complex:
        """Return the decay without the windows and without what the bins of `data` tell of their feet, in time."""
        if not self.places:
            return self.fid.points
        rows = data.early[EARLY:]
        return outside(self.transform, self.fid, data.series, self.bin_sd * (rows.conj() @ data.bins))


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way to assign the lines: its fit and what it says."""

    found: Fit
    after: Posterior
    spare: Search
    said: Told
    data: Data
    weight: float = 1.0


def flags_of(
    spectrum: Spectrum, readings: Sequence[Reading], hidden: Sequence[str], coming: Forecast
) -> tuple[str, ...]:
    """Return a plain sentence for each thing that is wrong or worth a look; none for a good fit."""
    best = readings[0]
    found, after, said = best.found, best.after, best.said
    flags = [f"a line at {peak.shift.value:.2f} ppm belongs to no species looked for" for peak in said.peaks]
    flags += [f"{name} is not observable: nothing is known of it" for name in hidden]
    if len(readings) > 1:
        flags.append(f"lines can be assigned in {len(readings)} ways, the best with probability {best.weight:.2f}")
    if after.chi2_reduced > 1.0 + MISFIT_SD * np.sqrt(2.0 / best.data.numbers):
        flags.append(f"the residual is {np.sqrt(after.chi2_reduced):.2f} times the noise")
    if said.quantities["snr"].value < FAINT:
        flags.append("no listed line stands out of the noise")
    if at_limit(found):
        flags.append("a shift, width or intensity is as far off as the library allows: look at it, or at the library")
    if not found.converged:
        flags.append(f"the fit had not settled after {found.rounds} rounds")
    if spectrum.noise.drifting:
        flags.append("blocks differ by more than noise: the field or the sample drifts")
    worst = max(coming.sds, key=lambda name: coming.sds[name])
    if coming.sd_after(worst, MANY * coming.scans) > LIMITING * coming.sds[worst] > LIMITING * NOTABLE:
        flags.append(f"relaxation times, not noise, limit what is known of {worst}: repeat pulses more slowly")
    if spectrum.fid.repetition_s <= 0.0:
        flags.append("the repetition time is not told: saturation is not corrected")
    return tuple(flags)
