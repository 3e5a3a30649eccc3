"""Where the POM-A species are reduced: formal potentials against ferrocene and diffusion coefficients, all assumed.

Only the trends are published. These numbers belong to the twin; the analyser has its own library, and a seed moves
these (`simulators.twin.perturbation`) so that the two are never the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from types import MappingProxyType
from typing import Literal

from simulators.twin.pom import ALKALI, pair

EQUIVALENT_V = 0.025692579 * log(2.0)
"""Half the separation of the two steps of two equal centres that do not interact: (RT/F) ln 2 at 298.15 K."""
MANGANESE = ("Mn1", "Mn2", "Mn3", "Mn4")
TUNGSTEN = ("W1", "W2", "W3")
FORMAL_V: Mapping[str, float] = MappingProxyType(
    {
        "L": -2.00,
        "Mn1": -0.25,
        "Mn2": -0.40,
        "Mn3": -0.60,
        "Mn4": -0.75,
        "Fe": -0.95,
        "W1": -1.60,
        "W2": -1.95,
        "W3": -2.30,
        "free Mn": -0.45,
        "free Fe": -1.05,
        "LMn": -0.35,
        "stray Fe": -1.00,
        "free Ag": 0.05,
    }
)
DIFFUSION_CM2_S: Mapping[str, float] = MappingProxyType({"dimer": 7.0e-6, "monomer": 1.1e-5, "small": 1.1e-5})

Resting = Literal["start", "oxidised", "reduced"]


@dataclass(frozen=True, slots=True)
class Electroactivity:
    """The numbers behind every voltammogram.

    Attributes:
        formal_v: Formal potential of each wave, V vs Fc+/0.
        diffusion_cm2_s: Diffusion coefficient by size class.
        lu_shift_v: What two bound Lu do to every wave of the cluster; one Lu does half.
        a_shift_v: What each bound A+ does.
        stray_lu_shift_v: What a misplaced Lu does to its parent's waves.
        irreversible_steepness: Steepness of an irreversible wave against a Nernstian one (transfer coefficient).
        resting: In which state a sample arrives: "start" equilibrated at the sweep's first potential, "oxidised" as
            Mn(III), "reduced" with all manganese as Mn(II).
    """

    formal_v: Mapping[str, float] = field(default_factory=lambda: FORMAL_V)
    diffusion_cm2_s: Mapping[str, float] = field(default_factory=lambda: DIFFUSION_CM2_S)
    lu_shift_v: float = 0.060
    a_shift_v: float = 0.050
    stray_lu_shift_v: float = 0.030
    irreversible_steepness: float = 0.5
    resting: Resting = "start"


@dataclass(frozen=True, slots=True)
class Ladder:
    """One species' one-electron steps, in the order they are taken.

    Attributes:
        formal_v: Formal potentials, V vs Fc+/0.
        diffusion_cm2_s: One coefficient for all oxidation states.
        steepness: 1 for Nernstian steps.
        manganese: How many of the steps belong to manganese (for the resting state).
    """

    formal_v: tuple[float, ...]
    diffusion_cm2_s: float
    steepness: float = 1.0
    manganese: int = 0


def ladders(e: Electroactivity) -> dict[str, Ladder]:
    """Return the ladder of every electroactive species of POM-A."""
    small, monomer = e.diffusion_cm2_s["small"], e.diffusion_cm2_s["monomer"]
    v = e.formal_v
    found = {
        "L": Ladder((v["L"],), monomer, e.irreversible_steepness),
        "Xlu": Ladder((v["L"] + e.stray_lu_shift_v,), monomer, e.irreversible_steepness),
        "Mn": Ladder((v["free Mn"],), small, manganese=1),
        "Fe": Ladder((v["free Fe"],), small),
        "LMn": Ladder((v["LMn"],), monomer, manganese=1),
        "LMn2": Ladder((v["LMn"] + EQUIVALENT_V, v["LMn"] - EQUIVALENT_V), monomer, manganese=2),
        "LFe": Ladder((v["stray Fe"],), monomer),
        "Xfe": Ladder((v["stray Fe"],), monomer),
        "XFe2": Ladder((v["stray Fe"],), e.diffusion_cm2_s["dimer"]),
        "Ag": Ladder((v["free Ag"],), small),
    }
    return found | _clusters(e)


def _clusters(e: Electroactivity) -> dict[str, Ladder]:
    shifts: dict[str, float] = {"S2": 0.0, "S2Lu": e.lu_shift_v / 2.0, "I": e.lu_shift_v}
    for i, metal in enumerate(ALKALI):
        shifts[f"I{metal}"] = e.lu_shift_v + e.a_shift_v
        for other in ALKALI[i:]:
            shifts[pair(metal, other)] = e.lu_shift_v + 2.0 * e.a_shift_v
    found = {name: _cluster(e, (*MANGANESE, "Fe", *TUNGSTEN), shift) for name, shift in shifts.items()}
    found["S1"] = _cluster(e, (*MANGANESE, *TUNGSTEN), 0.0)
    found["XS1Lu"] = _cluster(e, (*MANGANESE, *TUNGSTEN), e.stray_lu_shift_v)
    return found


def _cluster(e: Electroactivity, waves: tuple[str, ...], shift_v: float) -> Ladder:
    return Ladder(tuple(e.formal_v[w] + shift_v for w in waves), e.diffusion_cm2_s["dimer"], manganese=len(MANGANESE))
