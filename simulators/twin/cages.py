"""Cages of twelve dimetal units: [(Rh2)12-x(Ru2Cl)x L24] and [(Rh2)12-x(Cu2)x L24], built from a pool and inert then.

Units go into cages by a first-order law, two ligands for each; a cage that is built while the pool holds a of rhodium
and b of the other metal has corners of the other with probability p = r b / (a + r b), shared out among its corners
with a coupling J (see `corners`). So the pool drifts: early cages are poor in what is taken up slowly, late ones rich,
and at full conversion the mean is that of the feed and the distribution wide. Rates, r and J are assumed; that metals
of built cages do not exchange is published of rhodium. Of both other metals at once each takes its share of rhodium:
cages with three metals are not simulated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

import numpy as np

from simulators.twin.chemistry import ASSUMPTION, LITERATURE, Chemistry, Species
from simulators.twin.corners import CORNERS, Array, shared
from simulators.twin.process import Step

RHODIUM, LIGAND, ACID = "Rh2", "H2L", "AcOH"
LIGANDS = 24
K_PER_S, AT_K, ACTIVATION_J_MOL = 2e-5, 363.15, 110_000.0
"""Rate constant of assembly at 90 °C and its Arrhenius energy [assumption]."""
GAS_J_MOL_K = 8.314462618
STEPS = 48
"""Parts that what is built is cut into when all is built, each at one composition of the pool."""
TRACE_MOL = 1e-14
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Metal:
    """The metal that shares the corners with rhodium.

    Attributes:
        element: Its symbol.
        unit: The twin's species of its units in the pool.
        chlorides: How many chlorides come with one unit, and stay with it.
        incorporation: r, how readily a unit goes into a cage against one of rhodium [assumption].
        coupling: J, in kT for each edge between unlike corners [assumption].
    """

    element: str
    unit: str
    chlorides: int = 0
    incorporation: float = 1.0
    coupling: float = 0.0

    def cage(self, count: int) -> str:
        """Return the name of the cage with so many units of this metal."""
        rhodium = f"Rh{CORNERS - count}" if count < CORNERS else ""
        other = f"{self.element}{count}" if count else ""
        return f"[{rhodium}{other}L24]"

    def parts(self, count: int) -> dict[str, int]:
        """Return what that cage is made of."""
        found = {"Rh": 2 * (CORNERS - count), self.element: 2 * count, "L": LIGANDS, "Cl": self.chlorides * count}
        return {part: number for part, number in found.items() if number}


RUTHENIUM = Metal("Ru", "Ru2Cl", 1, 0.8, 0.0)
COPPER = Metal("Cu", "Cu2", 0, 1.0, 0.1)
METALS = (RUTHENIUM, COPPER)


@dataclass(frozen=True, slots=True)
class Assembly:
    """Builds cages of rhodium and other metals from what a vessel holds."""

    metals: tuple[Metal, ...] = METALS
    k_per_s: float = K_PER_S

    def possible(self, present: frozenset[str]) -> bool:
        """Tell whether there is something to build of."""
        return LIGAND in present and not present.isdisjoint({RHODIUM, *(metal.unit for metal in self.metals)})

    def react(self, mol: Mapping[str, float], step: Step) -> dict[str, float]:
        """Return the amounts after a step; what flows in during it counts from its beginning."""
        held = {name: amount + step.inflow_mol.get(name, 0.0) for name, amount in mol.items()}
        ligand, rhodium = held[LIGAND], held[RHODIUM]
        others = [(metal, held[metal.unit]) for metal in self.metals]
        whole = rhodium + sum(amount for _, amount in others)
        if ligand <= TRACE_MOL or whole <= TRACE_MOL or step.dt_s <= 0.0:
            return held
        speed = self.k_per_s * step.mixing * exp(-ACTIVATION_J_MOL / GAS_J_MOL_K * (1.0 / step.kelvin - 1.0 / AT_K))
        built = min(whole * -float(np.expm1(-speed * step.dt_s)), 0.5 * ligand) / whole
        second = whole - rhodium
        for metal, amount in others:
            beside = rhodium * (amount / second if second > 0.0 else (1.0 if metal is self.metals[0] else 0.0))
            self._build(held, metal, beside, amount, built)
        return held

    def _build(self, held: dict[str, float], metal: Metal, rhodium: float, other: float, built: float) -> None:
        """Book cages of one series: `built` is the part of its units that goes into cages."""
        if rhodium + other <= 0.0:
            return
        steps = max(1, round(STEPS * built))
        whole = rhodium + other
        step = built * whole / steps
        cages, unbuilt = np.zeros(CORNERS + 1), other
        for number in range(1, steps + 1):
            left = _left(rhodium, other, metal.incorporation, max(whole - number * step, 0.0))
            cages += step / CORNERS * shared(min(max((unbuilt - left) / step, 0.0), 1.0), metal.coupling)
            unbuilt = left
        count = np.arange(CORNERS + 1)
        used = float(cages @ count)
        units = float(cages.sum()) * CORNERS
        for name, change in (
            *((metal.cage(n), float(cages[n])) for n in range(CORNERS + 1)),
            (RHODIUM, -(units - used)), (metal.unit, -used), (LIGAND, -2.0 * units), (ACID, 4.0 * units),
        ):  # fmt: skip
            held[name] += change


def _left(rhodium: float, other: float, incorporation: float, rest: float) -> float:
    """Return how much of the other metal is left of a pool when so much of both is.

    db/da = r b/a, so b/b0 = (a/a0)^r along the way, which no rate enters.
    """
    if rhodium <= 0.0 or other <= 0.0:
        return rest if rhodium <= 0.0 else 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        part = 0.5 * (low + high)
        low, high = (part, high) if rhodium * part + other * part**incorporation < rest else (low, part)
    return min(rest, other * float((0.5 * (low + high)) ** incorporation))


def fractions(amounts_mol: Mapping[str, float], metal: Metal) -> Array:
    """Return the fractions of a vessel's cages by units of a metal, shape (13,); all zero where there are none."""
    found = np.array([amounts_mol.get(metal.cage(count), 0.0) for count in range(CORNERS + 1)])
    return found / found.sum() if found.sum() > 0.0 else found


def _species() -> tuple[Species, ...]:
    found = {
        RHODIUM: Species(RHODIUM, {"Rh": 2, "OAc": 4}, source=LITERATURE),
        LIGAND: Species(LIGAND, {"L": 1}, 0, 2, source=LITERATURE),
        ACID: Species(ACID, {"OAc": 1}, 0, 1, source=LITERATURE),
        RUTHENIUM.unit: Species(RUTHENIUM.unit, {"Ru": 2, "OAc": 4, "Cl": 1}, source=LITERATURE),
        COPPER.unit: Species(COPPER.unit, {"Cu": 2, "OAc": 4}, source=LITERATURE),
    }
    for metal in METALS:
        for count in range(CORNERS + 1):
            name = metal.cage(count)
            found[name] = Species(name, metal.parts(count), source=ASSUMPTION)
    return tuple(found.values())


CHEMISTRY = Chemistry(
    name="cages",
    species=_species(),
    reactions=(),
    feeds={"Rh2(OAc)4": RHODIUM, "Ru2(OAc)4Cl": RUTHENIUM.unit, "Cu2(OAc)4": COPPER.unit, "H2L": LIGAND},
    processes=(Assembly(),),
)
