"""The error of a mass scale, as lock masses in the same spectrum tell it."""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.assemblies import AssemblyLibrary
from autosynth.analysis.mass.fit import Setting
from autosynth.analysis.mass.lines import Lines, lock_lines
from autosynth.analysis.mass.modes import settled, starts, told
from autosynth.analysis.mass.noise import even
from autosynth.analysis.mass.spectrum import MassSpectrum
from autosynth.analysis.mass.view import FWHM_SD, profile

STANDING = 8.0
"""Times its standard uncertainty that a lock mass has to stand out."""
OUTSTANDING = 5.0
"""Times the median of all listed intensities that one at a lock mass has to have."""
CENTROID_SD = 0.1
"""Standard uncertainty of a listed centroid, as a part of its peak's standard deviation: that of 100 ions [assumed]."""
_MARGIN = 3.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Shift of a mass scale, as a part of m/z, its standard uncertainty, and by which lock masses it is told."""

    shift: float
    sd: float
    by: tuple[str, ...]


def scale_of(spectrum: MassSpectrum, library: AssemblyLibrary) -> Scale:
    """Return what is known of the scale: by lock masses that the spectrum shows, by the library where it shows none."""
    known = library.calibration
    shifts: list[tuple[str, float, float]] = []
    for lock in library.lock_masses:
        lines = lock_lines(lock)
        reach = 4.0 * known.scale_sd_ppm * 1e-6 * lines.high + _MARGIN * lines.spacing
        low, high = lines.low - reach, lines.high + reach
        if not spectrum.covers(low, high):
            continue
        found = _in_profile if spectrum.mode == "profile" else _in_list
        if (seen := found(spectrum, lines, low, high, library)) is not None:
            shifts.append((lock.name, *seen))
    if not shifts:
        return Scale(0.0, known.scale_sd_ppm * 1e-6, ())
    weight = np.array([sd**-2.0 for _, _, sd in shifts])
    mean = float(weight @ [shift for _, shift, _ in shifts] / weight.sum())
    sd = float(np.hypot(weight.sum() ** -0.5, known.lock_sd_ppm * 1e-6))
    return Scale(mean, sd, tuple(name for name, _, _ in shifts))


def _in_list(
    spectrum: MassSpectrum, lines: Lines, low: float, high: float, library: AssemblyLibrary
) -> tuple[float, float] | None:
    """Return by how much the strongest centroid near a lock mass is off, and how sure that is; None where none is."""
    near = spectrum.within(low, high)
    if not len(near.mz) or not near.intensity.max() > OUTSTANDING * float(np.median(spectrum.intensity)):
        return None
    strongest = float(lines.mz[np.argmax(lines.part[:, 0]), 0])
    sd = CENTROID_SD / (library.calibration.resolution * FWHM_SD)
    return float(near.mz[np.argmax(near.intensity)]) / strongest - 1.0, sd


def _in_profile(
    spectrum: MassSpectrum, lines: Lines, low: float, high: float, library: AssemblyLibrary
) -> tuple[float, float] | None:
    """Return the shift that a profile of a lock mass tells, and how sure that is; None where it does not stand out."""
    known = library.calibration
    view = profile(lines, spectrum, low, high, known.resolution)
    if not float(np.ptp(view.y)) > 0.0:
        return None
    width = (0.0, known.resolution_sd_rel)
    given = Setting([view], [even(view.y)], 0, (0.0, known.scale_sd_ppm * 1e-6), width)
    tooth = lines.spacing / lines.high
    modes = settled(given, starts(given, tooth, np.zeros(2)), tooth)
    best = modes[0][1]
    if not float(best.linear[0]) > STANDING / float(np.sqrt(best.information[0, 0])):
        return None
    seen = told(modes)
    return float(seen.value[4]), float(np.sqrt(seen.covariance[4, 4]))
