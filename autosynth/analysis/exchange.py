"""Equilibria of clusters that swap one metal for another: mole fractions as a function of what was fed.

A cluster has n places, i of them with the metal that is counted. p_i is proportional to C(n,i) exp(-g_i + mu i), where
g_i is the free energy in units of RT without the statistical part, and mu is such that the mean of i is that of the
feed: metals are neither made nor lost. Pure functions of a library's constants; nothing is measured here. They are a
handful of numbers, and `check` asks for them: numpy is not loaded for it.
"""

from collections.abc import Sequence
from math import comb, exp, inf, log
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autosynth.errors import AnalysisError

ROUNDS, SETTLED = 200, 1e-13
"""Of the search for the mu of a mean; each round is a Newton step, or half of what is left where that leads out."""
FURTHEST = 5.0
"""No step of mu is larger."""
NotNegative = Annotated[float, Field(ge=0)]


class Exchange(BaseModel):
    """The equilibrium constants that a species library carries."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    metal: str
    """The metal that is counted, as species contain it."""
    instead_of: str
    """The metal whose place it takes."""
    clusters: tuple[str, ...] = Field(min_length=2)
    """Species with 0, 1, 2, ... of the metal; the last one has nothing else."""
    free_energy_rt: tuple[float, ...]
    """g of each in units of RT, both ends 0."""
    sd_rt: tuple[NotNegative, ...]
    """Their standard uncertainties."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if not len(self.clusters) == len(self.free_energy_rt) == len(self.sd_rt):
            raise ValueError("clusters, free_energy_rt and sd_rt are of one length")
        if len(set(self.clusters)) != len(self.clusters):
            raise ValueError("a cluster is named twice")
        return self

    @property
    def places(self) -> int:
        """Return how many metals a cluster has."""
        return len(self.clusters) - 1


def equilibrium(exchange: Exchange, mean: float) -> tuple[float, ...]:
    """Return the mole fraction of each cluster, of (places + 1), where the mean number of the metal is `mean`.

    Raises:
        AnalysisError: the mean is not between 0 and the number of places.
    """
    if not 0.0 < mean < exchange.places:
        raise AnalysisError(f"a mixture has between 0 and {exchange.places} {exchange.metal} a cluster, not {mean:g}")
    low, high, mu = -inf, inf, 0.0
    p = _weighted(exchange, mu)
    for _ in range(ROUNDS):
        found = _mean(p)
        off = mean - found
        if abs(off) < SETTLED:
            break
        low, high = (mu, high) if off > 0.0 else (low, mu)
        mu += max(-FURTHEST, min(off / max(_variance(p, found), 1e-300), FURTHEST))
        if not low < mu < high:
            mu = 0.5 * (low + high)
        p = _weighted(exchange, mu)
    return p


def slopes(exchange: Exchange, mean: float) -> tuple[float, ...]:
    """Return the derivative of each mole fraction by the mean number of the metal: p_i (i - mean) / variance.

    Raises:
        AnalysisError: as `equilibrium`.
    """
    p = equilibrium(exchange, mean)
    variance = _variance(p, mean)
    return tuple(part * (count - mean) / variance for count, part in enumerate(p))


def mean_of_feed(exchange: Exchange, amounts: Sequence[float]) -> float:
    """Return the mean number of the metal where so much of each cluster, in the library's order, is mixed.

    Raises:
        AnalysisError: a number of amounts that is not that of clusters, a negative one, or nothing at all.
    """
    if len(amounts) != exchange.places + 1 or not min(amounts) >= 0.0 or not sum(amounts) > 0.0:
        raise AnalysisError(
            f"amounts of {exchange.places + 1} clusters are wanted, none of them negative, not all zero"
        )
    return _mean(amounts) / sum(amounts)


def ceiling(exchange: Exchange, species: str) -> tuple[float, float]:
    """Return the greatest mole fraction of a cluster that any mixture has, and the mean at which it has it.

    d ln p_i / d mu = i - mean, so a cluster is purest where the mean is its own count; the ends can be had pure.

    Raises:
        AnalysisError: the species takes no part in the exchange.
    """
    if species not in exchange.clusters:
        raise AnalysisError(f"{species} takes no part in the exchange of {', '.join(exchange.clusters)}")
    count = exchange.clusters.index(species)
    if count in {0, exchange.places}:
        return 1.0, float(count)
    return equilibrium(exchange, float(count))[count], float(count)


def _weighted(exchange: Exchange, mu: float) -> tuple[float, ...]:
    exponents = [log(comb(exchange.places, i)) - g + mu * i for i, g in enumerate(exchange.free_energy_rt)]
    weights = [exp(each - max(exponents)) for each in exponents]
    return tuple(weight / sum(weights) for weight in weights)


def _mean(parts: Sequence[float]) -> float:
    return sum(count * part for count, part in enumerate(parts))


def _variance(parts: Sequence[float], mean: float) -> float:
    return sum((count - mean) ** 2 * part for count, part in enumerate(parts))
