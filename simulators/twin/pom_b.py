"""POM-B: a metal ion in the vacancy of the mono-lacunary Dawson tungstate, one to one and one to two.

Mass action like everything here, fast enough to be at equilibrium after a minute of mixing: M + L <=> ML with K1 and
ML + L <=> ML2 with K2. All constants are assumed, within the ranges that 31P work on the lanthanides reports (log K1
7 to 9, log K2 3 to 4); zinc hardly takes a second ligand. Very slowly the ligand loses its tungsten, which fills
another's vacancy: P2W18 and phosphate, the flags of decomposition. Nitrate and acetate stay with the metal they came
with; oxygen, water and what the buffer gives and takes are not tracked. Two metals do not share one ligand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulators.twin.chemistry import LITERATURE, Chemistry, Reaction, Species

TUNGSTEN, LIGAND = "WO4", "P2W17"


@dataclass(frozen=True, slots=True)
class Binding:
    """One metal's salt and constants.

    Attributes:
        fed: The salt's name in a bench description.
        ion: The free metal's species.
        charge: Of the ion.
        anions: What the salt brings along, in one formula unit.
        k1: Binding constant of the first ligand, per M.
        k2: Of the second.
        kf1: Forward rate constant of the first, per M and s.
        kf2: Of the second.
    """

    fed: str
    ion: str
    charge: int
    anions: Mapping[str, int]
    k1: float
    k2: float
    kf1: float
    kf2: float


LANTHANIDE = (1e8, 10.0**3.5, 2e4, 1e3)
METALS: Mapping[str, Binding] = MappingProxyType(
    {
        "Zn": Binding("Zn(OAc)2", "Zn2+", 2, {"OAc": 2}, 1e6, 1.0, 2e3, 1.0),
        "Lu": Binding("Lu(NO3)3", "Lu3+", 3, {"NO3": 3}, *LANTHANIDE),
        "Eu": Binding("Eu(NO3)3", "Eu3+", 3, {"NO3": 3}, *LANTHANIDE),
    }
)
LOSS_PER_S = 2e-8
"""How fast the ligand falls apart at pH 5.5: some percent of it are P2W18 after a day."""
FILLING_PER_M_S = 0.05
"""How fast freed tungsten fills another vacancy."""


def one(metal: str) -> str:
    """Name the complex of one metal and one ligand."""
    return f"{metal}{LIGAND}"


def two(metal: str) -> str:
    """Name the complex of one metal and two ligands."""
    return f"{metal}({LIGAND})2"


def _species() -> tuple[Species, ...]:
    found = [
        Species(LIGAND, {"P": 2, "W": 17, "K": 10}, -10, source=LITERATURE),
        Species("P2W18", {"P": 2, "W": 18, "K": 6}, -6, source=LITERATURE),
        Species("Pi", {"P": 1}, -3, 3),
        Species(TUNGSTEN, {"W": 1}, -2, 2),
        Species("KOH", {"K": 1}, 0),
    ]
    for metal, binding in METALS.items():
        parts = {metal: 1, **binding.anions}
        found.append(Species(binding.ion, parts, binding.charge, source=LITERATURE))
        found.append(Species(one(metal), parts | {"P": 2, "W": 17, "K": 10}, binding.charge - 10))
        found.append(Species(two(metal), parts | {"P": 4, "W": 34, "K": 20}, binding.charge - 20))
    return tuple(found)


def _reactions() -> tuple[Reaction, ...]:
    found = [
        Reaction("P2W17 loses W", (LIGAND,), ("Pi", "Pi", *(TUNGSTEN,) * 17, *("KOH",) * 10), LOSS_PER_S),
        Reaction("P2W17+W", (LIGAND, TUNGSTEN), ("P2W18", *("KOH",) * 4), FILLING_PER_M_S),
    ]
    for metal, b in METALS.items():
        found.append(Reaction(f"{metal}+L", (b.ion, LIGAND), (one(metal),), b.kf1, b.kf1 / b.k1))
        found.append(Reaction(f"{metal}L+L", (one(metal), LIGAND), (two(metal),), b.kf2, b.kf2 / b.k2))
    return tuple(found)


CHEMISTRY = Chemistry(
    name="POM-B",
    species=_species(),
    reactions=_reactions(),
    feeds={LIGAND: LIGAND} | {binding.fed: binding.ion for binding in METALS.values()},
)
