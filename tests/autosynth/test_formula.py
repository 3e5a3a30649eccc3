import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.formula import FormulaError, parse_formula


@pytest.mark.parametrize(
    ("text", "mass"),
    [
        ("H2O", 18.015),
        ("CuSO4·5H2O", 249.68),
        ("CuSO4*5H2O", 249.68),
        ("Mn(C5H7O2)3", 352.26),
        ("Mn(acac)3", 352.26),
        ("AgOTf", 256.94),
        ("TBA4H6[SiW9O34]·2H2O", 3238.6),
    ],
)
def test_molar_masses_of_our_reagents_are_those_of_the_tables(text: str, mass: float) -> None:
    """Hydrates, brackets and short names of ligands are counted."""
    assert mass == pytest.approx(parse_formula(text).molar_mass_g_mol, abs=0.06)


def test_atoms_are_counted_over_all_parts() -> None:
    """The water of a hydrate counts in full."""
    assert dict(parse_formula("CuSO4·5H2O").atoms) == {"Cu": 1, "H": 10, "O": 9, "S": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "between 1 and"),
        ("H" * 300, "between 1 and"),
        ("Xx2", "not a chemical formula"),
        ("H2O)", "not a chemical formula"),
        ("NaAc", "acetyl or actinium"),
        ("Cu2+", "leave the charge out"),
        ("CuSO4·", "beside its dot"),
        ("H99999", "too large"),
    ],
)
def test_what_is_no_formula_is_refused(text: str, message: str) -> None:
    """The message says where it goes wrong."""
    with pytest.raises(FormulaError, match=message):
        parse_formula(text)


@given(st.text(alphabet="HCNOSiWAg()[]{}0123456789·*.+- ", max_size=40))
def test_any_text_is_a_formula_with_a_mass_or_a_formula_error(text: str) -> None:
    """Nothing else can come out, whatever goes in."""
    try:
        formula = parse_formula(text)
    except FormulaError:
        return
    assert formula.molar_mass_g_mol > 0
    assert formula.atoms
