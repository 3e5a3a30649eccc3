"""Random points lie in the space, evenly, and a space without any point says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.campaign.space.region import inner_point, region_of
from autosynth.campaign.space.sampling import nudged, sample, spread
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import LinearConstraint, Mixture, Variable
from autosynth.errors import InputError
from tests.autosynth.campaign.spaces import spaces


@given(spaces(), st.integers(0, 1000))
@settings(max_examples=40)
def test_every_random_point_and_every_neighbour_is_of_the_space(space: Space, seed: int) -> None:
    """No limit, total, constraint or whole number is broken, by sampling, walking or nudging."""
    rng = np.random.default_rng(seed)
    rows = sample(space, 20, rng).rows
    near = nudged(region_of(space), rows, 0.1, rng)
    inner = inner_point(region_of(space))
    assert rows.shape == (20, len(space.names))
    assert [space.refusals(space.values(row)) for row in (*rows, *near, inner)] == [()] * (21 + len(near))


@given(spaces(), st.integers(0, 1000))
@settings(max_examples=40)
def test_a_region_and_its_space_agree_on_what_is_inside(space: Space, seed: int) -> None:
    """The matrices refuse exactly the points that the space refuses in words."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate((spread(space, rng.random((20, len(space.names)))), rng.random((5, len(space.names)))))
    inside = region_of(space).inside(rows)
    assert inside.tolist() == [not space.refusals(dict(zip(space.names, map(float, row), strict=True))) for row in rows]


def test_a_mixture_is_sampled_evenly() -> None:
    """On a simplex of three parts each part has mean 1/3 and variance 1/18, as the even distribution has."""
    parts = tuple(Variable(name, 0, 1) for name in "abc")
    rows = sample(Space(parts, (Mixture("m", ("a", "b", "c")),)), 4000, np.random.default_rng(3)).rows
    assert rows.mean(axis=0) == pytest.approx(1 / 3, abs=0.015)
    assert rows.var(axis=0) == pytest.approx(1 / 18, abs=0.004)


def test_a_narrow_region_is_walked_evenly() -> None:
    """Where proposals hardly ever fit, numbers and volumes still come in the proportion of the room there is."""
    variables = (Variable("thin", 0, 1), Variable("wait", 1, 60), Variable("rounds", 1, 4, integer=True))
    rules = (
        LinearConstraint("thin", (("thin", 1.0),), 0.005),
        LinearConstraint("time for each round", (("rounds", 10.0), ("wait", -1.0)), 0.0),
    )
    found = sample(Space(variables, constraints=rules), 3000, np.random.default_rng(4))
    shares = np.bincount(found.rows[:, 2].astype(int), minlength=5)[1:] / 3000
    assert found.walked
    assert shares == pytest.approx(np.array([50, 40, 30, 20]) / 140, abs=0.03)
    assert found.rows[:, 0].mean() == pytest.approx(0.0025, abs=0.0002)


def test_a_space_without_a_point_says_so() -> None:
    space = Space(
        (Variable("x", 0, 1), Variable("y", 0, 1)), (), (LinearConstraint("sum", (("x", -1.0), ("y", -1.0)), -3.0),)
    )
    with pytest.raises(InputError, match="no point fulfils"):
        sample(space, 1, np.random.default_rng(0))
