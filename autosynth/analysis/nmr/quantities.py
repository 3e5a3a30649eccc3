"""Named quantities from the fit of a spectrum, with their covariance and one-sided limits near a bound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.lines import Compound, LineLibrary
from autosynth.analysis.nmr.fit import Fit
from autosynth.analysis.nmr.model import DEAD_TIME, GLOBALS, PHASE, REFERENCE, SHIM
from autosynth.analysis.nmr.posterior import Posterior, parts_of, together
from autosynth.analysis.nmr.result import Forecast, UnknownPeak
from autosynth.analysis.nmr.unknown import SIGNIFICANT, Search
from autosynth.analysis.voltammetry.fractions import bounded_estimate


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What one fit says: estimates, gradients of those that scans improve, and unknown peaks."""

    quantities: dict[str, Estimate]
    gradients: dict[str, Array]
    peaks: tuple[UnknownPeak, ...]
    covariance: Array


def told(
    found: Fit, after: Posterior, compounds: Sequence[Compound], library: LineLibrary, spare: Search, bin_sd: float
) -> Told:
    """Return all quantities of a fit."""
    spread = after.covariance
    units, nuclei = _counts(found, compounds, library)
    seen = float(nuclei @ after.mean[: len(found.amounts)])
    quantities, rows = parts_of([one.name for one in compounds], after, units)
    gradients = {name: rows[place] for place, name in enumerate(quantities)}
    more, steep = together(compounds, library, quantities, rows, spread)
    quantities, gradients = quantities | more, gradients | steep
    quantities["unknown_frac"], gradients["unknown_frac"] = _unknown(found, after, nuclei, seen, spare, bin_sd)
    quantities |= _spectrum(found, after, spare, bin_sd)
    return Told(quantities, gradients, _peaks(found, after, nuclei, seen), rows @ spread @ rows.T)


def _counts(found: Fit, compounds: Sequence[Compound], library: LineLibrary) -> tuple[Array, Array]:
    """Return counted units and nuclei seen of each species; an unknown line has one nucleus and no unit."""
    strange = len(found.amounts) - len(compounds)
    units = np.array([library.units(one) for one in compounds] + [0.0] * strange)
    nuclei = np.array([float(sum(line.nuclei for line in one.seen)) for one in compounds] + [1.0] * strange)
    return units, nuclei


def _unknown(
    found: Fit, after: Posterior, nuclei: Array, seen: float, spare: Search, bin_sd: float
) -> tuple[Estimate, Array]:
    """Return the part of all nuclei in unlisted lines; none found, the limit is what would have been found."""
    count, first = len(found.amounts), found.given.lines.listed
    gradient = np.zeros(len(after.mean))
    if seen <= 0.0:
        return Estimate(0.0, 1.0, "1", 1.0), gradient
    single = spare.sd_area / bin_sd / seen
    value = float(np.sum(after.mean[first:count])) / seen
    gradient[:count] = ((np.arange(count) >= first) - value * nuclei) / seen
    if count == first:
        return Estimate(0.0, single, "1", min((SIGNIFICANT + 1.645) * single, 1.0)), gradient
    sd = float(np.sqrt(gradient @ after.covariance @ gradient))
    return bounded_estimate(value, sd), gradient


def _peaks(found: Fit, after: Posterior, nuclei: Array, seen: float) -> tuple[UnknownPeak, ...]:
    lines, count = found.given.lines, len(found.amounts)
    sd = np.sqrt(np.maximum(np.diag(after.covariance), 0.0))
    first = len(after.mean) - len(found.point) + GLOBALS
    number = len(lines.owner)
    shifts = found.given.shifts(found.point)
    peaks = []
    for place in np.flatnonzero(lines.owner >= lines.listed):
        owner = int(lines.owner[place])
        if found.amounts[owner] <= 0.0 or seen <= 0.0:
            continue
        gradient = ((np.arange(count) == owner) - float(after.mean[owner]) / seen * nuclei) / seen
        area = float(np.sqrt(gradient @ after.covariance[:count, :count] @ gradient))
        width = float(found.at.own_hz[place] + found.at.shim_hz[place])
        width_sd = float(found.at.own_hz[place] * sd[first + number + place])
        peaks.append(
            UnknownPeak(
                Estimate(float(shifts[place]), float(sd[first + place]), "ppm"),
                Estimate(width, width_sd, "Hz"),
                bounded_estimate(float(after.mean[owner]) / seen, area),
            )
        )
    return tuple(peaks)


def _spectrum(found: Fit, after: Posterior, spare: Search, bin_sd: float) -> dict[str, Estimate]:
    """Return phase (at the carrier), dead time, offset of the scale, width and height of the strongest line."""
    still = len(after.mean) - len(found.point)
    sd = np.sqrt(np.maximum(np.diag(after.covariance), 0.0))
    lines = found.given.lines
    strength = found.amounts[lines.owner] * lines.weight
    top = int(np.argmax(strength))
    gradient = np.zeros(len(after.mean))
    gradient[still + SHIM] = found.at.shim_hz[top]
    gradient[still + GLOBALS + len(strength) + top] = found.at.own_hz[top]
    width = float(found.at.own_hz[top] + found.at.shim_hz[top])
    phase = (float(np.degrees(found.point[PHASE])) + 180.0) % 360.0 - 180.0
    start_s = found.given.dead_time_s + float(found.point[DEAD_TIME])
    height = float(strength[top]) * bin_sd / spare.sd_area
    return {
        "phase_deg": Estimate(phase, min(float(np.degrees(sd[still + PHASE])), 180.0), "deg"),
        "dead_time": Estimate(start_s, float(sd[still + DEAD_TIME]), "s"),
        "reference_offset": Estimate(float(found.point[REFERENCE]), float(sd[still + REFERENCE]), "ppm"),
        "linewidth_hz": Estimate(width, float(np.sqrt(gradient @ after.covariance @ gradient)), "Hz"),
        "snr": Estimate(height, 1.0, "1"),
    }


def forecast(found: Fit, after: Posterior, said: Told, scans: int) -> Forecast:
    """Return what further scans would bring."""
    sds = {name: said.quantities[name].sd for name in said.gradients}
    return Forecast(scans, after.information, found.prior, said.gradients, sds)
