"""Intercluster exchange of Ag7 and Cu7 hydride clusters: one metal hops at a time, to exactly the equilibrium it must.

A cluster has seven metals, i of them silver. Two clusters meet and swap one metal: A_i + A_j -> A_(i+1) + A_(j-1) with
rate k0 (7-i) j / 49 exp(-dG/2RT) c_i c_j, where (7-i) j counts the copper and silver atoms that may swap and dG is the
difference of the free energies g without the statistical part. The reverse has +dG/2RT and its own count, so that
detailed balance is exact, multiplicities included: p_i is proportional to C(7,i) exp(-g_i/RT + mu i). g is fitted to
published distributions, k0 and its activation are calibrated to what exchange spectroscopy shows [assumed]; the sulfur
series takes those of the selenium series [assumed]. Ligands and the hydride stay with their cluster; clusters of
different series do not exchange.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import comb, exp
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from simulators.twin.chemistry import ASSUMPTION, SEED, Chemistry, Reaction, Species

Array = npt.NDArray[np.float64]
METALS = 7
SERIES: tuple[str, ...] = ("Se", "S")
FREE_ENERGY_RT: tuple[float, ...] = (0.0, -2.356, -2.850, -2.543, -1.648, -1.169, -0.575, 0.0)
"""g of the clusters with 0 to 7 silver atoms at 298 K in units of RT [seed: fitted to its Table 2]."""
K0_PER_M_S = 50.0
"""Of the swap of one metal at 298.15 K; only k0 times the total concentration is known, 0.5 per s [assumption]."""
ACTIVATION_J_MOL = 55_000.0


def cluster(series: str, silver: int) -> str:
    """Name the cluster of a series ("Se", "S") with so many silver atoms, e.g. Cu4Ag3(Se)."""
    parts = (("Cu", METALS - silver), ("Ag", silver))
    return "".join(f"{metal}{count if count > 1 else ''}" for metal, count in parts if count) + f"({series})"


def ligand(series: str) -> str:
    """Name the dichalcogenophosphate of a series."""
    return f"{series}2P(OiPr)2"


def swap_rate(gains: int, loses: int) -> float:
    """Return the rate constant, per M and s, at which a cluster with `gains` silver atoms takes one from another."""
    g = FREE_ENERGY_RT
    change = g[gains + 1] + g[loses - 1] - g[gains] - g[loses]
    return K0_PER_M_S * (METALS - gains) * loses / METALS**2 * exp(-0.5 * change)


def hopping(molar: Mapping[int, float]) -> Array:
    """Return the rates per s, from row to column, at which one cluster changes in a solution of such concentrations.

    `molar` is mol/L by silver atoms. A swap that leaves the solution as it is counts too: the two clusters change.
    """
    rates = np.zeros((METALS + 1, METALS + 1))
    for other, mol_l in molar.items():
        for own in range(METALS + 1):
            if own < METALS and other > 0:
                rates[own, own + 1] += swap_rate(own, other) * mol_l
            if own > 0 and other < METALS:
                rates[own, own - 1] += swap_rate(other, own) * mol_l
    return rates - np.diag(rates.sum(axis=1))


def broadening_hz(molar: Mapping[str, float]) -> dict[str, float]:
    """Return what exchange adds to each cluster's lines, Hz, in a solution of such concentrations by species.

    Slow exchange: the rate of leaving over pi.
    """
    found: dict[str, float] = {}
    for series in SERIES:
        names = _named(series)
        present = {silver: molar[name] for name, silver in names.items() if molar.get(name, 0.0) > 0.0}
        if present:
            leaving = -np.diag(hopping(present)) / np.pi
            found |= {name: float(leaving[silver]) for name, silver in names.items()}
    return found


def equilibrium(mean_silver: float) -> Array:
    """Return the mole fractions of the clusters with 0 to 7 silver atoms where exchange ends, by the mean of them.

    Raises:
        ValueError: the mean is not between 0 and 7.
    """
    if not 0.0 < mean_silver < METALS:
        message = f"a mixture has between 0 and {METALS} silver atoms a cluster, not {mean_silver:g}"
        raise ValueError(message)
    low, high = -100.0, 100.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _mean(_weighted(middle)) < mean_silver else (low, middle)
    return _weighted(0.5 * (low + high))


def _weighted(mu: float) -> Array:
    """Return the mole fractions at a chemical potential of silver for copper, in units of RT."""
    exponent = np.log([comb(METALS, i) for i in range(METALS + 1)]) - np.array(FREE_ENERGY_RT)
    exponent = exponent + mu * np.arange(METALS + 1)
    p = np.exp(exponent - exponent.max())
    return np.asarray(p / p.sum(), dtype=np.float64)


def _mean(p: Array) -> float:
    return float(p @ np.arange(METALS + 1))


@lru_cache
def _named(series: str) -> Mapping[str, int]:
    return MappingProxyType({cluster(series, silver): silver for silver in range(METALS + 1)})


def _species(series: str) -> tuple[Species, ...]:
    shared = {"H": 1, ligand(series): 6}
    return tuple(
        Species(name, {m: n for m, n in (("Cu", METALS - i), ("Ag", i)) if n} | shared, source=SEED)
        for name, i in _named(series).items()
    )


def _reactions(series: str) -> tuple[Reaction, ...]:
    """Return every swap once, with its reverse; a swap that changes nothing is none."""
    found: list[Reaction] = []
    done: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for gains in range(METALS):
        for loses in range(1, METALS + 1):
            after = (gains + 1, loses - 1)
            if loses == gains + 1 or ((loses - 1, gains + 1), (loses, gains)) in done:
                continue
            done.add(((gains, loses), after))
            before = tuple(cluster(series, i) for i in (gains, loses))
            made = tuple(cluster(series, i) for i in after)
            forward, back = swap_rate(gains, loses), swap_rate(loses - 1, gains + 1)
            found.append(Reaction(f"{'+'.join(before)}", before, made, forward, back, ASSUMPTION, both_back=True))
    return tuple(found)


CHEMISTRY = Chemistry(
    name="exchange",
    species=tuple(one for series in SERIES for one in _species(series)),
    reactions=tuple(one for series in SERIES for one in _reactions(series)),
    feeds={
        f"{metal}{METALS}H({ligand(series)})6": cluster(series, silver)
        for series in SERIES
        for metal, silver in (("Cu", 0), ("Ag", METALS))
    },
    activation_j_mol=ACTIVATION_J_MOL,
)
