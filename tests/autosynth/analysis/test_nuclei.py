"""One library for several nuclei: what each of them sees, and what it cannot tell apart."""

from pathlib import Path

import pytest

from autosynth.analysis.lines import LineLibrary, load_lines, parse_lines
from autosynth.errors import InputError

PATH = Path(__file__).parents[3] / "protocols" / "exchange" / "species" / "clusters_se.yaml"


def clusters() -> LineLibrary:
    return load_lines(PATH)


def test_each_nucleus_has_its_own_lines_windows_and_spread() -> None:
    """31P has one line a cluster and no window; 1H has the hydrides, the solvent and two windows."""
    whole = clusters()
    assert whole.nuclei == ("31P", "1H")
    phosphorus, proton = whole.of("31P"), whole.of("1H")
    assert (len(phosphorus.windows), len(proton.windows)) == (0, 2)
    assert proton.spread != phosphorus.spread
    assert "CHCl3" in {one.name for one in proton.species} - {one.name for one in phosphorus.species}
    assert all(len(one.lines) == 1 for one in (*phosphorus.species, *proton.species))


def test_what_a_nucleus_does_not_tell_apart_is_one_species_there() -> None:
    """In 31P the pair is one, with what both hold in common; apart, and in 1H, there are two."""
    whole = clusters()
    names = [one.name for one in whole.of("31P").species]
    assert names == ["Cu7", "Cu6Ag", "Cu5Ag2", "Cu4Ag3", "Cu3Ag4", "Cu2Ag5_or_CuAg6", "Ag7"]
    pair = whole.of("31P").species[5]
    assert dict(pair.contains) == {"cluster": 1}
    assert whole.of("31P").means == {}
    for seen in (whole.of("31P", apart=True), whole.of("1H")):
        assert {"Cu2Ag5", "CuAg6"} <= {one.name for one in seen.species}
        assert seen.means == {"mean_Ag": "Ag"}


def test_a_nucleus_of_no_line_leaves_the_library_as_it_is() -> None:
    """So that who asks is told what the library is of."""
    assert clusters().of("13C").nucleus == "31P"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "couplings: [{to: Se, count: 2, j_hz: 653.6}]",
            "couplings: [{to: Te, count: 2, j_hz: 653.6}]",
            "unknown partners",
        ),
        ("{Cu2Ag5_or_CuAg6: [Cu2Ag5, CuAg6]}", "{Cu2Ag5_or_CuAg6: [Cu2Ag5, Cu9]}", "sums name unknown species"),
        ("{31P: [Cu2Ag5_or_CuAg6]}", "{31P: [pair]}", "indistinct names unknown sums"),
        ("means: {mean_Ag: Ag}", "means: {Ag7: Ag}", "bear names that are taken"),
        ("clusters: [Cu7, Cu6Ag", "clusters: [Cu7, Cu8Ag", "the exchange names unknown species"),
        ("{abundance: 0.48161}", "{abundance: 0.58161}", "sum to more than one"),
        ("sd_rt: [0, 0.029", "sd_rt: [0.029", "are of one length"),
    ],
)
def test_contradictions_are_located(old: str, new: str, complaint: str) -> None:
    """Each says what is wrong, with the file and a line."""
    text = PATH.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputError, match=complaint) as caught:
        parse_lines(text.replace(old, new, 1), "clusters.yaml")
    assert all(problem.mark is not None and problem.mark.file == "clusters.yaml" for problem in caught.value.problems)
