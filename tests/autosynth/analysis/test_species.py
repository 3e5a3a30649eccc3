from pathlib import Path

import pytest

from autosynth.analysis.species import load_library, parse_library
from autosynth.errors import InputError
from tests.autosynth.analysis.rendering import LIBRARY_PATH, pom_library


def test_bound_cations_shift_every_wave_by_50_mv() -> None:
    """IA and IA2 lie 50 and 100 mV above I, wave by wave."""
    known = {one.name: one for one in pom_library().all_species}
    for name, shift in (("IA", 0.05), ("IA2", 0.10)):
        steps = zip(known["I"].potentials_v, known[name].potentials_v, strict=True)
        assert [pytest.approx(shift)] * 5 == [b - a for a, b in steps]


def test_every_number_says_where_it_comes_from() -> None:
    """Waves, diffusion coefficients and species all carry a provenance that names its kind."""
    library = pom_library()
    sources = [
        e.source for group in (library.waves.values(), library.diffusion.values(), library.species) for e in group
    ]
    assert set() == {s for s in sources if not s.startswith(("seed", "literature: ", "assumption: "))}


def test_stage_stands_for_its_species() -> None:
    """A stage's name expands to its species, in the library's order and without repeats."""
    names = [one.name for one in pom_library().expand(["S1", "manganese"])]
    assert names == ["Mn_free", "LMn", "LMn2", "S1"]


def test_unknown_candidate_lists_known_ones() -> None:
    """An unknown name is refused with the names that would do."""
    with pytest.raises(InputError, match=r"S9: not in the library.*it has L, Mn_free"):
        pom_library().expand(["S9"])


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    """A library that is not there is refused by its path."""
    with pytest.raises(InputError, match=r"none\.yaml cannot be read"):
        load_library(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("waves: [free Mn]", "waves: [free Cr]", "unknown waves: ..free Cr"),
        ("size: small", "size: tiny", "unknown sizes: ..tiny"),
        ("products: [S1,", "products: [S0,", "unknown species: ..S0"),
        ("- name: S2Lu", "- name: S2", "defined twice: ..S2"),
        ("split_v: [0.0178, -0.0178]", "split_v: [0.0178]", "2 waves but 1 offsets"),
        ("  manganese: [", "  S1: [", "stages bear the names of species"),
        ("cluster_unit: {L: 2}", "cluster_unit: {}", "cluster_unit names one component"),
        ("role: ligand", "role: solvent", r"pom_a\.yaml:\d+:\d+: species\.0\.role: "),
        ("cluster_unit: {L: 2}", "cluster_unit: &u {L: 2}", "the anchor &u is not allowed"),
        ("split_v: [0.0178, -0.0178]", "split_v: [1e999, nan]", r"split_v\.0: .*finite"),
        ("title: POM-A, TBA salts in acetone", "tilte: POM-A", "title"),
        ("spread: {", "spread: [", r"pom_a\.yaml:9:\d+: the list opened here"),
    ],
)
def test_wrong_library_is_refused_with_what_is_wrong(old: str, new: str, complaint: str) -> None:
    """Each kind of mistake in a library is told in words."""
    text = LIBRARY_PATH.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputError, match=complaint):
        parse_library(text.replace(old, new), "pom_a.yaml")
