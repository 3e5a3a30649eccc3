"""Solids, and the liquids that solids set free: what they are made of, and what they can do to one another in a mill.

Molar masses come from the elements, so that mass closes by stoichiometry. A substance nobody lists is inert: it has a
mass and no more. Names may be written with brackets, spaces or a raised dot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulators.twin.chemistry import LITERATURE, SEED

ATOMIC_G_MOL: Mapping[str, float] = MappingProxyType(
    {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Cl": 35.45, "Cu": 63.546, "Ru": 101.07}
)
"""Standard atomic weights [lit]."""
RU_LIGAND, CU_ACETATE, TRIMESIC = "Ru2(H2btc)4Cl", "Cu(OAc)2.H2O", "H3btc"
RU_ACETATE, CU_NITRATE = "Ru2(OAc)4Cl", "Cu(NO3)2.2.5H2O"
RU_CU, CU_CU, RU_RU = "Ru2Cu4(btc)4Cl", "Cu3(btc)2", "Ru6(btc)4Cl3"
ACETIC_ACID, WATER = "HOAc", "H2O"
INERT = "inert"
"""What a powder holds besides its substance."""


@dataclass(frozen=True, slots=True)
class Substance:
    """One substance.

    Attributes:
        parts: Elements in one formula unit.
        free_cooh: Free carboxylic acid groups in it.
        cu_paddlewheel: Whether its copper is a preformed carboxylate paddlewheel.
        btc: Whether it is trimesic acid or a metalloligand of it.
        cu_carboxylate: Carboxylates on copper, of trimesate; ru_carboxylate: on ruthenium.
        framework: Whether it is a porous framework.
        left: Part of it that one portion of wash solvent leaves behind; 1 for what does not dissolve.
        source: Where composition and groups come from; `left` is always assumed.
    """

    parts: Mapping[str, float]
    free_cooh: int = 0
    cu_paddlewheel: bool = False
    btc: bool = False
    cu_carboxylate: int = 0
    ru_carboxylate: int = 0
    framework: bool = False
    left: float = 1.0
    source: str = SEED

    @property
    def g_mol(self) -> float:
        """Return the molar mass in g/mol."""
        return sum(ATOMIC_G_MOL[element] * count for element, count in self.parts.items())


SUBSTANCES: Mapping[str, Substance] = MappingProxyType(
    {
        RU_LIGAND: Substance(
            {"C": 36, "H": 20, "O": 24, "Ru": 2, "Cl": 1}, free_cooh=8, btc=True, ru_carboxylate=4, left=0.7
        ),
        CU_ACETATE: Substance({"C": 4, "H": 8, "O": 5, "Cu": 1}, cu_paddlewheel=True, left=0.05),
        TRIMESIC: Substance({"C": 9, "H": 6, "O": 6}, free_cooh=3, btc=True, left=0.05),
        RU_ACETATE: Substance({"C": 8, "H": 12, "O": 8, "Ru": 2, "Cl": 1}, left=0.1),
        CU_NITRATE: Substance({"N": 2, "O": 8.5, "H": 5, "Cu": 1}, left=0.02),
        RU_CU: Substance(
            {"C": 36, "H": 12, "O": 24, "Ru": 2, "Cu": 4, "Cl": 1}, cu_carboxylate=8, ru_carboxylate=4, framework=True
        ),
        CU_CU: Substance({"C": 18, "H": 6, "O": 12, "Cu": 3}, cu_carboxylate=6, framework=True),
        RU_RU: Substance({"C": 36, "H": 12, "O": 24, "Ru": 6, "Cl": 3}, ru_carboxylate=12, framework=True),
        ACETIC_ACID: Substance({"C": 2, "H": 4, "O": 2}, left=0.02, source=LITERATURE),
        WATER: Substance({"H": 2, "O": 1}, left=0.02, source=LITERATURE),
    }
)
LIQUID_MG_UL: Mapping[str, float] = MappingProxyType({ACETIC_ACID: 1.049, WATER: 0.997})
"""Density of what is liquid among them at 25 C, in mg/uL [lit]."""
SOLVENT_G_ML: Mapping[str, float] = MappingProxyType(
    {
        "methanol": 0.787,
        "MeOH": 0.787,
        "ethanol": 0.785,
        "EtOH": 0.785,
        "acetone": 0.785,
        "acetonitrile": 0.777,
        "water": 0.997,
    }
)
"""Density of solvents at 25 C in g/mL [lit]; others are taken as 1 g/mL [assumption]."""


@dataclass(frozen=True, slots=True)
class SolidReaction:
    """What mills into what: substance -> mol for one mol of extent; `source` is that of the stoichiometry."""

    reactants: Mapping[str, int]
    products: Mapping[str, int]
    source: str


REACTIONS: tuple[SolidReaction, ...] = (
    SolidReaction({RU_LIGAND: 1, CU_ACETATE: 4}, {RU_CU: 1, ACETIC_ACID: 8, WATER: 4}, SEED),
    SolidReaction({TRIMESIC: 2, CU_ACETATE: 3}, {CU_CU: 1, ACETIC_ACID: 6, WATER: 3}, SEED),
)
"""Ruthenium keeps its carboxylates: nothing exchanges on it in a mill."""


def substance_name(written: str) -> str:
    """Return the twin's name of a substance as somebody writes it; unlisted ones keep theirs."""
    plain = "".join(written.split()).replace("·", ".").replace("*", ".").replace("[", "").replace("]", "")
    return _ALIASES.get(plain, plain if plain in SUBSTANCES else written)


def gate(present: Mapping[str, float]) -> bool:
    """Tell whether a framework can form at all among substances present (mg of each): groups, not names, decide."""
    held = [SUBSTANCES[name] for name, mg in present.items() if mg > 0.0 and name in SUBSTANCES]
    has_free_cooh = any(each.free_cooh > 0 for each in held)
    has_cu_paddlewheel = any(each.cu_paddlewheel for each in held)
    return has_free_cooh and has_cu_paddlewheel and any(each.btc for each in held)


_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "Ru2Cl(H2btc)4": RU_LIGAND,
        "Cu(CH3COO)2.H2O": CU_ACETATE,
        "Cu2(OAc)4(H2O)2": CU_ACETATE,
        "C9H6O6": TRIMESIC,
        "Ru2Cl(OAc)4": RU_ACETATE,
        "2(Cu(NO3)2).5H2O": CU_NITRATE,
        "Cu(NO3)2.2.5(H2O)": CU_NITRATE,
        "HKUST-1": CU_CU,
        "aceticacid": ACETIC_ACID,
        "water": WATER,
    }
)
