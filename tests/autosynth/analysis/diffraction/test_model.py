import numpy as np
import pytest
from scipy.optimize import nnls

from autosynth.analysis.arrays import Array
from autosynth.analysis.diffraction.fit import Data, fit, ranges, settle
from autosynth.analysis.diffraction.model import Setting, basis_at, setting
from autosynth.analysis.diffraction.nonnegative import nonnegative
from autosynth.analysis.diffraction.pattern import instrument_of
from autosynth.analysis.diffraction.profile import profiles
from autosynth.errors import AnalysisError
from tests.autosynth.analysis.diffraction.rendering import (
    COPPER,
    LABORATORY,
    PRODUCT,
    RUTHENIUM,
    SYNCHROTRON,
    Bench,
    drawn,
    frameworks,
)


def given_of(bench: Bench, names: list[str], seed: int = 0) -> tuple[Setting, Data]:
    """Return the setting of some phases and a pattern of the product."""
    library = frameworks()
    pattern = drawn(bench, {PRODUCT: 1.0}, np.random.default_rng(seed))
    data = Data(pattern.two_theta_deg, pattern.intensity, pattern.noise())
    _, instrument = instrument_of(pattern, library)
    return setting(library.expand(names), instrument, data.x_deg), data


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_a_line_has_unit_area_and_its_width(eta: float) -> None:
    """The integral is one but for tails out of reach; at half a width from the centre is half the height."""
    x = np.linspace(4.0, 6.0, 20001)
    part = profiles(x, np.array([5.0]), np.array([0.02]), eta)
    assert float(np.trapezoid(part.value, x[part.column])) == pytest.approx(1.0, abs=0.02 * eta + 1e-6)
    top = float(np.interp(5.0, x[part.column], part.value))
    assert float(np.interp(5.01, x[part.column], part.value)) == pytest.approx(top / 2.0, rel=3e-4)


@pytest.mark.parametrize("bench", [SYNCHROTRON, LABORATORY], ids=["synchrotron", "laboratory"])
@pytest.mark.parametrize("names", [["Ru2Cu4"], ["Cu3btc2", "Ru3btc2"]], ids=["tetragonal", "two cubic"])
def test_derivatives_are_those_of_the_pattern(bench: Bench, names: list[str]) -> None:
    """Each analytic derivative, an unlisted line's and a doublet's too, is the central difference."""
    given, data = given_of(bench, names)
    given = given.with_line(5.6, 1e-3)
    rng = np.random.default_rng(1)
    areas = rng.exponential(1.0, len(given.plane))
    point = 0.3 * given.sd * rng.normal(size=len(given.sd))

    def pattern(at: Array) -> Array:
        return np.asarray(areas @ basis_at(given, at, data.x_deg, data.sd).rows)

    moving = basis_at(given, point, data.x_deg, data.sd).moving(areas)
    for place, sd in enumerate(given.sd):
        step = 1e-4 * float(sd) * (np.arange(len(point)) == place)
        numeric = (pattern(point + step) - pattern(point - step)) / (2e-4 * float(sd))
        assert np.abs(moving[place] - numeric).max() < 2e-4 * np.abs(numeric).max()


def test_the_score_is_the_derivative_of_the_loss() -> None:
    """With intensities and background solved at each point, the loss's slope is the score's nonlinear part."""
    given, data = given_of(SYNCHROTRON, ["Ru2Cu4"])
    point = 0.05 * given.sd

    def loss(at: Array) -> float:
        return settle(given, data, at, rounds=0).loss

    score = settle(given, data, point, rounds=0).score[-len(point) :]
    for place, sd in enumerate(given.sd):
        step = 1e-4 * float(sd) * (np.arange(len(point)) == place)
        numeric = -(loss(point + step) - loss(point - step)) / (2e-4 * float(sd))
        assert score[place] == pytest.approx(numeric, rel=2e-3, abs=1e-3 * float(np.abs(score * given.sd).max() / sd))


@pytest.mark.parametrize("rounds", [200, 0])
def test_amounts_are_those_of_the_textbook_algorithm(rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block pivoting, or what is taken where that has no end, finds what an active set finds, from any guess."""
    monkeypatch.setattr("autosynth.analysis.diffraction.nonnegative.ROUNDS", rounds)
    rng = np.random.default_rng(2)
    for seed in range(20):
        rows = np.abs(rng.normal(size=(200, 40))) if seed % 2 else rng.normal(size=(200, 40))
        y = rows @ (rng.exponential(size=40) * (rng.random(40) < 0.6)) + rng.normal(size=200)
        theirs, _ = nnls(rows, y)
        for guess in (None, rng.random(40) < 0.5):
            ours, free = nonnegative(rows.T @ rows, rows.T @ y, guess)
            assert np.allclose(ours, theirs, atol=1e-6)
            assert np.array_equal(free, ours > 0.0)
    ours, _ = nonnegative(np.ones((2, 2)), np.ones(2))
    assert ours == pytest.approx([0.5, 0.5])


def test_equations_that_are_not_finite_are_refused() -> None:
    """There is nothing to solve."""
    with pytest.raises(AnalysisError, match="not finite"):
        nonnegative(np.full((2, 2), np.nan), np.ones(2))


def test_a_lattice_is_found_from_anywhere_in_its_range() -> None:
    """From two and a half standard uncertainties off, where high lines lie on their neighbours' places."""
    library = frameworks()
    for sign in (1.0, -1.0):
        off = {tuple(each * (1.0 + sign * 2.5 * 0.02 / 26.5) for each in cell): 0.5 for cell in (COPPER, RUTHENIUM)}
        cells = [(cell[0], cell[1]) for cell in off]
        pattern = drawn(SYNCHROTRON, dict.fromkeys(cells, 0.5), np.random.default_rng(3))
        data = Data(pattern.two_theta_deg, pattern.intensity, pattern.noise())
        _, instrument = instrument_of(pattern, library)
        given = setting(library.expand(["physical_mixture"]), instrument, data.x_deg)
        found = fit(given, data)
        assert len(ranges(given, data)) >= 1
        for number, (place, cell) in enumerate(zip((5, 6), cells, strict=True)):
            constant = (26.36724, 26.7499)[number] * np.exp(found.point[place])
            assert constant == pytest.approx(cell[0], abs=2e-3)
