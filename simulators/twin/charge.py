"""What solid is in a jar, and how far milling has brought it.

Masses in mg by substance, with the acetic acid and water that reactions set free; solvents stay in the vessel. What
reacts is decided by the groups present, how far by the limiting reagent, how fast by the rate law. A part of what is
here reacts with the law's hazard, so that washing or adding never undoes what has formed.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from math import expm1

from simulators.twin.mechanochemistry import (
    POWDER_MG_UL,
    Milling,
    effective,
    order,
    overmilling,
    power_w_per_hz,
)
from simulators.twin.solvothermal import GROWING, Solvothermal
from simulators.twin.substances import LIQUID_MG_UL, REACTIONS, SUBSTANCES, gate

LEAST_MG, LEAST_POWDER_MG = 1e-12, 1e-3
"""What counts as used up, and the powder below which a ball only hits the wall."""


@dataclass(frozen=True, slots=True)
class Balls:
    """What hits: `count` balls of `mass_mg` each, together `volume_ml`."""

    count: int = 0
    mass_mg: float = 0.0
    volume_ml: float = 0.0

    @property
    def total_mg(self) -> float:
        """Return the mass of all of them."""
        return self.count * self.mass_mg

    @property
    def total_ml(self) -> float:
        """Return the volume of all of them; `volume_ml` is that of one."""
        return self.count * self.volume_ml


@dataclass(slots=True)
class Charge:
    """The solids of one vessel.

    Attributes:
        mg: Mass by substance.
        ordered_mg: The crystalline part of each framework.
        charged_mg: Powder put in and not taken out: what liquid and energy are shared by.
        dose_j_g: Effective specific energy so far; `measure` is that of the rate law.
        alpha: Conversion of the limiting reagent.
        extent_mol: By product, how much has formed here.
        activated: Whether the pores were emptied.
    """

    mg: dict[str, float] = field(default_factory=dict[str, float])
    ordered_mg: dict[str, float] = field(default_factory=dict[str, float])
    charged_mg: float = 0.0
    dose_j_g: float = 0.0
    measure: float = 0.0
    alpha: float = 0.0
    extent_mol: float = 0.0
    activated: bool = False

    def add(self, mg: Mapping[str, float]) -> None:
        """Put powder in, as crystalline as it comes."""
        for name, mass_mg in mg.items():
            self.mg[name] = self.mg.get(name, 0.0) + mass_mg
            if name in SUBSTANCES and SUBSTANCES[name].framework:
                self.ordered_mg[name] = self.ordered_mg.get(name, 0.0) + mass_mg
        self.charged_mg += sum(mg.values())
        self._judge()

    def take(self, share: float) -> dict[str, float]:
        """Take a part of everything out and return it."""
        gone = {name: mass_mg * share for name, mass_mg in self.mg.items()}
        for held in (self.mg, self.ordered_mg):
            for name in held:
                held[name] *= 1.0 - share
        self.charged_mg *= 1.0 - share
        self.extent_mol *= 1.0 - share
        return gone

    def remove(self, left: Mapping[str, float]) -> dict[str, float]:
        """Leave only a part of some substances, as washing does; return what is gone."""
        gone = {name: self.mg[name] * (1.0 - part) for name, part in left.items() if name in self.mg}
        for name, mass_mg in gone.items():
            self.mg[name] -= mass_mg
        return gone

    def total_mg(self) -> float:
        """Return the mass of everything here."""
        return sum(self.mg.values())

    def solid_mg(self) -> float:
        """Return the mass without what is liquid."""
        return sum(mass_mg for name, mass_mg in self.mg.items() if name not in LIQUID_MG_UL)

    def released_ul(self) -> float:
        """Return the volume of acetic acid and water that are here."""
        return sum(self.mg.get(name, 0.0) / density for name, density in LIQUID_MG_UL.items())

    def eta(self, liquid_ml: float, *, released: bool = True) -> float:
        """Return the liquid in uL per mg of powder, with or without what reactions set free; zero without powder."""
        if self.charged_mg <= 0.0:
            return 0.0
        return (liquid_ml * 1e3 + (self.released_ul() if released else 0.0)) / self.charged_mg

    def fill(self, capacity_ml: float, balls: Balls) -> float:
        """Return the part of a jar that balls and loose powder take."""
        return (balls.total_ml + self.charged_mg / POWDER_MG_UL * 1e-3) / capacity_ml if capacity_ml > 0.0 else 0.0

    def mill(self, milling: Milling, balls: Balls, fill_factor: float, liquid_ml: float, shaken: "Shaken") -> None:
        """Let the powder be milled: `shaken` gives integrals of the frequency's powers in Hz^p s."""
        if self.charged_mg < LEAST_POWDER_MG or balls.count == 0:
            return
        w_per_hz = power_w_per_hz(balls.count, balls.mass_mg, milling.freq_exp)
        energy_j_g = w_per_hz * shaken.by_power / (self.charged_mg * 1e-3) * fill_factor
        if energy_j_g <= 0.0:
            return
        offered = 2.0 * balls.count * shaken.by_one * fill_factor if milling.by_collisions else energy_j_g
        capacities = self._capacities()
        more_ul_mg = self._released_ul(capacities) / self.charged_mg
        gained = effective(milling.law, self.measure, offered, self.eta(liquid_ml), more_ul_mg, energy_j_g / offered)
        before = milling.law.alpha(self.measure)
        self.measure += gained
        after = milling.law.alpha(self.measure)
        dose_j_g = energy_j_g * gained / offered
        share = (after - before) / (1.0 - before) if before < 1.0 else 0.0
        self._react({i: mol * share for i, mol in capacities.items()}, order(self.eta(liquid_ml, released=False)))
        self.lose_order(overmilling(self.dose_j_g, dose_j_g))
        self.dose_j_g += dose_j_g
        if capacities:
            self.alpha += (1.0 - self.alpha) * share

    def grow(self, growth: Solvothermal, exposed: float, liquid_ml: float) -> None:
        """Let frameworks grow from hot solution; `exposed` is the integral of the rate constant over the time."""
        if self.charged_mg < LEAST_POWDER_MG or self.eta(liquid_ml, released=False) < growth.solution_ul_mg:
            return
        share = -expm1(-exposed)
        self._react({i: mol * share for i, mol in self._capacities(GROWING).items()}, growth.ordered)
        self._judge()

    def crystallinity(self) -> dict[str, float]:
        """Return the crystalline part of each framework, 0 to 1."""
        return {name: self.ordered_mg[name] / mg for name, mg in self.mg.items() if self.ordered_mg.get(name) and mg}

    def copy(self) -> "Charge":
        """Return the same again, to look into the future with."""
        return deepcopy(self)

    def _capacities(self, among: Iterable[int] = range(len(REACTIONS))) -> dict[int, float]:
        """Return how far each of some reactions could go with what is here, in mol; what two want is shared."""
        if not gate(self.mg):
            return {}
        alone = {i: min(self._mol(n) / k for n, k in REACTIONS[i].reactants.items()) for i in among}
        alone = {i: mol for i, mol in alone.items() if mol > 0.0}
        wanted: dict[str, float] = {}
        for i, mol in alone.items():
            for name, count in REACTIONS[i].reactants.items():
                wanted[name] = wanted.get(name, 0.0) + mol * count
        return {i: mol * min(self._granted(n, wanted[n]) for n in REACTIONS[i].reactants) for i, mol in alone.items()}

    def _granted(self, name: str, wanted_mol: float) -> float:
        return min(1.0, self._mol(name) / wanted_mol)

    def _mol(self, name: str) -> float:
        return self.mg.get(name, 0.0) * 1e-3 / SUBSTANCES[name].g_mol

    def _released_ul(self, extents: Mapping[int, float]) -> float:
        return sum(
            mol * REACTIONS[i].products.get(name, 0) * SUBSTANCES[name].g_mol * 1e3 / density
            for i, mol in extents.items()
            for name, density in LIQUID_MG_UL.items()
        )

    def _react(self, extents: Mapping[int, float], ordered: float) -> None:
        for i, mol in extents.items():
            reaction = REACTIONS[i]
            for name, count in reaction.reactants.items():
                left_mg = self.mg[name] - mol * count * SUBSTANCES[name].g_mol * 1e3
                self.mg[name] = left_mg if left_mg > LEAST_MG else 0.0
            for name, count in reaction.products.items():
                formed_mg = mol * count * SUBSTANCES[name].g_mol * 1e3
                self.mg[name] = self.mg.get(name, 0.0) + formed_mg
                if SUBSTANCES[name].framework:
                    self.ordered_mg[name] = self.ordered_mg.get(name, 0.0) + formed_mg * ordered
            self.extent_mol += mol

    def lose_order(self, left: float) -> None:
        """Leave only a part of the order of every framework."""
        for name in self.ordered_mg:
            self.ordered_mg[name] *= left

    def _judge(self) -> None:
        """Say anew what part of all that could form has formed; what cannot react leaves it as it was."""
        more_mol = sum(self._capacities().values())
        if self.extent_mol + more_mol > 0.0:
            self.alpha = self.extent_mol / (self.extent_mol + more_mol)


@dataclass(frozen=True, slots=True)
class Shaken:
    """Integrals of a mill's frequency over a time: to the power of the energy's exponent, and to the first."""

    by_power: float
    by_one: float
