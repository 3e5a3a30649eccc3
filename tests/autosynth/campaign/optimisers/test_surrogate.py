"""A process tells what it was shown, how sure it is, and what is noise."""

import numpy as np
import pytest

from autosynth.campaign.optimisers.fantasies import fantasies
from autosynth.campaign.optimisers.success import Success
from autosynth.campaign.optimisers.surrogate import LENGTHS, fitted


def wave(rows: np.ndarray) -> np.ndarray:
    return 200.0 + 30.0 * np.sin(4.0 * rows[:, 0]) + 10.0 * rows[:, 1]


def test_exact_measurements_are_met_and_what_lies_between_is_found() -> None:
    rng = np.random.default_rng(0)
    rows, others = rng.random((40, 2)), rng.random((50, 2))
    model = fitted(rows, wave(rows), np.zeros(40))
    assert model.predict(rows)[0] == pytest.approx(wave(rows), abs=0.3)
    assert np.sqrt(np.mean((model.predict(others)[0] - wave(others)) ** 2)) < 1.5


def test_the_uncertainty_covers_and_leaves_out_the_noise() -> None:
    """Of new points 95 % of true values lie within two deviations, which shrink below the noise itself."""
    rng = np.random.default_rng(1)
    rows, others = rng.random((60, 2)), rng.random((200, 2))
    model = fitted(rows, wave(rows) + 3.0 * rng.standard_normal(60), np.full(60, 3.0))
    mean, sd = model.predict(others)
    assert np.mean(np.abs(mean - wave(others)) < 1.96 * sd) == pytest.approx(0.95, abs=0.06)
    assert np.median(sd) < 2.0


def test_a_variable_that_does_nothing_gets_a_long_length() -> None:
    rng = np.random.default_rng(2)
    rows = rng.random((40, 3))
    lengths = fitted(rows, wave(rows) + 0.5 * rng.standard_normal(40), np.full(40, 0.5)).lengths
    assert lengths[2] > 3.0 * lengths[0]
    assert np.all((lengths >= LENGTHS[0]) & (lengths <= LENGTHS[1]))


def test_scatter_beyond_the_measurements_uncertainty_is_found() -> None:
    """Doses that scatter by 5 are not taken for a shape when the spectrometer says 0.5."""
    rng = np.random.default_rng(3)
    rows = rng.random((50, 2))
    noise = rng.standard_normal(50)
    scattered = fitted(rows, wave(rows) + 5.0 * noise, np.full(50, 0.5))
    assert scattered.scatter == pytest.approx(5.0, rel=0.3)
    assert np.median(scattered.predict(rows)[1]) < 0.7 * scattered.scatter, "the scatter is no part of the true value's"
    assert fitted(rows, wave(rows) + 0.5 * noise, np.full(50, 0.5)).scatter < 1.0


def test_measurements_that_are_all_alike_can_be_fitted() -> None:
    rows = np.array([[0.0], [0.5], [1.0]])
    mean, sd = fitted(rows, np.full(3, 7.0), np.zeros(3)).predict(rows)
    assert mean == pytest.approx(7.0)
    assert np.all(np.isfinite(sd))


def test_one_measurement_is_too_few() -> None:
    with pytest.raises(ValueError, match="fitted to 2 or more"):
        fitted(np.array([[0.5]]), np.array([1.0]), np.array([0.1]))


def test_draws_have_the_mean_and_covariance_of_what_is_known() -> None:
    """And each draw, taken as exact, is met where it was drawn; the deviation there is nil and grows away from it."""
    rng = np.random.default_rng(4)
    rows, tried = rng.random((15, 2)), rng.random((5, 2))
    model = fitted(rows, wave(rows) + rng.standard_normal(15), np.ones(15))
    drawn = fantasies(model, tried, rng.standard_normal((20_000, 5)))
    mean, covariance = model.joint(tried)
    assert drawn.drawn.mean(axis=0) == pytest.approx(mean, abs=0.03)
    assert np.cov(drawn.drawn.T) == pytest.approx(covariance, abs=0.03)
    met, sd = drawn.predict(tried)
    assert met[:50] == pytest.approx(drawn.drawn[:50], abs=0.02)
    assert np.all(sd < 0.02)
    assert np.all(drawn.predict(np.array([[9.0, 9.0]]))[1] > 0.9 * np.sqrt(model.variance()))


def test_where_experiments_fail_a_result_is_unlikely() -> None:
    rows = np.linspace(0, 1, 12)[:, None]
    success = Success(rows, (rows[:, 0] < 0.5).astype(float))
    assert success.probability(np.array([[0.1]]))[0] > 0.8
    assert success.probability(np.array([[0.9]]))[0] < 0.2
    assert Success(rows, np.ones(12)).probability(rows).tolist() == [1.0] * 12
