"""Named quantities from the fit of a spectrum, with their covariance and one-sided limits near a bound."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.lines import Compound, LineLibrary
from autosynth.analysis.nmr.fit import Data, Fit
from autosynth.analysis.nmr.model import DEAD_TIME, GLOBALS, PHASE, REFERENCE, SHIM
from autosynth.analysis.nmr.result import Forecast, UnknownPeak
from autosynth.analysis.nmr.unknown import SIGNIFICANT, Search
from autosynth.analysis.voltammetry.bounded import Marginal, marginal, truncate, upper_limit
from autosynth.analysis.voltammetry.fractions import NEAR, bounded_estimate


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Mean and covariance of amounts, early points and unknowns of a fit, amounts cut off at zero."""

    mean: Array
    covariance: Array
    likelihood: Marginal
    inflation: float
    chi2_reduced: float
    information: Array


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What one fit says: estimates, gradients of those that scans improve, and unknown peaks."""

    quantities: dict[str, Estimate]
    gradients: dict[str, Array]
    peaks: tuple[UnknownPeak, ...]
    covariance: Array


def posterior(found: Fit, data: Data) -> Posterior:
    """Return the posterior of a fit; misfit widens it."""
    count = len(found.amounts)
    freedom = data.numbers - count - len(found.early)
    reduced = found.chi2 / max(freedom, 1)
    inflation = max(reduced, 1.0)
    information = found.information / inflation
    normal = information + np.diag(found.prior)
    score = found.score.copy()
    still = len(score) - len(found.point)
    score[:still] /= inflation
    score[still:] = (score[still:] + found.point * found.prior[still:]) / inflation
    score[still:] -= found.point * found.prior[still:]
    scale = 1.0 / np.sqrt(np.maximum(np.diag(normal), 1e-300))
    scaled = normal * scale[:, None] * scale + 1e-12 * np.eye(len(scale))
    spread = np.linalg.inv(scaled) * scale[:, None] * scale
    spread = (spread + spread.T) / 2.0
    centre = np.concatenate((found.amounts, found.early, found.point)) + spread @ score
    mean, covariance = truncate(centre, spread, count)
    likelihood = marginal(normal, normal @ centre, count)
    return Posterior(mean, covariance, likelihood, inflation, reduced, information)


def told(
    found: Fit, after: Posterior, compounds: Sequence[Compound], library: LineLibrary, spare: Search, bin_sd: float
) -> Told:
    """Return all quantities of a fit."""
    head, spread = after.mean[: len(found.amounts)], after.covariance
    units, nuclei = _counts(found, compounds, library)
    size = len(after.mean)
    quantities: dict[str, Estimate] = {}
    gradients: dict[str, Array] = {}
    whole, seen = float(units @ head), float(nuclei @ head)
    rows = np.zeros((len(compounds), size))
    for place, one in enumerate(compounds):
        if whole <= 0.0:
            break
        part = float(units[place]) or 1.0
        value = part * float(head[place]) / whole
        rows[place, : len(head)] = (part * (np.arange(len(head)) == place) - value * units) / whole
        sd = float(np.sqrt(rows[place] @ spread @ rows[place]))
        estimate = bounded_estimate(value, sd)
        if not units[place]:
            limit = bounded_estimate(0.0, 1.0).upper_bound or 0.0
            estimate = Estimate(value, sd, "1", value + limit * sd if value < NEAR * sd else None)
        quantities[one.name] = _raised(estimate, after, found, place, part, units)
        gradients[one.name] = rows[place]
    quantities["unknown_frac"], gradients["unknown_frac"] = _unknown(found, after, nuclei, seen, spare, bin_sd)
    quantities |= _spectrum(found, after, spare, bin_sd)
    return Told(quantities, gradients, _peaks(found, after, nuclei, seen), rows @ spread @ rows.T)


def _counts(found: Fit, compounds: Sequence[Compound], library: LineLibrary) -> tuple[Array, Array]:
    """Return counted units and nuclei seen of each species; an unknown line has one nucleus and no unit."""
    strange = len(found.amounts) - len(compounds)
    units = np.array([library.units(one) for one in compounds] + [0.0] * strange)
    nuclei = np.array([float(sum(line.nuclei for line in one.seen)) for one in compounds] + [1.0] * strange)
    return units, nuclei


def _raised(estimate: Estimate, after: Posterior, found: Fit, place: int, part: float, units: Array) -> Estimate:
    """Raise an upper bound to the limit of the profile likelihood where that is higher."""
    if estimate.upper_bound is None:
        return estimate
    spread = float(np.sqrt(after.covariance[place, place]))
    amounts = upper_limit(after.likelihood, place, float(after.mean[place]) + 2.0 * spread)
    whole = float(units @ amounts)
    limit = part * float(amounts[place]) / whole if whole > 0.0 else 1.0
    return replace(estimate, upper_bound=max(estimate.upper_bound, limit))


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
