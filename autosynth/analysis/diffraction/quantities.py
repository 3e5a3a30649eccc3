"""Named quantities from the fit of a pattern, with their covariance, which misfit widens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.diffraction.fit import Data, Fit
from autosynth.analysis.diffraction.model import GLOBALS, ZERO
from autosynth.analysis.diffraction.result import UnknownPeak
from autosynth.analysis.diffraction.unknown import SIGNIFICANT, usual_width
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.phases import Phase
from autosynth.analysis.voltammetry.fractions import bounded_estimate

ONE_SIDED = 1.645


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Covariance of areas (those at zero have none), shape (lines, lines), and of the unknowns, and both together."""

    areas: Array
    unknowns: Array
    chi2_reduced: float
    inflation: float


def posterior(found: Fit, data: Data) -> Posterior:
    """Return what is uncertain about a fit; variances of the data's share are multiplied by reduced chi squared.

    Those of an unknown are by that of the points that tell of it, where it is higher: misfit sits at strong lines, and
    a quiet background must not dilute it.
    """
    points = len(data.y)
    reduced = found.chi2 / max(points - found.unknowns, 1)
    inflation = max(reduced, 1.0)
    lines, count = len(found.areas), len(found.point)
    kept = np.ones(len(found.information), dtype=bool)
    kept[:lines] = found.free
    normal = found.information / inflation
    last = np.arange(len(normal) - count, len(normal))
    normal[last, last] += found.given.sd**-2.0
    part = normal[np.ix_(kept, kept)]
    scale = 1.0 / np.sqrt(np.maximum(part.diagonal(), 1e-300))
    spread = np.linalg.inv(part * scale[:, None] * scale + 1e-9 * np.eye(len(scale))) * scale[:, None] * scale
    whole = np.zeros_like(normal)
    whole[np.ix_(kept, kept)] = (spread + spread.T) / 2.0
    wider = _local(found, data) * points / max(points - found.unknowns, 1) / inflation
    wider = np.sqrt(np.maximum(wider, 1.0))
    return Posterior(whole[:lines, :lines], whole[-count:, -count:] * wider[:, None] * wider, reduced, inflation)


def _local(found: Fit, data: Data) -> Array:
    """Return the mean square residual weighted by what each point tells of an unknown, shape (unknowns,)."""
    power = found.at.moving(found.areas) ** 2
    squares = ((data.y - found.fitted) / data.sd) ** 2
    return np.asarray(power @ squares / np.maximum(np.sum(power, axis=1), 1e-300))


def lattices(found: Fit, after: Posterior, phases: Sequence[Phase]) -> dict[str, Estimate]:
    """Return `<phase>.a` and `<phase>.c` in Å, given the wavelength, whose own uncertainty is not in theirs."""
    quantities: dict[str, Estimate] = {}
    place = GLOBALS + len(phases)
    sd = np.sqrt(after.unknowns.diagonal())
    for phase in phases:
        for axis, length in zip("ac", phase.lengths, strict=False):
            value = length.angstrom * float(np.exp(found.point[place]))
            quantities[f"{phase.name}.{axis}"] = Estimate(value, value * float(sd[place]), "angstrom")
            place += 1
    return quantities


def fractions(found: Fit, after: Posterior, phases: Sequence[Phase], absent: Sequence[str]) -> dict[str, Estimate]:
    """Return `<phase>.fraction` among the listed phases: of mass where all scatter, of intensity otherwise.

    Noise alone gives lines that cannot be negative some intensity, so an absent phase is told by its upper limit.
    """
    by_mass = all(one.scatter is not None for one in phases)
    factors = [1.0 if one.scatter is None or not by_mass else 1.0 / one.scatter.per_mass for one in phases]
    owner = found.given.owner
    weight = np.array([factors[each] if each < len(phases) else 0.0 for each in owner])
    whole = float(weight @ found.areas)
    quantities: dict[str, Estimate] = {}
    for number, phase in enumerate(phases):
        mine = weight * (owner == number)
        value = float(mine @ found.areas) / whole if whole > 0.0 else 0.0
        gradient = (mine - value * weight) / max(whole, 1e-300)
        sd = float(np.sqrt(gradient @ after.areas @ gradient))
        estimate = bounded_estimate(value, sd)
        if phase.name in absent:
            estimate = replace(estimate, upper_bound=min(value + ONE_SIDED * sd, 1.0), lower_bound=None)
        quantities[f"{phase.name}.fraction"] = estimate
    return quantities


def unknown_part(found: Fit, after: Posterior, data: Data) -> Estimate:
    """Return the part of all intensity in unlisted lines; none found, the limit is the largest that could be missed."""
    whole = float(np.sum(found.areas))
    if whole <= 0.0:
        return Estimate(0.0, 1.0, "1", 1.0)
    strange = found.given.owner >= found.given.phases
    if not strange.any():
        middle = float(np.median(data.sd)) * float(np.median(np.sqrt(np.gradient(data.x_deg))))
        single = middle * float(np.sqrt(after.inflation * 1.5 * usual_width(found, data.x_deg).mean())) / whole
        return Estimate(0.0, single, "1", min((SIGNIFICANT + ONE_SIDED) * single, 1.0))
    value = float(np.sum(found.areas[strange])) / whole
    gradient = (strange - value) / whole
    return bounded_estimate(value, float(np.sqrt(gradient @ after.areas @ gradient)))


def setting_up(found: Fit, after: Posterior) -> dict[str, Estimate]:
    """Return what the instrument did: `zero` and `fwhm` of the strongest line, in degrees of 2theta."""
    sd = np.sqrt(after.unknowns.diagonal())
    fwhm, slope = found.given.widths(found.point)
    top = int(np.argmax(found.areas))
    spread = float(np.sqrt(slope[:, top] @ after.unknowns @ slope[:, top]))
    return {
        "zero": Estimate(float(found.point[ZERO]), float(sd[ZERO]), "deg"),
        "fwhm": Estimate(float(fwhm[top]), spread, "deg"),
    }


def peaks_of(found: Fit, after: Posterior) -> tuple[UnknownPeak, ...]:
    """Return the unlisted lines that hold intensity, by angle; angles are as measured, spacings without the zero."""
    given = found.given
    centre, slope = given.centres(found.point, given.radiation[0].angstrom)
    whole = float(np.sum(found.areas))
    peaks: list[UnknownPeak] = []
    for each in np.flatnonzero((given.owner >= given.phases) & found.free):
        place = int(given.a_at[each])
        angle = float(np.sqrt(slope[:, each] @ after.unknowns @ slope[:, each]))
        spacing = float(given.a[each] * np.exp(found.point[place]))
        value = float(found.areas[each]) / whole
        gradient = ((np.arange(len(centre)) == each) - value) / whole
        area = float(np.sqrt(gradient @ after.areas @ gradient))
        peaks.append(
            UnknownPeak(
                Estimate(float(centre[each]), angle, "deg"),
                Estimate(spacing, spacing * float(np.sqrt(after.unknowns[place, place])), "angstrom"),
                bounded_estimate(value, area),
            )
        )
    return tuple(sorted(peaks, key=lambda peak: peak.two_theta.value))
