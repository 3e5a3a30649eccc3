"""Isotope patterns against IsoSpecPy, which enumerates isotopologues, and against the cages' published masses."""

import IsoSpecPy
import numpy as np
import pytest

from autosynth.analysis.mass.isotopes import nuclides, pattern


def cage(x: int) -> dict[str, int]:
    atoms = {"C": 288, "H": 288, "O": 96, "Rh": 24 - 2 * x, "Ru": 2 * x}
    return {element: count for element, count in atoms.items() if count}


def enumerated(atoms: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return masses and probabilities of the isotopologues that hold all but a hundred-thousandth."""
    known = [nuclides(element) for element in atoms]
    found = IsoSpecPy.IsoTotalProb(
        0.99999,
        atomCounts=list(atoms.values()),
        isotopeMasses=[one.mass_da.tolist() for one in known],
        isotopeProbabilities=[one.abundance.tolist() for one in known],
    )
    return np.array(list(found.masses)), np.array(list(found.probs))


@pytest.mark.parametrize("atoms", [cage(0), cage(3), {"Ru": 24}], ids=["x=0", "x=3", "Ru24"])
def test_aggregated_patterns_are_those_of_an_enumeration(atoms: dict[str, int]) -> None:
    """Each nominal mass has the enumerated probability within what was not enumerated, and its mean mass to 1e-5 Da."""
    found = pattern([atoms])
    masses, parts = enumerated(atoms)
    place = np.rint(masses - found.mass_da[0, 0]).astype(int)
    size = len(found.mass_da)
    there = (place >= 0) & (place < size)
    summed = np.bincount(place[there], parts[there], size)
    assert np.abs(summed - found.part[:, 0]).max() < 2e-5
    sure = summed > 1e-3
    mean = np.bincount(place[there], (masses * parts)[there], size)[sure] / summed[sure]
    assert np.abs(mean - found.mass_da[sure, 0]).max() < 2e-5


def test_a_series_is_as_its_members_are() -> None:
    """Patterns made together are those made alone."""
    series = pattern([cage(x) for x in (0, 6, 12)])
    for column, x in enumerate((0, 6, 12)):
        alone = pattern([cage(x)])
        there = series.part[:, column] > 1e-8
        assert np.interp(series.mass_da[there, column], alone.mass_da[:, 0], alone.part[:, 0]) == pytest.approx(
            series.part[there, column], abs=1e-9
        )


def test_cage_masses_lie_on_a_line_and_envelopes_widen() -> None:
    """Mean mass is 7755.05 - 3.681 x; the envelope's standard deviation 2.0, 5.4, 7.3 and 10.2 Da at 0, 3, 6, 12."""
    found = pattern([cage(x) for x in range(13)])
    whole = found.part.sum(axis=0)
    mean = (found.part * found.mass_da).sum(axis=0) / whole
    sd = np.sqrt((found.part * (found.mass_da - mean) ** 2).sum(axis=0) / whole)
    assert whole == pytest.approx(np.ones(13), abs=1e-7)
    assert mean == pytest.approx(7755.05 - 3.681 * np.arange(13), abs=0.02)
    assert sd[[0, 3, 6, 12]] == pytest.approx([2.0, 5.4, 7.3, 10.2], abs=0.05)


def test_an_intercluster_ion_has_its_published_top() -> None:
    """The most intense peak of [CuAg6H(Se2P(OiPr)2)6+Ag]+ lies at 2661.72."""
    found = pattern([{"Cu": 1, "Ag": 7, "H": 85, "Se": 12, "P": 6, "O": 12, "C": 36}])
    top = found.mass_da[np.argmax(found.part[:, 0]), 0] - 0.00054858
    assert top == pytest.approx(2661.72, abs=0.01)


def test_what_has_no_pattern_is_refused() -> None:
    """An unknown element, and no composition at all."""
    with pytest.raises(KeyError):
        pattern([{"Xx": 1}])
    with pytest.raises(ValueError, match="no composition"):
        pattern([])
