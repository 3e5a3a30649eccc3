"""The posterior of a fit, of one spectrum or of several, and the parts of species that it tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import Marginal, marginal, truncate, upper_limit
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.lines import Compound, LineLibrary
from autosynth.analysis.nmr.fit import Minimum
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


def posterior(found: Minimum, numbers: int) -> Posterior:
    """Return the posterior of a fit of so many real numbers; misfit widens it."""
    count = len(found.amounts)
    freedom = numbers - count - len(found.early)
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


def parts_of(names: Sequence[str], after: Posterior, units: Array) -> tuple[dict[str, Estimate], Array]:
    """Return the part of each species in all counted units, and its gradients by all unknowns, shape (names, unknowns).

    `units` is of all amounts, the named ones first. Where nothing is counted there are no parts.
    """
    head, spread = after.mean[: len(units)], after.covariance
    whole = float(units @ head)
    quantities: dict[str, Estimate] = {}
    rows = np.zeros((len(names), len(after.mean)))
    for place, name in enumerate(names if whole > 0.0 else ()):
        part = float(units[place]) or 1.0
        value = part * float(head[place]) / whole
        rows[place, : len(head)] = (part * (np.arange(len(head)) == place) - value * units) / whole
        sd = float(np.sqrt(rows[place] @ spread @ rows[place]))
        estimate = bounded_estimate(value, sd)
        if not units[place]:
            limit = bounded_estimate(0.0, 1.0).upper_bound or 0.0
            estimate = Estimate(value, sd, "1", value + limit * sd if value < NEAR * sd else None)
        quantities[name] = _raised(estimate, after, place, part, units)
    return quantities, rows


def together(
    compounds: Sequence[Compound], library: LineLibrary, quantities: dict[str, Estimate], rows: Array, spread: Array
) -> tuple[dict[str, Estimate], dict[str, Array]]:
    """Return the library's sums and means of parts, with their gradients."""
    place = {one.name: number for number, one in enumerate(compounds) if one.name in quantities}
    found: dict[str, Estimate] = {}
    gradients: dict[str, Array] = {}
    for name, summed in library.sums.items():
        if place.keys() >= {*summed}:
            gradients[name] = rows[[place[each] for each in summed]].sum(axis=0)
            value = sum(quantities[each].value for each in summed)
            found[name] = bounded_estimate(value, float(np.sqrt(gradients[name] @ spread @ gradients[name])))
    for name, component in library.means.items():
        held = [(one, one.contains.get(component, 0) / library.units(one)) for one in compounds if library.units(one)]
        known = [(one.name, count) for one, count in held if one.name in place]
        if known:
            gradient = sum((count * rows[place[each]] for each, count in known), np.zeros(rows.shape[1]))
            gradients[name] = np.asarray(gradient)
            value = sum(count * quantities[each].value for each, count in known)
            found[name] = Estimate(value, float(np.sqrt(gradient @ spread @ gradient)), "")
    return found, gradients


def _raised(estimate: Estimate, after: Posterior, place: int, part: float, units: Array) -> Estimate:
    """Raise an upper bound to the limit of the profile likelihood where that is higher."""
    if estimate.upper_bound is None:
        return estimate
    spread = float(np.sqrt(after.covariance[place, place]))
    amounts = upper_limit(after.likelihood, place, float(after.mean[place]) + 2.0 * spread)
    whole = float(units @ amounts)
    limit = part * float(amounts[place]) / whole if whole > 0.0 else 1.0
    return replace(estimate, upper_bound=max(estimate.upper_bound, limit))
