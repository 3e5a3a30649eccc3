"""Named quantities from the fit of bands: areas over the standard's, what is left of the residual, detection limit.

The detection limit is Currie's (Anal. Chem. 40 (1968) 586): what would be missed once in twenty by a test that errs
once in twenty, 3.29 standard uncertainties of a sample that holds none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from autosynth.analysis.arrays import Array
from autosynth.analysis.bands import AXIS_UNITS, Band, BandLibrary
from autosynth.analysis.bounded import ONE_SIDED, upper_limit
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.infrared.fit import Fit
from autosynth.analysis.infrared.posterior import Posterior
from autosynth.analysis.infrared.result import FittedBand
from autosynth.analysis.infrared.unknown import SIGNIFICANT, Search
from autosynth.analysis.voltammetry.fractions import NEAR

DETECTED = 2.0 * ONE_SIDED


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a fit says: quantities, listed and unknown bands, and the covariance of areas over the standard's."""

    quantities: dict[str, Estimate]
    bands: tuple[FittedBand, ...]
    unknown: tuple[FittedBand, ...]
    covariance: Array


def above_zero(value: float, sd: float, least_limit: float = 0.0) -> Estimate:
    """Return a ratio of areas; nearer to zero than three sd it has a one-sided 95 % limit of a gamma distribution.

    `least_limit` raises that limit. A ratio has no upper bound of its own, so nothing happens near 1.
    """
    if value >= NEAR * sd:
        return Estimate(value, sd, "1")
    shape = max((value / sd) ** 2, 0.05) if sd > 0.0 else 1.0
    gamma = float(value * gammaincinv(shape, 0.95) / shape) if value > 0.0 else ONE_SIDED * sd
    return Estimate(value, sd, "1", max(gamma, least_limit))


def told(
    found: Fit, after: Posterior, bands: Sequence[Band], library: BandLibrary, initial: Estimate | None, spare: Search
) -> Told:
    """Return all that a fit says; `initial` is the ratio of residual to standard before the reaction."""
    count, size = len(found.areas), len(after.mean)
    place = bands.index(library.standard)
    standard = float(after.mean[place])
    rows = np.zeros((count, size))
    rows[:, :count] = np.eye(count)
    rows[:, place] -= after.mean[:count] / standard
    rows /= standard
    covariance = rows @ after.covariance @ rows.T
    ratios = [_ratio(found, after, i, place, covariance) for i in range(count)]
    fitted = _bands(found, after, ratios, [one.name for one in bands], AXIS_UNITS[library.axis])
    quantities = {library.ratio_name(one): ratios[i] for i, one in enumerate(bands) if i != place}
    for i, one in enumerate(bands):
        if one.role == "acid":
            quantities["acid_frac"] = ratios[i]
        if one.role == "residual" and initial is not None:
            bare = after.bare_sd(found, i) / standard
            quantities |= _residual(ratios[i], initial, bare)
    quantities["unknown_frac"] = _unknown(ratios[len(bands) :], covariance[len(bands) :, len(bands) :], spare, standard)
    listed = len(bands)
    return Told(quantities, fitted[:listed], fitted[listed:], covariance[:listed, :listed])


def _ratio(found: Fit, after: Posterior, which: int, standard: int, covariance: Array) -> Estimate:
    """Return an area over the standard's; near zero its limit is no lower than that of the profile likelihood."""
    value = float(after.mean[which] / after.mean[standard])
    sd = float(np.sqrt(max(covariance[which, which], 0.0)))
    if which == standard or value >= NEAR * sd:
        return Estimate(value, sd, "1")
    spread = float(np.sqrt(after.covariance[which, which]))
    areas = upper_limit(after.likelihood, which, float(after.mean[which]) + 2.0 * spread)
    profile = float(areas[which] / areas[standard]) if areas[standard] > 0.0 else 0.0
    return above_zero(value, sd, profile)


def _residual(ratio: Estimate, initial: Estimate, bare_sd: float) -> dict[str, Estimate]:
    """Return the part of the residual that is left and the part that would be detected."""
    relative = initial.sd / initial.value
    value = ratio.value / initial.value
    limit = DETECTED * bare_sd / initial.value
    raised = 0.0 if ratio.upper_bound is None else ratio.upper_bound / initial.value
    return {
        "residual_frac": above_zero(value, float(np.hypot(ratio.sd / initial.value, value * relative)), raised),
        "detection_limit": Estimate(limit, limit * relative, "1"),
    }


def _unknown(ratios: Sequence[Estimate], covariance: Array, spare: Search, standard: float) -> Estimate:
    """Return the areas of unknown bands together; none found, the limit is what would have been found."""
    if ratios:
        return above_zero(sum(one.value for one in ratios), float(np.sqrt(max(np.sum(covariance), 0.0))))
    single = spare.sd_area / standard
    return Estimate(0.0, single, "1", (SIGNIFICANT + ONE_SIDED) * single)


def _bands(
    found: Fit, after: Posterior, ratios: Sequence[Estimate], names: Sequence[str], unit: str
) -> tuple[FittedBand, ...]:
    position, width = found.given.places(found.point)
    sd = np.sqrt(np.maximum(np.diag(after.covariance), 0.0))[found.still + 1 :]
    count = len(position)
    return tuple(
        FittedBand(
            names[i] if i < len(names) else "unknown",
            Estimate(float(position[i]), float(sd[i]), unit),
            Estimate(float(width[i]), float(width[i] * sd[count + i]), unit),
            ratios[i],
        )
        for i in range(count)
    )
