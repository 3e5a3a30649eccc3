"""Voltammograms of perturbed simulated benches with their true composition: the simulator's own rendering, not ours.

Each seed draws potentials, diffusion coefficients, resistance, capacitance, area and an impurity; each stage of the
synthesis draws a composition about what that stage can hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.species import Library
from autosynth.analysis.voltammetry import Voltammogram
from simulators.twin.perturbation import Parameters, drawn
from simulators.twin.voltammetry import Cell, Share, current
from simulators.twin.waves import ladders
from tests.autosynth.analysis.rendering import triangle

Array = NDArray[np.float64]
NAMES = {"Mn_free": "Mn", "Fe_free": "Fe", "Ag_free": "Ag", "IA": "IAg", "IA2": "IAg2"}
"""The analyser's names where the simulator has others."""
STEP_S = 0.02
POTENTIAL_V = triangle()


@dataclass(frozen=True)
class Case:
    """One sample: the stage, what it holds, and the bench it is measured on."""

    stage: str
    mol_l: Mapping[str, float]
    bench: Parameters

    def clean(self) -> Array:
        """Return the current without noise, A."""
        known = ladders(self.bench.electroactivity)
        shares = [Share(known[NAMES.get(name, name)], c) for name, c in self.mol_l.items()]
        if self.bench.impurity is not None:
            ligand = 2.0 * sum(self.mol_l.values())
            shares.append(Share(self.bench.impurity.ladder, ligand * self.bench.impurity.per_ligand))
        cell = Cell(0.0707 * self.bench.area_factor, 200.0 * self.bench.ru_factor, 1.4e-6 * self.bench.cdl_factor)
        return sum(current(shares, POTENTIAL_V, STEP_S, cell), np.zeros(len(POTENTIAL_V)))

    def scans(self, rng: np.random.Generator, count: int = 1) -> list[Voltammogram]:
        """Return scans with noise of 0.5 % of the peak and 5 nA, and a drift."""
        clean = self.clean()
        spread = 0.005 * float(np.abs(clean).max()) + 5e-9
        slope = np.linspace(0.0, 1.0, len(clean))
        t_s = np.linspace(0.0, STEP_S * (len(clean) - 1), len(clean))
        return [
            Voltammogram(t_s, POTENTIAL_V, clean + rng.normal(0.0, spread, len(clean)) + rng.normal(0.0, 2e-8) * slope)
            for _ in range(count)
        ]

    def truth(self, library: Library) -> dict[str, float]:
        """Return the true fractions under the analyser's names."""
        species = [one for one in library.all_species if one.name in self.mol_l]
        clusters = sum(self.mol_l[one.name] * library.clusters(one) for one in species)
        found = {one.name: self.mol_l[one.name] * library.clusters(one) / clusters for one in species}
        for metal in ("Mn", "Fe"):
            if total := sum(self.mol_l[one.name] * one.carriers.count(metal) for one in species):
                found[f"free_{metal}_frac"] = self.mol_l.get(f"{metal}_free", 0.0) / total
                if metal == "Mn":
                    found["S1_confirmed_frac"] = 4.0 * self.mol_l.get("S1", 0.0) / total
        return found


def bound(equivalents: float, cluster: float, constant: float) -> dict[str, float]:
    """Return I, IA, IA2 and free A of two equal independent sites by bisection on free A."""
    low, high = -16.0, 0.0
    for _ in range(80):
        free = 10.0 ** ((low + high) / 2.0)
        first, second = 2.0 * constant * free, (constant * free) ** 2
        whole = 1.0 + first + second
        too_little = free + cluster * (first + 2.0 * second) / whole < equivalents * cluster
        low, high = ((low + high) / 2.0, high) if too_little else (low, (low + high) / 2.0)
    return {"I": cluster / whole, "IA": cluster * first / whole, "IA2": cluster * second / whole, "Ag_free": free}


def titration(bench: Parameters, equivalents: float, constant: float = 1e5) -> Case:
    """Return a point of the A+ titration with the side products of the stages before."""
    side = {"S2Lu": 2e-5, "XS1Lu": 3e-5, "XFe2": 2e-5, "LMn2": 4e-5}
    return Case("silver titration", bound(equivalents, 2.4e-3, constant) | side, bench)


def cases(seed: int) -> Iterator[tuple[Case, np.random.Generator]]:
    """Return one case of each stage on the bench of this seed."""
    rng = np.random.default_rng(seed)
    bench = drawn(rng)
    done, share, split = rng.uniform(0.5, 0.99), rng.uniform(0.1, 0.6), rng.uniform(0.3, 1.0)
    rest = 2.8e-3 * (1.0 - done)
    manganese = {"S1": 2.8e-3 * done, "LMn2": rest * split, "LMn": rest * 0.3, "Mn_free": 4.0 * rest * share}
    yield Case("manganese", manganese, bench), rng
    done = rng.uniform(0.3, 0.99)
    rest = 2.7e-3 * (1.0 - done)
    side = {"LMn2": 4e-5, "Mn_free": 2e-5, "XFe2": 2e-5}
    yield Case("iron", {"S2": 2.7e-3 * done, "S1": rest, "Fe_free": rest} | side, bench), rng
    done = rng.uniform(0.3, 0.99)
    rest = 2.5e-3 * (1.0 - done)
    side = {"S1": 3e-5, "LMn2": 4e-5, "XS1Lu": 2e-5, "XFe2": 2e-5, "Fe_free": 1e-5}
    yield Case("lutetium", {"I": 2.5e-3 * done, "S2Lu": rest * split, "S2": rest * (1.0 - split)} | side, bench), rng
    yield titration(bench, rng.uniform(0.5, 2.2), 10.0 ** rng.uniform(4.0, 5.0)), rng
