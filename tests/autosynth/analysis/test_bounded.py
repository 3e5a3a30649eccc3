import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls
from scipy.stats import truncnorm

from autosynth.analysis.bounded import Marginal, least, marginal, truncate, upper_limit


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 9))
def test_least_agrees_with_non_negative_least_squares(seed: int, count: int) -> None:
    """The active-set solution is that of scipy's independent solver."""
    rng = np.random.default_rng(seed)
    design, target = rng.normal(size=(30, count)), rng.normal(size=30)
    assert nnls(design, target)[0] == pytest.approx(least(design.T @ design, design.T @ target, count), abs=1e-7)


def test_unbounded_unknowns_may_be_negative() -> None:
    """Only the leading unknowns are kept from going below zero."""
    assert pytest.approx(list(least(np.eye(2), np.array([-1.0, -2.0]), 1))) == [0.0, -2.0]


@given(st.floats(-8.0, 8.0), st.floats(0.1, 5.0))
def test_one_cut_off_gaussian_has_its_closed_form(mean: float, sd: float) -> None:
    """In one dimension mean and variance are those of a truncated normal distribution."""
    found, covariance = truncate(np.array([mean]), np.array([[sd**2]]), 1)
    expected = truncnorm(-mean / sd, np.inf, mean, sd)
    assert expected.mean() == pytest.approx(found[0], rel=1e-3)
    assert expected.var() == pytest.approx(covariance[0, 0], rel=1e-3)


@pytest.mark.parametrize("mean", [[1.0, 0.5], [-1.0, 1.0], [0.0, 0.0]])
def test_two_correlated_amounts_agree_with_sampling(mean: list[float]) -> None:
    """For two correlated amounts the mean and the sd are near those of a brute-force sample."""
    covariance = np.array([[1.0, -0.8], [-0.8, 1.0]])
    drawn = np.random.default_rng(5).multivariate_normal(mean, covariance, 400_000)
    kept = drawn[(drawn > 0).all(axis=1)]
    found, spread = truncate(np.array(mean), covariance, 2)
    assert kept.mean(axis=0) == pytest.approx(found, abs=0.03)
    assert kept.std(axis=0) == pytest.approx(np.sqrt(np.diag(spread)), abs=0.04)


def test_unbounded_companions_follow_the_cut() -> None:
    """What correlates with a cut-off amount moves with it by its regression."""
    covariance = np.array([[1.0, 0.5], [0.5, 1.0]])
    found, _ = truncate(np.array([0.0, 0.0]), covariance, 1)
    assert 0.5 * np.sqrt(2 / np.pi) == pytest.approx(found[1], rel=1e-6)


def test_marginal_is_the_schur_complement() -> None:
    """Eliminating unknowns leaves the inverse of their covariance block."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(9, 5))
    normal, right = rows.T @ rows, rng.normal(size=5)
    reduced = marginal(normal, right, 2)
    assert np.linalg.inv(normal)[:2, :2] == pytest.approx(np.linalg.inv(reduced.normal))
    assert np.linalg.solve(normal, right)[:2] == pytest.approx(np.linalg.solve(reduced.normal, reduced.right))


def test_upper_limit_of_one_amount_is_1645_sd_above_it() -> None:
    """Without companions the limit is the one-sided normal quantile."""
    assert (
        pytest.approx(upper_limit(Marginal(np.eye(1) / 4, np.array([0.75])), 0, 4.0)[0], abs=0.06) == 3.0 + 1.645 * 2.0
    )
