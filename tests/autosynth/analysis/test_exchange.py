"""Equilibria of clusters that exchange metals, from the constants of the shipped library."""

from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.assemblies import load_assemblies
from autosynth.analysis.exchange import Exchange, ceiling, equilibrium, mean_of_feed, slopes
from autosynth.analysis.lines import load_lines
from autosynth.analysis.mass import MassSpectrum
from autosynth.analysis.mass import analyse as analyse_mass
from autosynth.analysis.quantification import require_quantified
from autosynth.cli.decays import analyze_decays
from autosynth.errors import AnalysisError

SPECIES = Path(__file__).parents[3] / "protocols" / "exchange" / "species"


def constants() -> Exchange:
    found = load_lines(SPECIES / "clusters_se.yaml").exchange
    assert found is not None
    return found


def test_fractions_have_the_mean_of_the_feed() -> None:
    """Whatever is fed, the mean number of silver atoms is that of the feed and the parts sum to one."""
    for mean in (0.01, 1.0, 3.5, 6.0, 6.99):
        p = equilibrium(constants(), mean)
        assert float(np.array(p) @ np.arange(8)) == pytest.approx(mean, abs=1e-9)
        assert sum(p) == pytest.approx(1.0, abs=1e-12)


def test_equal_parts_are_distributed_as_published() -> None:
    """Mixed 1:1: 2.1, 17.3, 35.6 and 24.4 % of the clusters with one to four silver atoms."""
    p = 100.0 * np.array(equilibrium(constants(), mean_of_feed(constants(), [1, 0, 0, 0, 0, 0, 0, 1])))
    assert p[1:5] == pytest.approx([2.1, 17.3, 35.6, 24.4], abs=0.06)


def test_slopes_are_the_derivatives() -> None:
    """By finite differences; the parts' slopes sum to zero and the mean's is one."""
    mean, step = 2.3, 1e-5
    above, below = (np.array(equilibrium(constants(), mean + way * step)) for way in (1, -1))
    numeric = (above - below) / (2.0 * step)
    assert slopes(constants(), mean) == pytest.approx(numeric, abs=1e-6)


@pytest.mark.parametrize(
    ("species", "most"),
    [("Cu6Ag", 65), ("Cu5Ag2", 48), ("Cu4Ag3", 39), ("Cu3Ag4", 27), ("Cu2Ag5", 32), ("CuAg6", 40)],
)
def test_the_ceiling_is_where_the_feed_has_the_composition(species: str, most: float) -> None:
    """The published ceilings, and no other mean gives more."""
    part, mean = ceiling(constants(), species)
    place = constants().clusters.index(species)
    assert 100.0 * part == pytest.approx(most, abs=0.6)
    assert mean == place
    others = [equilibrium(constants(), each)[place] for each in np.linspace(0.05, 6.95, 60)]
    assert max(others) <= part + 1e-12


def test_the_ends_can_be_had_pure() -> None:
    """Cu7 and Ag7 need no partner."""
    assert ceiling(constants(), "Cu7") == (1.0, 0.0)
    assert ceiling(constants(), "Ag7") == (1.0, 7.0)


def test_what_no_mixture_is_is_refused() -> None:
    """A mean outside, amounts that are none, a stranger."""
    with pytest.raises(AnalysisError, match="between 0 and 7"):
        equilibrium(constants(), 7.0)
    with pytest.raises(AnalysisError, match="8 clusters are wanted"):
        mean_of_feed(constants(), [1, -1, 0, 0, 0, 0, 0, 1])
    with pytest.raises(AnalysisError, match="takes no part"):
        ceiling(constants(), "CHCl3")


@pytest.mark.parametrize("file", ["clusters_se.yaml", "clusters_s.yaml"])
def test_mass_spectra_do_not_quantify_solutions(file: str) -> None:
    """The library's reason is what the refusal says; NMR is not refused."""
    library = load_lines(SPECIES / file)
    with pytest.raises(AnalysisError, match="gas phase"):
        require_quantified(library, "mass")
    require_quantified(library, "nmr")


def test_the_analyser_of_mass_spectra_refuses_clusters() -> None:
    """Before it looks at a spectrum, and with the reason that the library gives."""
    library = load_assemblies(SPECIES / "clusters_mass.yaml")
    atoms = library.composition(library.ions[0], 6)
    assert (atoms["Ag"], atoms["Cu"], atoms["H"]) == (7, 1, 85)
    nothing = MassSpectrum(np.arange(100.0), np.zeros(100))
    with pytest.raises(AnalysisError, match="exchange metals in the gas phase"):
        analyse_mass(nothing, library)


def test_a_mass_spectrum_given_with_the_lines_is_refused_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`analyze spectrum.mzML --species clusters_se.yaml` ends with 2 and the reason."""
    file = tmp_path / "spectrum.mzML"
    file.write_text("<mzML/>", encoding="utf-8")
    assert analyze_decays([file], load_lines(SPECIES / "clusters_se.yaml"), (), as_json=False) == 2
    said = capsys.readouterr()
    assert "gas" in said.out + said.err
