"""From fitted amounts to fractions and concentrations, with what is uncertain about diffusion coefficients.

A fraction is a ratio of two weighted sums of concentrations; fits give area c sqrt(D). The electrode's area cancels in
fractions and enters concentrations only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.species import Library, Species

NEAR = 3.0
"""A value nearer to a bound than this many standard uncertainties gets a one-sided limit."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """What a fraction compares: weights of each species in the numerator and in the denominator."""

    name: str
    part: Array
    whole: Array
    stands_for: str = ""
    """Whose fraction it is where the name alone does not say: that of another species has no common change with it."""


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction with its derivatives by the fitted amounts and by the logarithm of each diffusion coefficient."""

    value: float
    by_amount: Array
    by_diffusion: Array


def ratios(library: Library, species: Sequence[Species]) -> list[Ratio]:
    """Return the fractions that these species allow: of clusters, free metal, and the first product confirmed."""
    clusters = np.array([library.clusters(one) for one in species])
    found = [
        Ratio(one.name, clusters * (np.arange(len(species)) == i), clusters)
        for i, one in enumerate(species)
        if clusters[i] > 0
    ]
    metals = sorted({metal for one in species for metal in one.carriers if one.role != "counter_ion"})
    for metal in metals:
        electrons = np.array([one.carriers.count(metal) for one in species], dtype=float)
        free = electrons * np.array([one.role == "free_metal" for one in species])
        if free.any():
            found.append(Ratio(f"free_{metal}_frac", free, electrons))
    first = library.products[0] if library.products else None
    for i, one in enumerate(species):
        if one.name == first and one.carriers:
            electrons = np.array([other.carriers.count(one.carriers[0]) for other in species], dtype=float)
            found.append(Ratio(f"{first}_confirmed_frac", electrons * (np.arange(len(species)) == i), electrons))
    return found


def evaluate(ratio: Ratio, amounts: Array, root_diffusion: Array) -> Fraction | None:
    """Return a fraction and its derivatives; None when there is nothing to take a fraction of."""
    concentration = amounts / root_diffusion
    whole = float(ratio.whole @ concentration)
    if whole <= 0.0:
        return None
    value = float(ratio.part @ concentration) / whole
    excess = (ratio.part - value * ratio.whole) / whole
    return Fraction(value, excess / root_diffusion, -0.5 * excess * concentration)


def bounded_estimate(value: float, sd: float) -> Estimate:
    """Return a fraction as an Estimate, with one-sided 95 % limits where 0 or 1 is nearer than three sd.

    The limit is that of a gamma distribution of the same mean and sd, which is close for amounts cut off at zero.
    """
    upper = _upper(value, sd) if value < NEAR * sd else None
    lower = 1.0 - _upper(1.0 - value, sd) if 1.0 - value < NEAR * sd else None
    return Estimate(
        value, sd, "1", None if upper is None else min(upper, 1.0), None if lower is None else max(lower, 0.0)
    )


def _upper(value: float, sd: float) -> float:
    if value <= 0.0:
        return 1.645 * sd
    shape = max((value / sd) ** 2, 0.05)
    return float(value * gammaincinv(shape, 0.95) / shape)
