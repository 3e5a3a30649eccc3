"""POM-A: stepwise metalation of the trivacant silicotungstate to FeMn4Lu2A2, its dead ends and its A sites.

Every rate constant is assumed (no kinetic data are published) and was tuned so that holds of an hour give the yields
the recipe expects; formulae of the end products are literature. Water consumed by the first dimerisation (two per S1)
comes from the wet solvent and is not tracked. Adducts and dead ends keep the acetylacetonates they came with.
"""

from simulators.twin.chemistry import LITERATURE, Chemistry, Reaction, Species

ALKALI = ("Ag", "Na", "K")
BINDING_PER_MOLAR = {"Ag": 1e5, "Na": 3e4, "K": 1e4}
"""Microscopic binding constant of one A site per metal, assumed."""
KF_FIRST, KF_SECOND = 2e3, 1e3
"""Forward constants of the first and second A binding (two free sites, one free site), assumed."""


def _core() -> tuple[Species, ...]:
    ligand = {"W": 9, "Si": 1}
    dimer = {"W": 18, "Si": 2, "Mn": 4}
    return (
        Species("L", ligand | {"TBA": 4}, -10, 6, LITERATURE),
        Species("Mn", {"Mn": 1, "acac": 3}, source=LITERATURE),
        Species("Fe", {"Fe": 1, "acac": 3}, source=LITERATURE),
        Species("Lu", {"Lu": 1, "acac": 3}, source=LITERATURE),
        Species("LMn", ligand | {"Mn": 1, "acac": 3, "TBA": 4}, -10, 6),
        Species("LMn2", ligand | {"Mn": 2, "acac": 6, "TBA": 4}, -10, 6),
        Species("S1", dimer | {"TBA": 8}, -12, 4),
        Species("S2", dimer | {"Fe": 1, "TBA": 8}, -9, 1),
        Species("S2Lu", dimer | {"Fe": 1, "Lu": 1, "acac": 2, "TBA": 8}, -8),
        Species("I", dimer | {"Fe": 1, "Lu": 2, "acac": 4, "TBA": 7}, -7, source=LITERATURE),
        Species("LFe", ligand | {"Fe": 1, "acac": 3, "TBA": 4}, -10, 6),
        Species("Xfe", ligand | {"Fe": 1, "Mn": 1, "acac": 6, "TBA": 4}, -10, 6),
        Species("Xlu", ligand | {"Lu": 1, "acac": 3, "TBA": 4}, -10, 6),
        Species("XS1Lu", dimer | {"Lu": 1, "acac": 3, "TBA": 8}, -12, 4),
        Species("XFe2", dimer | {"Fe": 2, "acac": 3, "TBA": 8}, -9, 1),
        Species("Hacac", {"acac": 1}, -1, 1, LITERATURE),
        Species("TBAacac", {"acac": 1, "TBA": 1}, -1, source=LITERATURE),
        Species("TBAOTf", {"OTf": 1, "TBA": 1}, -1, source=LITERATURE),
    )


def pair(first: str, second: str) -> str:
    """Name the cluster with two A sites taken, the metals in the order of `ALKALI`."""
    if first == second:
        return f"I{first}2"
    low, high = sorted((first, second), key=ALKALI.index)
    return f"I{low}{high}"


def _pairs() -> tuple[tuple[str, str], ...]:
    return tuple((low, high) for i, low in enumerate(ALKALI) for high in ALKALI[i:])


def _a_species() -> tuple[Species, ...]:
    inner = {"W": 18, "Si": 2, "Mn": 4, "Fe": 1, "Lu": 2, "acac": 4}
    free = tuple(Species(metal, {metal: 1, "OTf": 1}, source=LITERATURE) for metal in ALKALI)
    ones = tuple(Species(f"I{metal}", inner | {metal: 1, "TBA": 6}, -6) for metal in ALKALI)
    twos = tuple(
        Species(pair(a, b), inner | ({a: 2} if a == b else {a: 1, b: 1}) | {"TBA": 5}, -5, source=LITERATURE)
        for a, b in _pairs()
    )
    return free + ones + twos


def _a_reactions() -> tuple[Reaction, ...]:
    """A-site binding with statistical factors: K1 = 2K and K2 = K/2 for one metal, beta = 2 K K' for two."""
    reactions = [
        Reaction(f"I+{m}", ("I", m), (f"I{m}", "TBAOTf"), KF_FIRST, KF_FIRST / (2 * BINDING_PER_MOLAR[m]))
        for m in ALKALI
    ]
    for held in ALKALI:
        for metal in ALKALI:
            leaving = 2 if held == metal else 1
            reverse = leaving * KF_SECOND / BINDING_PER_MOLAR[metal]
            products = (pair(held, metal), "TBAOTf")
            reactions.append(Reaction(f"I{held}+{metal}", (f"I{held}", metal), products, KF_SECOND, reverse))
    return tuple(reactions)


_STEPS = (
    Reaction("L+Mn", ("L", "Mn"), ("LMn",), 5.0),
    Reaction("LMn+Mn", ("LMn", "Mn"), ("LMn2",), 3.0),
    Reaction("2 LMn2", ("LMn2", "LMn2"), ("S1", *("Hacac",) * 12), 3.0),
    Reaction("S1+Fe", ("S1", "Fe"), ("S2", "Hacac", "Hacac", "Hacac"), 2.0),
    Reaction("S2+Lu", ("S2", "Lu"), ("S2Lu", "Hacac"), 10.0),
    Reaction("S2Lu+Lu", ("S2Lu", "Lu"), ("I", "TBAacac"), 5.0),
)
_DEAD_ENDS = (
    Reaction("L+Fe", ("L", "Fe"), ("LFe",), 3.0),
    Reaction("LFe+Mn", ("LFe", "Mn"), ("Xfe",), 2.0),
    Reaction("L+Lu", ("L", "Lu"), ("Xlu",), 8.0),
    Reaction("S1+Lu", ("S1", "Lu"), ("XS1Lu",), 0.05),
    Reaction("S2+Fe", ("S2", "Fe"), ("XFe2",), 0.02),
)

CHEMISTRY = Chemistry(
    name="POM-A",
    species=_core() + _a_species(),
    reactions=_STEPS + _a_reactions() + _DEAD_ENDS,
    feeds={
        "SiW9": "L",
        "Mn(acac)3": "Mn",
        "Fe(acac)3": "Fe",
        "Lu(acac)3": "Lu",
        "AgOTf": "Ag",
        "NaOTf": "Na",
        "KOTf": "K",
    },
)
