"""Gold and silver reduced together by borohydride under a polyoxometalate: what is dissolved, deposited, given off.

Free metal deposits at k c_free (k_n + s) [BH4-], s the metal deposited (after Finke and Watzky); the polyoxometalate
holds two silver ions each, so gold comes first where it holds most of the silver. What has been deposited is kept in
ten layers by the part of all metal that was there before it, from which comes how a particle is made: inside out.
Nuclei are what the first term deposits. All constants are assumed but the rate of hydrolysis and the solubility of
silver chloride; nothing but hydrolysis depends on temperature, and pH is that of the base that came, 8 at least.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import exp, log10
from types import MappingProxyType

from simulators.twin.chemistry import Chemistry, Species
from simulators.twin.growth import free, hydrolysis_per_s, precipitated
from simulators.twin.process import Step

LAYERS = 10
POM, HYDRIDE, BASE, SILVER, GOLD, GOLD_CL = "SiW11", "BH4-", "OH-", "Ag+", "Au(III)", "AuCl4-"
CHLORIDE, SILVER_CL, HYDROGEN, BORATE, NUCLEI, CLUMPED = "Cl-", "AgCl", "H2", "borate", "particles", "clumped"
METALS = ("Ag", "Au")
ELECTRONS: Mapping[str, int] = MappingProxyType({"Ag": 1, "Au": 3})
DISSOLVED: Mapping[str, str] = MappingProxyType({"Ag": SILVER, "Au": GOLD})


@dataclass(frozen=True, slots=True)
class Constants:
    """Numbers of the model, all assumed.

    Attributes:
        k_per_s: Deposition rate constant at `metal_m` deposited and `hydride_m` of borohydride.
        k_n: Part of it that needs no particle.
        metal_m, hydride_m: Concentrations that the rate is relative to, M.
        atoms_per_nucleus: What the first term deposits makes particles of so many atoms.
        silver_per_m, gold_per_m: Binding constants of one site, 1/M.
        sites: Sites of one polyoxometalate.
        efficiency: Part of the borohydride's electrons used at the metal that reach it; the rest gives hydrogen.
        catalysis_per_s: Borohydride that a mole of deposited metal lets hydrolyse in a second, mol; 0 is none.
        clump_per_s: How fast bare particles clump.
        guard_m: Polyoxometalate that slows clumping e-fold, M.
    """

    k_per_s: float = 0.05
    k_n: float = 0.02
    metal_m: float = 5e-4
    hydride_m: float = 5e-3
    atoms_per_nucleus: float = 67.0
    silver_per_m: float = 1e5
    gold_per_m: float = 1e2
    sites: float = 2.0
    efficiency: float = 0.5
    catalysis_per_s: float = 0.0
    clump_per_s: float = 1e-3
    guard_m: float = 8e-6

    def __post_init__(self) -> None:
        """Refuse what is not above zero, where zero would be no model."""
        for each in fields(self):
            value = getattr(self, each.name)
            if value < 0.0 or (value == 0.0 and each.name != "catalysis_per_s"):
                message = f"{each.name} cannot be {value:g}"
                raise ValueError(message)


def layer(metal: str, number: int) -> str:
    """Name what is deposited of a metal in one layer, counted from the inside."""
    return f"{metal}(0) {number}"


def _species() -> tuple[Species, ...]:
    dissolved = (
        Species(POM, {"Si": 1, "W": 11}, -8),
        Species(HYDRIDE, {"B": 1}, -1),
        Species(BASE, {"OH": 1}, -1),
        Species(SILVER, {"Ag": 1}, 1),
        Species(GOLD, {"Au": 1}, 3),
        Species(GOLD_CL, {"Au": 1, "Cl": 4}, -1),
        Species(CHLORIDE, {"Cl": 1}, -1),
        Species(SILVER_CL, {"Ag": 1, "Cl": 1}, 0),
        Species(HYDROGEN, {}, 0),
        Species(BORATE, {"B": 1}, -1),
        Species(NUCLEI, {}, 0),
        Species(CLUMPED, {}, 0),
    )
    return (*dissolved, *(Species(layer(metal, n), {metal: 1}) for metal in METALS for n in range(LAYERS)))


FEEDS = {
    POM: POM,
    "NaBH4": HYDRIDE,
    "NaOH": BASE,
    "AgNO3": SILVER,
    "NaAu(OH)4": GOLD,
    "HAuCl4": GOLD_CL,
}
LONGEST_S, DEPOSIT_FRAC, HYDRIDE_FRAC = 2.0, 0.005, 0.05
PH_LEAST, GONE_FRAC = 8.0, 1e-7


class Reduction:
    """The process, as `simulators.twin.process.Process` wants it."""

    def __init__(self, constants: Constants | None = None) -> None:
        self.constants = constants or Constants()

    def possible(self, present: frozenset[str]) -> bool:
        """Tell whether anything can happen among species that are there."""
        salts = {SILVER, CHLORIDE} <= present or GOLD_CL in present
        return HYDRIDE in present or NUCLEI in present or salts

    def react(self, mol: Mapping[str, float], step: Step) -> dict[str, float]:
        """Return the amounts after a time, with an even inflow; metal, boron and chlorine are kept to rounding."""
        left_s, held = step.dt_s, dict(mol)
        while left_s > 1e-9:
            litres = step.litres(step.dt_s - left_s)
            dt_s = min(left_s, self._span_s(held, litres, step))
            for name, amount in step.inflow_mol.items():
                held[name] += amount * dt_s / step.dt_s
            self._advance(held, litres, dt_s, step)
            left_s -= dt_s
        return held

    def _span_s(self, mol: Mapping[str, float], litres: float, step: Step) -> float:
        """Return how long a step may be: everything is slow, or there is nothing left to be quick."""
        if step.inflow_mol:
            return min(LONGEST_S, step.dt_s / 20.0)
        rates, total = self.rates(mol, litres, step.mixing), metal_mol(mol) + dissolved_mol(mol)
        if sum(rates.values()) <= GONE_FRAC * total:
            return step.dt_s
        return min(LONGEST_S, DEPOSIT_FRAC * total / sum(rates.values()))

    def rates(self, mol: Mapping[str, float], litres: float, mixing: float = 1.0) -> dict[str, float]:
        """Return how fast each metal deposits, mol/s."""
        if litres <= 0.0 or mol[HYDRIDE] <= 0.0:
            return dict.fromkeys(METALS, 0.0)
        c = self.constants
        sites, hydride = c.sites * mol[POM] / litres, mol[HYDRIDE] / litres / c.hydride_m
        surface = c.k_n + metal_mol(mol) / litres / c.metal_m
        binding = {"Ag": c.silver_per_m, "Au": c.gold_per_m}
        return {
            metal: litres * mixing * c.k_per_s * free(mol[name] / litres, sites, binding[metal]) * surface * hydride
            for metal, name in DISSOLVED.items()
        }

    def _advance(self, mol: dict[str, float], litres: float, dt_s: float, step: Step) -> None:
        mol[GOLD] += mol[GOLD_CL]
        mol[CHLORIDE] += 4.0 * mol[GOLD_CL]
        mol[GOLD_CL] = 0.0
        if litres <= 0.0:
            return
        self._deposit(mol, litres, dt_s, step.mixing)
        ph = max(PH_LEAST, 14.0 + log10(max(mol[BASE] / litres, 1e-14)))
        lost = mol[HYDRIDE] * (1.0 - exp(-dt_s * hydrolysis_per_s(ph, step.kelvin)))
        lost = min(mol[HYDRIDE], lost + self.constants.catalysis_per_s * metal_mol(mol) * dt_s)
        mol[HYDRIDE] -= lost
        mol[BORATE] += lost
        mol[HYDROGEN] += 4.0 * lost
        self._salt(mol, litres)
        guarded = exp(-mol[POM] / litres / self.constants.guard_m)
        clumped = mol[NUCLEI] * (1.0 - exp(-dt_s * self.constants.clump_per_s * guarded))
        mol[NUCLEI] -= clumped
        mol[CLUMPED] += clumped

    def _deposit(self, mol: dict[str, float], litres: float, dt_s: float, mixing: float) -> None:
        """Deposit metal, as far as metal and borohydride reach, and what that costs of borohydride."""
        rates = self.rates(mol, litres, mixing)
        new = {metal: min(mol[DISSOLVED[metal]], rate * dt_s) for metal, rate in rates.items()}
        electrons = sum(ELECTRONS[metal] * amount for metal, amount in new.items())
        if electrons <= 0.0:
            return
        used = electrons / (8.0 * self.constants.efficiency)
        share = min(1.0, mol[HYDRIDE] / used)
        new = {metal: share * amount for metal, amount in new.items()}
        used, electrons = share * used, share * electrons
        mol[HYDRIDE] -= used
        mol[BORATE] += used
        mol[HYDROGEN] += 0.5 * (8.0 * used - electrons)
        surface = metal_mol(mol) / litres / self.constants.metal_m
        nucleated = sum(new.values()) * self.constants.k_n / (self.constants.k_n + surface)
        mol[NUCLEI] += nucleated / self.constants.atoms_per_nucleus
        _stack(mol, new)

    def _salt(self, mol: dict[str, float], litres: float) -> None:
        """Bring silver chloride to its equilibrium with what is free."""
        if mol[CHLORIDE] + mol[SILVER_CL] <= 0.0:
            return
        silver, chloride = mol[SILVER] + mol[SILVER_CL], mol[CHLORIDE] + mol[SILVER_CL]
        c = self.constants
        sites = c.sites * mol[POM] / litres
        solid = litres * precipitated(silver / litres, chloride / litres, sites, c.silver_per_m)
        mol[SILVER], mol[CHLORIDE], mol[SILVER_CL] = silver - solid, chloride - solid, solid


def _stack(mol: dict[str, float], new: Mapping[str, float]) -> None:
    """Put new metal on top, into the layers that come next."""
    more = sum(new.values())
    deposited, total = metal_mol(mol), metal_mol(mol) + dissolved_mol(mol)
    begin = LAYERS * deposited / total
    end = LAYERS * min(1.0, (deposited + more) / total)
    number = min(int(begin), LAYERS - 1)
    while True:
        last = number == LAYERS - 1 or end <= number + 1
        part = 1.0 if end <= begin else ((end if last else number + 1) - max(begin, number)) / (end - begin)
        for metal, amount in new.items():
            mol[layer(metal, number)] += amount * part
        if last:
            break
        number += 1
    for metal, amount in new.items():
        mol[DISSOLVED[metal]] -= amount


def metal_mol(mol: Mapping[str, float], *metals: str) -> float:
    """Return how much is deposited of these metals, of both when none is named."""
    return sum(mol.get(layer(metal, n), 0.0) for metal in metals or METALS for n in range(LAYERS))


def dissolved_mol(mol: Mapping[str, float]) -> float:
    """Return how much metal is not reduced."""
    return sum(mol.get(name, 0.0) for name in (SILVER, GOLD, GOLD_CL, SILVER_CL))


def halves(mol: Mapping[str, float]) -> tuple[float, float]:
    """Return the mole fraction of gold in the inner and in the outer half of all deposited atoms."""
    total, gold = metal_mol(mol), [0.0, 0.0]
    if total <= 0.0:
        return 0.0, 0.0
    below = 0.0
    for n in range(LAYERS):
        amount, au = sum(mol.get(layer(m, n), 0.0) for m in METALS), mol.get(layer("Au", n), 0.0)
        inner = min(1.0, max(0.0, (0.5 * total - below) / amount)) if amount > 0.0 else 0.0
        gold[0] += inner * au
        gold[1] += (1.0 - inner) * au
        below += amount
    return 2.0 * gold[0] / total, 2.0 * gold[1] / total


def segregation(mol: Mapping[str, float]) -> float:
    """Return chi = (x_in - x_out) / (2 min(f, 1 - f)): 0 for an alloy, 1 for a gold core; 0 for one metal alone."""
    inside, outside = halves(mol)
    gold = 0.5 * (inside + outside)
    least = min(gold, 1.0 - gold)
    return (inside - outside) / (2.0 * least) if least > 0.0 else 0.0


CHEMISTRY = Chemistry(name="nanoparticles", species=_species(), reactions=(), feeds=FEEDS, processes=(Reduction(),))
