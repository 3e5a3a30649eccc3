from pathlib import Path

import pytest

from autosynth.analysis.lines import load_lines, parse_lines
from autosynth.errors import InputError
from tests.autosynth.analysis.nmr.rendering import LIBRARY_PATH, pom_b


def test_stage_stands_for_its_species() -> None:
    """A stage's name expands to its species, in the library's order; no name at all stands for every species."""
    library = pom_b()
    assert [one.name for one in library.expand(["zinc"])] == ["L", "ZnML", "ML2", "P2W18", "Pi"]
    assert library.species == library.expand([])


def test_paramagnetic_species_have_no_line_to_be_seen() -> None:
    """A species whose lines are not observable keeps them on record and offers none."""
    known = {one.name: one for one in pom_b().species}
    assert (len(known["EuML"].lines), known["EuML"].seen) == (1, ())


def test_units_are_counted_by_what_a_formula_unit_holds() -> None:
    """A complex of two ligands counts two, phosphate none."""
    library = pom_b()
    assert {one.name: library.units(one) for one in library.species if one.name in ("L", "ML2", "Pi")} == {
        "L": 1.0,
        "ML2": 2.0,
        "Pi": 0.0,
    }


def test_an_internal_reference_is_always_expected() -> None:
    """A species in the role of reference comes with every selection."""
    text = LIBRARY_PATH.read_text(encoding="utf-8").replace("role: impurity\n    contains: {P: 1}", "role: reference")
    assert [one.name for one in parse_lines(text).expand(["L"])] == ["L", "Pi"]


def test_every_line_says_where_it_comes_from() -> None:
    """Each line's provenance names its kind."""
    sources = [line.source for one in pom_b().species for line in one.lines]
    assert set() == {each for each in sources if not each.startswith(("seed", "literature: ", "measured: ", "assumpt"))}


def test_unknown_species_lists_known_ones() -> None:
    """An unknown name is refused with the names that would do."""
    with pytest.raises(InputError, match=r"S9: not in the library.*it has L, ZnML"):
        pom_b().expand(["S9"])


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    """A library that is not there is refused by its path."""
    with pytest.raises(InputError, match=r"none\.yaml cannot be read"):
        load_lines(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("  zinc: [L,", "  zinc: [M,", "stages name unknown species: ..M"),
        ("  zinc: [L,", "  L: [L,", "stages bear the names of species"),
        ("- name: ZnML", "- name: L", "defined twice: ..L"),
        ("unit: {L: 1}", "unit: {L: 0}", "unit names one component and its positive count"),
        ("role: ligand", "role: solvent", "role"),
        ("pulse_deg: 90", "pulse_deg: 120", "pulse_deg"),
        ("shim_hz: 0.5", "shim_hz: 0", "spread.shim_hz"),
        ("nucleus: 31P", "nukleus: 31P", "nukleus"),
        ("unit: {L: 1}", "unit: [L: 1}", r"pom_b\.yaml:8:\d+: "),
    ],
)
def test_wrong_library_is_refused_with_what_is_wrong(old: str, new: str, complaint: str) -> None:
    """Each kind of mistake in a library is told in words."""
    text = LIBRARY_PATH.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputError, match=complaint):
        parse_lines(text.replace(old, new, 1), "pom_b.yaml")


def test_species_without_any_line_are_refused() -> None:
    """A species that lists no line, not even a hidden one, is a mistake: nobody could tell why it is never seen."""
    text = LIBRARY_PATH.read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"species have no line.*dark"):
        parse_lines(f"{text}  - {{name: dark, role: product}}\n", "pom_b.yaml")
