"""By how much this bench differs from the nominal one: drawn once from the seed, shown only in `truth`.

The analyser is judged on a cell it has no exact library for: potentials, diffusion coefficients, the electrode and a
small unnamed impurity differ from seed to seed. All spreads are assumed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.twin.waves import DIFFUSION_CM2_S, FORMAL_V, Electroactivity, Ladder

COMMON_V, EACH_V = 0.005, 0.002
DIFFUSION_REL, RU_REL, CDL_REL, AREA_REL = 0.03, 0.10, 0.10, 0.02
IMPURITY_FRACTION = (0.002, 0.008)
"""Least and most of the unnamed one-electron impurity, in mol per mol of fed ligand."""
IMPURITY_V = (-1.45, -0.15)


@dataclass(frozen=True, slots=True)
class Impurity:
    """An electroactive impurity that came with the ligand."""

    ladder: Ladder
    per_ligand: float

    def describe(self) -> dict[str, Any]:
        """Return where it is and how much, JSON-able."""
        return {"formal_v": list(self.ladder.formal_v), "per_ligand": self.per_ligand}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The bench's true numbers."""

    electroactivity: Electroactivity
    ru_factor: float
    cdl_factor: float
    area_factor: float
    impurity: Impurity | None

    def describe(self) -> dict[str, Any]:
        """Return all numbers, JSON-able."""
        return {
            "formal_v": dict(self.electroactivity.formal_v),
            "diffusion_cm2_s": dict(self.electroactivity.diffusion_cm2_s),
            "lu_shift_v": self.electroactivity.lu_shift_v,
            "a_shift_v": self.electroactivity.a_shift_v,
            "stray_lu_shift_v": self.electroactivity.stray_lu_shift_v,
            "resting": self.electroactivity.resting,
            "ru_factor": self.ru_factor,
            "cdl_factor": self.cdl_factor,
            "area_factor": self.area_factor,
            "impurity": None if self.impurity is None else self.impurity.describe(),
        }


def nominal() -> Parameters:
    """Return the bench without any perturbation."""
    return Parameters(Electroactivity(), 1.0, 1.0, 1.0, None)


def drawn(rng: np.random.Generator) -> Parameters:
    """Draw a bench; the order of the draws is part of what a seed means."""
    common_v = rng.normal(0.0, COMMON_V)
    formal_v = {wave: float(v + common_v + rng.normal(0.0, EACH_V)) for wave, v in FORMAL_V.items()}
    diffusion = {size: float(d * (1.0 + rng.normal(0.0, DIFFUSION_REL))) for size, d in DIFFUSION_CM2_S.items()}
    factors = [float(1.0 + rng.normal(0.0, spread)) for spread in (RU_REL, CDL_REL, AREA_REL)]
    impurity = Impurity(
        Ladder((float(rng.uniform(*IMPURITY_V)),), diffusion["small"]), float(rng.uniform(*IMPURITY_FRACTION))
    )
    return Parameters(Electroactivity(formal_v, diffusion), factors[0], factors[1], factors[2], impurity)
