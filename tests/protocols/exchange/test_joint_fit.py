"""31P and 1H of a sample together tell every mole fraction, Cu2Ag5 and CuAg6 each, and how sure they are."""

import numpy as np
import pytest

from autosynth.analysis.nmr import JointResult, analyse, analyse_together
from autosynth.errors import AnalysisError
from tests.protocols.exchange.rendering import NAMES, RATIOS, Rendered, rendered, selenium

LIBRARY = selenium()
POINT = 0.01
"""One point of a percentage."""


def together(given: Rendered) -> JointResult:
    return analyse_together([given.blocks["31P"], given.blocks["1H"]], LIBRARY)


@pytest.fixture(scope="module")
def equal() -> tuple[Rendered, JointResult]:
    given = rendered(1, 1.0)
    return given, together(given)


def errors(given: Rendered, result: JointResult) -> list[float]:
    return [result.quantities[name].value - float(part) for name, part in zip(NAMES, given.truth, strict=True)]


def covered(given: Rendered, result: JointResult) -> list[bool]:
    intervals = (result.quantities[name].interval() for name in NAMES)
    return [low <= part <= high for (low, high), part in zip(intervals, given.truth, strict=True)]


def test_every_mole_fraction_comes_back(equal: tuple[Rendered, JointResult]) -> None:
    """All eight within a point and within four standard uncertainties, the pair that coincides in 31P too."""
    given, result = equal
    for name, off in zip(NAMES, errors(given, result), strict=True):
        assert abs(off) < POINT, name
        assert abs(off) < 4.0 * result.quantities[name].sd, name
    assert result.quantities["Cu2Ag5"].sd < 0.6 * POINT
    assert result.quantities["mean_Ag"].value == pytest.approx(3.5, abs=0.05)
    assert result.goodness.converged


def test_phosphorus_alone_tells_the_pair_as_one(equal: tuple[Rendered, JointResult]) -> None:
    """31P has one species for the two, whose part is their sum, and says nothing of either or of the mean."""
    given, _ = equal
    found = analyse(given.blocks["31P"], LIBRARY).quantities
    pair = found["Cu2Ag5_or_CuAg6"]
    assert pair.value == pytest.approx(float(given.truth[5] + given.truth[6]), abs=4.0 * pair.sd)
    assert not {"Cu2Ag5", "CuAg6", "mean_Ag"} & found.keys()


def test_together_is_surer_than_protons_alone(equal: tuple[Rendered, JointResult]) -> None:
    """Each uncertainty is that of 1H alone or smaller: 31P adds what it knows."""
    given, result = equal
    alone = analyse(given.blocks["1H"], LIBRARY).quantities
    better = [result.quantities[name].sd / alone[name].sd for name in NAMES]
    assert max(better) < 1.1
    assert float(np.median(better)) < 0.9


def test_unlisted_compounds_are_told_and_not_absorbed(equal: tuple[Rendered, JointResult]) -> None:
    """Each nucleus reports the line of the compound that no library lists, at its place, and nothing else."""
    given, result = equal
    for nucleus, shift_ppm in given.trace_ppm.items():
        (peak,) = result.peaks[nucleus]
        assert peak.shift.value == pytest.approx(shift_ppm, abs=0.1)
        assert peak.area_frac.value > 3.0 * peak.area_frac.sd
        assert result.quantities[f"unknown_frac_{nucleus}"].value > 0.0


def test_correlations_are_of_parts_of_a_whole(equal: tuple[Rendered, JointResult]) -> None:
    """The parts sum to one, so their covariances cancel; each correlates with itself by one."""
    _, result = equal
    assert np.abs(result.covariance.sum(axis=0)).max() < 1e-3 * float(np.diag(result.covariance).max())
    assert np.diag(result.correlation) == pytest.approx(np.ones(8))
    assert np.abs(result.correlation).max() <= 1.0 + 1e-9


def test_one_nucleus_is_not_a_joint_fit(equal: tuple[Rendered, JointResult]) -> None:
    """One spectrum, or the same nucleus twice, is refused."""
    given, _ = equal
    for samples in ([given.blocks["31P"]], [given.blocks["31P"], given.blocks["31P"]]):
        with pytest.raises(AnalysisError, match="several nuclei of one sample"):
            analyse_together(samples, LIBRARY)


@pytest.mark.parametrize(("seed", "ratio"), [(4, 1 / 2), (152, 1 / 4)])
def test_combs_are_laid_on_the_right_teeth(seed: int, ratio: float) -> None:
    """Seeds with which a plain fit laid a multiplet one isotopomer line off, three points and more of error."""
    given = rendered(seed, ratio)
    assert max(map(abs, errors(given, together(given)))) < 1.5 * POINT


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_renderings() -> None:
    """Over all ratios: rms below a point for each cluster, 95 % intervals that hold 90 to 99 % of the truth."""
    off, inside = [], []
    for seed in range(200):
        given = rendered(1000 + seed, RATIOS[seed % len(RATIOS)])
        result = together(given)
        off.append(errors(given, result))
        inside.append(covered(given, result))
    rms, part = np.sqrt(np.mean(np.array(off) ** 2, axis=0)), np.mean(inside, axis=0)
    told = ", ".join(f"{n} {100 * r:.2f} ({100 * p:.0f} %)" for n, r, p in zip(NAMES, rms, part, strict=True))
    print(
        f"rms in points and coverage: {told}; all {100 * np.sqrt(np.mean(np.square(off))):.2f}, {np.mean(inside):.1%}"
    )
    assert rms.max() < POINT
    assert 0.90 <= np.mean(inside) <= 0.99
