from pathlib import Path

import pytest

from autosynth.analysis.libraries import parse_any_library
from autosynth.analysis.phases import PhaseLibrary, load_phases, parse_phases
from autosynth.errors import InputError
from tests.autosynth.analysis.diffraction.rendering import LIBRARY_PATH, frameworks


def test_a_hypothesis_stands_for_its_phases() -> None:
    """Its name expands to them, in the library's order; no name at all stands for every phase."""
    library = frameworks()
    assert [one.name for one in library.expand(["physical_mixture"])] == ["Cu3btc2", "Ru3btc2"]
    assert library.phases == library.expand([])
    with pytest.raises(InputError, match=r"gold: not in the library.*it has Ru2Cu4"):
        library.expand(["gold"])


def test_the_first_key_says_what_a_library_is_of() -> None:
    """A library of phases is read as one, whatever comments stand before its key."""
    assert isinstance(parse_any_library(LIBRARY_PATH.read_text(encoding="utf-8")), PhaseLibrary)


def test_every_number_says_where_it_comes_from() -> None:
    """Each lattice constant and each instrument names its kind of source."""
    library = frameworks()
    sources = [length.source for phase in library.phases for length in phase.lengths]
    sources += [one.source for one in library.instruments.values()]
    assert set() == {each for each in sources if not each.startswith(("seed", "literature: ", "measured: ", "assumpt"))}


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    """A library that is not there is refused by its path."""
    with pytest.raises(InputError, match=r"none\.yaml cannot be read"):
        load_phases(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("solid_solution: [Ru2Cu4]", "solid_solution: [Ru2Cu5]", "hypotheses name unknown phases: ..Ru2Cu5"),
        ("solid_solution: [Ru2Cu4]", "solid_solution: []", "hypotheses without a phase: ..solid_solution"),
        ("solid_solution: [Ru2Cu4]", "alloy: [Ru2Cu4]", "hypotheses"),
        ("- name: Cu3btc2", "- name: Ru2Cu4", "defined twice: ..Ru2Cu4"),
        ("- name: Cu3btc2", "- name: solid_solution", "hypotheses name unknown phases|bear the names"),
        ("- name: Cu3btc2", '- name: "Cu3(btc)2"', "name"),
        ("laue: 4/mmm", "laue: m-3m", "Ru2Cu4 is tetragonal: its Laue class is one of 4/m, 4/mmm"),
        ("centring: I", "centring: F", "tetragonal F lattice is written as I"),
        ("centring: I", "centring: C", "centring"),
        ("    c: {angstrom: 26.43", "    b: {angstrom: 26.43", "phases.0.b"),
        ("system: tetragonal", "system: cubic", "Laue class"),
        ("angstrom: 18.781,", "angstrom: -18.781,", "angstrom"),
        ("fwhm_deg: 0.02", "fwhm_deg: 0", "instruments.synchrotron.fwhm_deg"),
        ("radiation: [{angstrom: 0.45411}]", "radiation: []", "radiation"),
        ("hypotheses:", "hypotheses: [", r"phases\.yaml:\d+:\d+: "),
    ],
)
def test_wrong_library_is_refused_with_what_is_wrong(old: str, new: str, complaint: str) -> None:
    """Each kind of mistake in a library is told in words."""
    text = LIBRARY_PATH.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputError, match=complaint):
        parse_phases(text.replace(old, new, 1), "phases.yaml")
