"""Named quantities of a sample from its fit, and their changes since the sample before.

A change is the difference between this sample's fraction and the last one's as this sample's knowledge of shifts
re-judges it; what both share (shifts, resistance, diffusion coefficients) cancels in its uncertainty.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import upper_limit
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.species import Library, Species
from autosynth.analysis.voltammetry.fit import Solution
from autosynth.analysis.voltammetry.fractions import Fraction, Ratio, bounded_estimate, evaluate, ratios
from autosynth.analysis.voltammetry.state import CellState, Memory
from autosynth.analysis.voltammetry.trace import Electrode
from autosynth.analysis.voltammetry.unknown import GRID_V, Allowance

PER_LITRE = 1e3
"""mol/cm3 to mol/L."""
DETECTED = 3.0
"""A product is present when its fraction exceeds this many standard uncertainties."""

INCOMPARABLE = Estimate(math.nan, math.nan, "1")
"""The change between fractions of different products: nobody knows what that would be."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A fit together with what its unknowns mean."""

    library: Library
    species: tuple[Species, ...]
    electrode: Electrode
    solution: Solution
    plain: Solution
    """The fit without an allowance for an unseen wave, which largely cancels in changes."""
    allowance: Allowance | None
    named: bool
    """The caller named the candidates, so that the furthest of them is the product looked for."""

    @property
    def root_diffusion(self) -> Array:
        """Return area times sqrt(D) of each species: amount over concentration in mol/cm3."""
        roots = np.sqrt([one.diffusion_cm2_s for one in self.species])
        return np.asarray(self.electrode.area_cm2 * roots)

    @property
    def whole(self) -> float:
        """Return all amounts together."""
        return float(self.plain.amounts.sum())

    def amounts(self) -> tuple[Array, Array]:
        """Return mean and covariance of the library species' amounts."""
        count = len(self.species)
        return self.solution.mean[:count], self.solution.covariance[:count, :count]

    def concentration_covariance(self) -> Array:
        """Return the covariance of concentrations, (mol/L)^2, without the electrode's area."""
        mean, covariance = self.amounts()
        root = self.root_diffusion
        by_diffusion = 0.5 * mean / root
        relative = diffusion_covariance(self.library, self.species) * np.outer(by_diffusion, by_diffusion)
        return (covariance / np.outer(root, root) + relative) * PER_LITRE**2


def diffusion_covariance(library: Library, species: Sequence[Species]) -> Array:
    """Return the covariance of the logarithms of diffusion coefficients: shared by size, and each by itself."""
    sizes = np.array([one.size for one in species])
    by_size = np.array([library.diffusion[one.size].sd_rel for one in species])
    shared = np.equal.outer(sizes, sizes) * np.outer(by_size, by_size)
    return np.asarray(shared + library.spread.diffusion_rel**2 * np.eye(len(species)))


def quantities_of(
    sample: Sample, before: CellState, gain: Array, place: Sequence[int], known: Sequence[int]
) -> tuple[dict[str, Estimate], dict[str, Memory]]:
    """Return all quantities but those of single waves, and what the next sample needs to know of the fractions.

    Args:
        sample: the fitted sample.
        before: the belief the fit started from.
        gain: regression of all shared unknowns on those of this fit.
        place: where the latter stand in the state.
        known: where they stand in the solution.
    """
    found: dict[str, Estimate] = {}
    memories: dict[str, Memory] = {}
    amounts, covariance = sample.amounts()
    cross = sample.plain.covariance[np.ix_(range(len(amounts)), known)]
    sizes = diffusion_covariance(sample.library, sample.species)
    rejudge = _Rejudged(sample, before, place, known)
    for ratio in _all_ratios(sample):
        fraction = evaluate(ratio, amounts, sample.root_diffusion)
        if fraction is None:
            continue
        variance = float(fraction.by_amount @ covariance @ fraction.by_amount)
        diffusion = float(fraction.by_diffusion @ sizes @ fraction.by_diffusion)
        estimate = bounded_estimate(fraction.value, float(np.sqrt(variance + diffusion)))
        found[ratio.name] = _with_limit(sample, ratio, estimate) if estimate.upper_bound is not None else estimate
        plain = evaluate(ratio, sample.plain.mean[: len(amounts)], sample.root_diffusion)
        if plain is None:
            continue
        memory = _memory(sample, plain, gain @ (plain.by_amount @ cross))
        memories[ratio.name] = replace(memory, stands_for=ratio.stands_for)
        last = before.previous.get(ratio.name)
        if last is not None and last.stands_for != ratio.stands_for:
            found[f"change {ratio.name}"] = INCOMPARABLE
        elif last is not None:
            found[f"change {ratio.name}"] = rejudge.change(last, memories[ratio.name], plain, cross)
    found |= _concentrations(sample)
    return found, memories


def _memory(sample: Sample, fraction: Fraction, with_shared: Array) -> Memory:
    """Return what the next sample needs to judge the change of a fraction."""
    count = len(sample.species)
    variance = float(fraction.by_amount @ sample.plain.covariance[:count, :count] @ fraction.by_amount)
    by_name = {one.name: float(d) for one, d in zip(sample.species, fraction.by_diffusion, strict=True)}
    response, unseen = np.zeros(len(GRID_V)), 0.0
    if sample.allowance is not None:
        response = sample.allowance.response[:, :count] @ fraction.by_amount * sample.whole
        square = float(sample.allowance.square @ response**2)
        unseen = square / sample.whole**2 if sample.whole else 0.0  # an empty cell
    return Memory(fraction.value, variance, with_shared, by_name, response, unseen)


def _with_limit(sample: Sample, ratio: Ratio, estimate: Estimate) -> Estimate:
    """Raise the upper bound of a single species' fraction to its profile-likelihood limit when that is higher."""
    which = np.flatnonzero(ratio.part)
    if len(which) != 1 or estimate.upper_bound is None:
        return estimate
    start = 2.0 * float(sample.solution.mean[which[0]])
    limit = evaluate(
        ratio, upper_limit(sample.solution.likelihood, int(which[0]), start)[: len(ratio.part)], sample.root_diffusion
    )
    if limit is None or limit.value <= estimate.upper_bound:
        return estimate
    return replace(estimate, upper_bound=min(limit.value, 1.0))


def _all_ratios(sample: Sample) -> list[Ratio]:
    """Return the ratios with `product_frac` and `free_metal_frac` as second names of those they stand for."""
    every = {ratio.name: ratio for ratio in ratios(sample.library, sample.species)}
    product = _product(sample, every)
    aliases = []
    if product is not None:
        aliases.append(Ratio("product_frac", every[product].part, every[product].whole, product))
        metal = every.get(f"free_{sample.library.added_metal.get(product)}_frac")
        if metal is not None:
            aliases.append(Ratio("free_metal_frac", metal.part, metal.whole, metal.name))
    return [*every.values(), *aliases]


def _product(sample: Sample, every: dict[str, Ratio]) -> str | None:
    """Return the furthest product: of the candidates when they were named, else of those detected."""
    amounts, covariance = sample.amounts()
    names = [one.name for one in sample.species]
    offered = [name for name in sample.library.products if name in names and name in every]
    if sample.named or not offered:
        return offered[-1] if offered else None
    seen = [n for n in offered if amounts[i := names.index(n)] > DETECTED * float(np.sqrt(covariance[i, i]))]
    return seen[-1] if seen else offered[0]


def _concentrations(sample: Sample) -> dict[str, Estimate]:
    found: dict[str, Estimate] = {}
    mean, _ = sample.amounts()
    covariance = sample.concentration_covariance()
    area = sample.electrode.area_sd_cm2 / sample.electrode.area_cm2
    for i, one in enumerate(sample.species):
        value = float(mean[i] / sample.root_diffusion[i]) * PER_LITRE
        sd = float(np.sqrt(covariance[i, i] + (area * value) ** 2))
        bounded = bounded_estimate(value, sd) if value < 3.0 * sd else None
        found[f"c_{one.name}"] = Estimate(value, sd, "mol/L", bounded.upper_bound if bounded else None)
    return found


class _Rejudged:
    """The last sample's fractions in the light of what this fit taught about the shared unknowns."""

    def __init__(self, sample: Sample, before: CellState, place: Sequence[int], known: Sequence[int]) -> None:
        self._sample = sample
        self._place = list(place)
        self._prior = before.covariance[np.ix_(self._place, self._place)]
        self._posterior = sample.plain.covariance[np.ix_(known, known)]
        self._moved = sample.plain.mean[list(known)] - before.mean[self._place]

    def change(self, last: Memory, now: Memory, fraction: Fraction, cross: Array) -> Estimate:
        """Return this fraction minus the last one; `cross` is the covariance of amounts with shared unknowns."""
        weight = np.linalg.solve(self._prior, last.covariance[self._place])
        value = last.value + float(weight @ self._moved)
        variance = last.variance + float(weight @ (self._posterior - self._prior) @ weight)
        together = float(fraction.by_amount @ cross @ weight)
        every = self._sample.library.all_species
        moved = np.array([now.diffusion.get(one.name, 0.0) - last.diffusion.get(one.name, 0.0) for one in every])
        diffusion = float(moved @ diffusion_covariance(self._sample.library, every) @ moved)
        total = now.variance + max(variance, 0.0) - 2.0 * together + diffusion + self._unseen(last, now)
        return Estimate(now.value - value, float(np.sqrt(max(total, 0.0))), "1")

    def _unseen(self, last: Memory, now: Memory) -> float:
        """Return the variance by an unseen impurity, which is in both samples alike unless one of them showed it."""
        allowance = self._sample.allowance
        if allowance is None:
            return last.unseen_variance
        square = float(allowance.square @ (now.unseen - last.unseen) ** 2)
        return square / self._sample.whole**2 if self._sample.whole else 0.0
