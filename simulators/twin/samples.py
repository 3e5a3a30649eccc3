"""An aliquot as an instrument gets it: of a solid masses, crystallinity, what is in its pores; of a liquid amounts."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulators.twin.substances import SUBSTANCES


@dataclass(frozen=True, slots=True)
class Dissolved:
    """A part of what a vessel's liquid holds.

    Attributes:
        amounts_mol: By species of the twin.
        parts: What each species is made of, by species.
        litres: Volume.
    """

    amounts_mol: Mapping[str, float]
    parts: Mapping[str, Mapping[str, int]]
    litres: float

    def element_mmol_l(self, element: str) -> float:
        """Return how much of an element there is, in mmol/L."""
        held = sum(amount * self.parts.get(name, {}).get(element, 0) for name, amount in self.amounts_mol.items())
        return 1e3 * held / self.litres


@dataclass(frozen=True, slots=True)
class SolidSample:
    """What was put in.

    Attributes:
        mg: Mass by substance, acetic acid and water among them.
        crystallinity: The crystalline part of each framework, 0 to 1.
        solvent_mg: Solvent on it.
        activated: Whether its pores were emptied.
    """

    mg: Mapping[str, float]
    crystallinity: Mapping[str, float]
    solvent_mg: float = 0.0
    activated: bool = False

    def total_mg(self) -> float:
        """Return the mass of everything."""
        return sum(self.mg.values()) + self.solvent_mg

    def parts(self) -> dict[str, float]:
        """Return the mass fraction of each substance, nothing for an empty sample."""
        total_mg = self.total_mg()
        return {name: mg / total_mg for name, mg in self.mg.items() if mg > 0.0} if total_mg > 0.0 else {}

    def mmol_g(self) -> dict[str, float]:
        """Return how much of each listed substance there is, in mmol/g (umol/mg)."""
        return {n: part * 1e3 / SUBSTANCES[n].g_mol for n, part in self.parts().items() if n in SUBSTANCES}

    def element_mmol_g(self, element: str) -> float:
        """Return how much of an element there is, in mmol/g."""
        return sum(mmol * SUBSTANCES[name].parts.get(element, 0) for name, mmol in self.mmol_g().items())
