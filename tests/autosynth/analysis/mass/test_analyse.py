"""What is told of a spectrum, what is not, and what is no spectrum of a cage at all."""

import numpy as np
import pytest

from autosynth.analysis.assemblies import load_assemblies
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.mass import MassResult, MassSpectrum, analyse
from autosynth.errors import AnalysisError
from tests.autosynth.analysis.mass.rendering import SPECIES, coupled, library, listed, rendered


def close(found: MassResult, name: str, truth: float) -> bool:
    one = found.quantities[name]
    return abs(one.value - truth) < 3.5 * one.sd


def test_with_a_lock_mass_mean_and_dispersion_are_told_and_fractions_are_not() -> None:
    """x, D and the scale's shift lie within their uncertainties; thirteen fractions would be anything."""
    given = rendered(np.random.default_rng(1), coupled(3.0, 0.2))
    found = analyse(given.spectrum, library())
    assert found.anchor == "lock mass"
    assert close(found, "x", 3.0)
    assert close(found, "dispersion", 1.410)
    assert found.quantities["scale_shift"].value == pytest.approx(1e6 * given.shift, abs=8.0)
    assert found.verdict == "clustering_or_drift"
    assert found.quantities["x"].sd < 0.04
    assert found.fractions == ()
    assert not any(name.startswith("fraction") for name in found.quantities)
    assert found.goodness.fraction_sd > 1.0
    assert found.goodness.flags == ()


def test_elements_anchor_a_scale_that_nothing_else_does() -> None:
    """Without a lock mass x is surer with elements than without, and without it is said that nothing anchors it."""
    spectrum = rendered(np.random.default_rng(2), coupled(6.0, 0.0), lock=0).spectrum
    alone = analyse(spectrum, library())
    held = analyse(spectrum, library(), Estimate(6.03, 0.06, "1"))
    assert (alone.anchor, held.anchor) == ("none", "elements")
    assert held.quantities["x"].sd < 0.06 < alone.quantities["x"].sd < 0.4
    assert close(alone, "x", 6.0)
    assert close(held, "x", 6.0)
    assert any("nothing anchors" in flag for flag in alone.goodness.flags)
    assert alone.goodness.ways > 1


def test_elements_that_differ_from_a_locked_spectrum_are_a_calibration_error() -> None:
    """By more than 0.2 for certain; they do not move x."""
    spectrum = rendered(np.random.default_rng(3), coupled(6.0, 0.0)).spectrum
    found = analyse(spectrum, library(), Estimate(6.5, 0.05, "1"))
    assert found.anchor == "lock mass"
    assert close(found, "x", 6.0)
    assert found.quantities["elements_difference"].value == pytest.approx(-0.5, abs=0.1)
    assert any(flag.startswith("MS_calibration_error") for flag in found.goodness.flags)


def test_copper_cages_resolve_and_their_fractions_are_told() -> None:
    """Envelopes 39 m/z apart: every fraction within its uncertainty, which is below a hundredth."""
    truth = coupled(4.0, 0.1)
    spectrum = rendered(np.random.default_rng(4), truth, metals=("Rh", "Cu"), low=3380.0).spectrum
    found = analyse(spectrum, load_assemblies(SPECIES / "rh_cu.yaml"))
    assert close(found, "x", 4.0)
    assert len(found.fractions) == 13
    assert found.goodness.fraction_sd < 0.01
    for number, one in enumerate(found.fractions):
        assert abs(one.value - truth[number]) < 4.0 * one.sd
        assert found.quantities[f"fraction_{number}"] == one


def test_two_homometallic_cages_side_by_side_are_no_binomial() -> None:
    """Half of each: D is 12."""
    apart = np.zeros(13)
    apart[0] = apart[12] = 0.5
    found = analyse(rendered(np.random.default_rng(5), apart).spectrum, library())
    assert found.quantities["dispersion"].value == pytest.approx(12.0, abs=0.2)
    assert found.verdict == "clustering_or_drift"


def test_a_list_of_centroids_tells_the_same() -> None:
    """X by lock mass within its uncertainty; D within a list's own."""
    found = analyse(listed(rendered(np.random.default_rng(6), coupled(3.0, 0.0)).spectrum), library())
    assert found.anchor == "lock mass"
    assert close(found, "x", 3.0)
    assert close(found, "dispersion", 1.0)


def flat(mz: np.ndarray) -> MassSpectrum:
    return MassSpectrum(mz, np.random.default_rng(7).poisson(3.0, len(mz)).astype(np.float64))


@pytest.mark.parametrize(
    ("spectrum", "message"),
    [
        (flat(np.arange(1000.0, 1200.0, 0.02)), "does not cover"),
        (flat(np.arange(3700.0, 4050.0, 0.02)), "stands out"),
        (flat(np.arange(3700.0, 4050.0, 0.02)[::-1]), "ascend"),
        (MassSpectrum(np.arange(3700.0, 4050.0), np.full(350, np.nan)), "not finite"),
        (MassSpectrum(np.zeros(0), np.zeros(0)), "ascend"),
        (MassSpectrum(np.array([3900.25]), np.array([1.0]), "centroid"), "stands out"),
        (MassSpectrum(np.array([1.0, 9000.0]), np.array([1.0, 1.0]), "centroid"), "no centroids"),
    ],
)
def test_no_spectrum_of_a_cage_is_refused(spectrum: MassSpectrum, message: str) -> None:
    """Elsewhere on the scale, noise alone, wrong way round, not numbers, empty, one peak."""
    with pytest.raises(AnalysisError, match=message):
        analyse(spectrum, library())


def test_elements_without_uncertainty_anchor_nothing() -> None:
    """A standard uncertainty of zero is refused."""
    spectrum = rendered(np.random.default_rng(8), coupled(6.0, 0.0), lock=0).spectrum
    with pytest.raises(AnalysisError, match="how sure"):
        analyse(spectrum, library(), Estimate(6.0, 0.0, "1"))
