"""Powders in stock: what is in a dosing head or a bottle, and how much of it is left.

A powder is its substance and an inert rest, by its purity. Heads are powders that somebody mounted on a doser; what
falls takes time, so a balance sees it arrive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulators.twin.substances import INERT, substance_name


@dataclass(slots=True)
class Powder:
    """One lot of powder: masses in mg, purity as a part of 1."""

    name: str
    substance: str
    written: str
    left_mg: float
    purity_frac: float
    lot: str

    def take(self, mass_mg: float) -> dict[str, float]:
        """Take powder, or what is left of it; return the substances in it by mass."""
        taken_mg = min(max(0.0, mass_mg), self.left_mg)
        self.left_mg -= taken_mg
        return contents(self.substance, taken_mg, self.purity_frac)

    def describe(self) -> dict[str, Any]:
        """Return what a label says, and what is left, JSON-able."""
        return {"substance": self.written, "lot": self.lot, "left_mg": self.left_mg, "powder": self.name}


@dataclass(frozen=True, slots=True)
class Fall:
    """Powder on its way onto a pan, evenly over a time."""

    mass_mg: float
    t0_s: float
    t1_s: float

    def coming_mg(self, t_s: float) -> float:
        """Return how much has not arrived at a time."""
        if t_s >= self.t1_s:
            return 0.0
        return self.mass_mg * min(1.0, (self.t1_s - t_s) / (self.t1_s - self.t0_s))


def contents(substance: str, mass_mg: float, purity_frac: float) -> dict[str, float]:
    """Return a mass of impure powder by substance."""
    found = {substance: mass_mg * purity_frac}
    return found if purity_frac >= 1.0 else {**found, INERT: mass_mg * (1.0 - purity_frac)}


def powders_of(bench: Mapping[str, Any]) -> dict[str, Powder]:
    """Return the powders of a bench description.

    Raises:
        ValueError: a mass is negative, or a purity is none.
    """
    found: dict[str, Powder] = {}
    for name, entry in bench.get("powders", {}).items():
        mass_mg, purity_frac = float(entry["mass_mg"]), float(entry.get("purity_frac", 1.0))
        if mass_mg < 0.0 or not 0.0 < purity_frac <= 1.0:
            message = f"powder {name} cannot have {mass_mg:g} mg of purity {purity_frac:g}"
            raise ValueError(message)
        written = str(entry["substance"])
        found[name] = Powder(name, substance_name(written), written, mass_mg, purity_frac, str(entry.get("lot", "")))
    return found
