"""The published controls (M2): groups decide what forms, whatever one calls the powders."""

import pytest

from simulators.twin.substances import SUBSTANCES, gate, substance_name
from tests.simulators.twin.millroom import after

C1 = {"H3btc": 74.3, "Ru2(OAc)4Cl": 125.7}
C2 = {"Ru2(H2btc)4Cl": 200.0}
C3 = {"Ru6(btc)4Cl3": 92.0, "Cu3(btc)2": 108.0}
C4 = {"Ru2(H2btc)4Cl": 107.2, "Cu(NO3)2.2.5H2O": 92.8}
C_PLUS = {"H3btc": 82.5, "Cu(OAc)2.H2O": 117.5}


@pytest.mark.parametrize("solids_mg", [C1, C2, C3, C4], ids=["c1", "c2", "c3", "c4"])
def test_no_framework_forms_without_all_three_groups(solids_mg: dict[str, float]) -> None:
    """Without free acid, a copper paddlewheel and trimesate together, the powder stays what it was."""
    held = after(120.0, solids_mg=solids_mg)
    assert held["alpha"] == 0.0
    assert held["solids_mg"] == pytest.approx(solids_mg)


def test_a_physical_mixture_stays_two_phases() -> None:
    """c3: both frameworks keep their lattices side by side."""
    assert set(after(60.0, solids_mg=C3)["phases"]) == {"Ru6(btc)4Cl3", "Cu3(btc)2"}


def test_the_positive_control_gives_the_copper_framework() -> None:
    """c+: 118.7 mg of Cu3(btc)2 from 200 mg."""
    held = after(240.0, solids_mg=C_PLUS)
    assert held["solids_mg"]["Cu3(btc)2"] == pytest.approx(118.7, abs=0.1)
    assert sum(held["solids_mg"].values()) == pytest.approx(200.0, rel=1e-9)


def test_both_reactions_share_the_copper() -> None:
    """Ligand and free acid in one jar use up the copper together, and no more than there is."""
    held = after(600.0, solids_mg={"Ru2(H2btc)4Cl": 100.0, "H3btc": 50.0, "Cu(OAc)2.H2O": 60.0})
    assert set(held["phases"]) == {"Ru2Cu4(btc)4Cl", "Cu3(btc)2"}
    assert held["solids_mg"].get("Cu(OAc)2.H2O", 0.0) == pytest.approx(0.0, abs=1e-6)
    assert sum(held["solids_mg"].values()) == pytest.approx(210.0, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "g_mol"),
    [
        ("Ru2(H2btc)4Cl", 1074.12),
        ("Cu(OAc)2.H2O", 199.65),
        ("Ru2Cu4(btc)4Cl", 1320.24),
        ("Cu3(btc)2", 604.87),
        ("H3btc", 210.14),
    ],
)
def test_molar_masses(name: str, g_mol: float) -> None:
    """Elements add up to the masses that the recipe was computed with."""
    assert SUBSTANCES[name].g_mol == pytest.approx(g_mol, abs=0.02)


def test_names_may_be_written_as_chemists_do() -> None:
    """Brackets, dots and spaces do not matter; an unknown substance is inert under its own name."""
    assert substance_name("[Ru2Cu4(btc)4Cl]") == "Ru2Cu4(btc)4Cl"
    assert substance_name("Cu(OAc)2·H2O") == substance_name("Cu(OAc)2 . H2O") == "Cu(OAc)2.H2O"
    assert substance_name("sea sand") == "sea sand"
    assert not gate({"sea sand": 5.0})
    assert after(60.0, solids_mg={"sea sand": 200.0})["solids_mg"] == {"sea sand": 200.0}
