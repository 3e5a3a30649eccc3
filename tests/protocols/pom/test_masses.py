"""P8: masses of the twin's POM-A products, made up to formulae, are the dossier's and those of adducts seen by MS."""

import pytest
from molmass import Formula

from simulators.twin.pom import CHEMISTRY

FORMULAE = {"acac": "C5H7O2", "TBA": "C16H36N"}
OXO_PER_DIMER, OXYGEN_PER_LACUNA = 2, 34
BY_NAME = {species.name: species for species in CHEMISTRY.species}


def formula(name: str, more_tba: int = 0) -> Formula:
    """Return a product's formula: oxygen, of lacunary anions and oxo bridges, is not among the parts."""
    parts = dict(BY_NAME[name].parts)
    parts["TBA"] = parts.get("TBA", 0) + more_tba
    oxygen = OXYGEN_PER_LACUNA * parts["Si"] + (OXO_PER_DIMER if parts.get("Mn", 0) == 4 else 0)
    pieces = [f"({FORMULAE.get(part, part)}){count}" for part, count in parts.items() if count]
    protons = f"H{BY_NAME[name].protons}" if BY_NAME[name].protons else ""
    return Formula("".join([*pieces, f"O{oxygen}", protons]))


@pytest.mark.parametrize(
    ("name", "molar_mass"), [("I", 7204.5), ("IAg2", 6935.3), ("INa2", 6765.5), ("IK2", 6797.7), ("L", 3202.6)]
)
def test_molar_masses(name: str, molar_mass: float) -> None:
    """Product masses within 0.3; the ligand without the two waters of its solid."""
    assert float(formula(name).mass) == pytest.approx(molar_mass, abs=0.3)


@pytest.mark.parametrize(("name", "mz"), [("I", 3844.7), ("IAg2", 3710.1), ("INa2", 3625.2)])
def test_cation_adducts(name: str, mz: float) -> None:
    """With two more TBA the species is a dication: mean m/z within 0.3, and its charge is two."""
    species = BY_NAME[name]
    assert species.charge + species.parts["TBA"] + 2 == 2
    assert float(formula(name, more_tba=2).mass) / 2.0 == pytest.approx(mz, abs=0.3)
