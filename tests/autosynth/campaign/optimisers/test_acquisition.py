"""What an experiment is worth agrees with drawing its outcome many times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autosynth.campaign.optimisers.acquisition import (
    expected_hypervolume_improvement,
    expected_improvement,
    front,
    hypervolume,
    within,
)

WORST = np.array([-2.0, -1.5])
outcomes = arrays(np.float64, st.tuples(st.integers(0, 8), st.just(2)), elements=st.floats(-3, 3))


@pytest.mark.parametrize(("mean", "sd", "best"), [(0.0, 1.0, 0.0), (1.0, 0.5, 2.0), (-1.0, 2.0, -3.0), (0.0, 0.1, 0.3)])
def test_expected_improvement_is_the_mean_of_what_is_gained(mean: float, sd: float, best: float) -> None:
    y = mean + sd * np.random.default_rng(0).standard_normal(400_000)
    expected = float(np.maximum(y - best, 0.0).mean())
    assert expected_improvement(np.array(mean), np.array(sd), best) == pytest.approx(expected, rel=0.03, abs=2e-6)


def test_the_probability_of_keeping_a_limit_is_the_share_of_draws() -> None:
    y = 1.0 + 2.0 * np.random.default_rng(0).standard_normal(400_000)
    mean, sd = np.array([1.0]), np.array([2.0])
    assert within(mean, sd, 0.5, None)[0] == pytest.approx(np.mean(y >= 0.5), abs=0.003)
    assert within(mean, sd, None, 0.5)[0] == pytest.approx(np.mean(y <= 0.5), abs=0.003)
    assert within(mean, sd, 0.5, 1.5)[0] == pytest.approx(np.mean((y >= 0.5) & (y <= 1.5)), abs=0.003)


@given(outcomes)
def test_a_front_is_what_nothing_else_is_better_than(points: np.ndarray) -> None:
    """A point that beats the worst is on the front or equalled by one in both objectives; none on it beats another."""
    kept = front(points, WORST)
    for point in points[np.all(points > WORST, axis=1)]:
        assert np.any(np.all(kept >= point, axis=1))
    for number, point in enumerate(kept):
        others = np.delete(kept, number, axis=0)
        assert not np.any(np.all(others >= point, axis=1))
    assert np.all(np.diff(kept[:, 0]) < 0)
    assert np.all(np.diff(kept[:, 1]) > 0)


@given(outcomes)
@settings(max_examples=30)
def test_hypervolume_is_the_share_of_a_box_that_is_dominated(points: np.ndarray) -> None:
    """A grid of cells that are dominated or not has the same area."""
    edges = [np.unique(np.concatenate((np.maximum(points[:, k], WORST[k]), WORST[[k]]))) for k in (0, 1)]
    area = 0.0
    for a, b in zip(edges[0], edges[0][1:], strict=False):
        for c, d in zip(edges[1], edges[1][1:], strict=False):
            if np.any((points[:, 0] >= b) & (points[:, 1] >= d)):
                area += (b - a) * (d - c)
    assert hypervolume(points, WORST) == pytest.approx(area, abs=1e-9)


@given(outcomes, st.floats(-3, 3), st.floats(-3, 3))
def test_of_a_certain_outcome_the_area_gained_is_the_difference(points: np.ndarray, a: float, b: float) -> None:
    """With hardly any uncertainty the expected gain is the hypervolume with the outcome less that without."""
    tiny = np.array([1e-9])
    gain = expected_hypervolume_improvement((np.array([a]), tiny), (np.array([b]), tiny), points, WORST)[0]
    difference = hypervolume(np.vstack((points, [[a, b]])), WORST) - hypervolume(points, WORST)
    assert gain == pytest.approx(difference, abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_the_area_gained_on_average_is_that_of_many_draws(count: int) -> None:
    rng = np.random.default_rng(count)
    points = rng.normal(size=(count, 2))
    draws = np.array([0.3, 0.2]) + np.array([0.8, 1.1]) * rng.standard_normal((20_000, 2))
    before = hypervolume(points, WORST)
    gained = np.mean([hypervolume(np.vstack((points, [draw])), WORST) - before for draw in draws])
    first, second = (np.array([0.3]), np.array([0.8])), (np.array([0.2]), np.array([1.1]))
    assert expected_hypervolume_improvement(first, second, points, WORST)[0] == pytest.approx(gained, rel=0.04)
