"""Designs have the points that theory gives them; what the space does not allow is left out and told."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.campaign.optimisers.baselines import Designed, LatinHypercube, RandomSearch
from autosynth.campaign.optimisers.optimiser import Observation, generator
from autosynth.campaign.space.designs import centroids, grid, latin_hypercube, lattice, simplex
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import LinearConstraint, Mixture, Variable
from autosynth.errors import InputError
from tests.autosynth.campaign.spaces import spaces

BOX = Space((Variable("x", 0, 1), Variable("n", 1, 3, integer=True)))
PARTS = tuple(Variable(name, low, 1, "mL") for name, low in (("a", 0.0), ("b", 0.1), ("c", 0.2)))
TUBE = Mixture("tube", ("a", "b", "c"), 1.0)


def test_a_grid_is_the_full_factorial() -> None:
    assert [tuple(p.values()) for p in grid(BOX, {"x": 3, "n": 3}).points] == list(product((0.0, 0.5, 1.0), (1, 2, 3)))
    assert [p["x"] for p in grid(BOX, {"x": 1, "n": [2]}).points] == [0.5]


def test_a_grid_leaves_out_what_a_constraint_forbids_and_says_why() -> None:
    """A point beyond is not moved: it is listed with the reason."""
    space = Space(BOX.variables, constraints=(LinearConstraint("rule", (("x", 2.0), ("n", 1.0)), 3.0),))
    design = grid(space, {"x": 2, "n": 3})
    assert [tuple(p.values()) for p in design.points] == [(0.0, 1), (0.0, 2), (0.0, 3), (1.0, 1)]
    assert [(tuple(r.values.values()), r.reasons) for r in design.refused] == [
        ((1.0, 2.0), ("rule: the sum, 4, is more than 3",)),
        ((1.0, 3.0), ("rule: the sum, 5, is more than 3",)),
    ]


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ({"x": 2}, "no levels for n"),
        ({"x": 2, "n": 2, "y": 2}, "y is neither"),
        ({"x": 0, "n": 2}, "at least one"),
        ({"x": 2, "n": 4}, "not whole: name the levels"),
        ({"x": 50_000, "n": 3}, "150000 points"),
        ({"x": [2.0], "n": [1]}, "none of the 1 points"),
    ],
)
def test_a_grid_that_cannot_be_made_is_refused(levels: dict[str, int], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        grid(BOX, levels)


@given(st.integers(2, 5), st.integers(1, 6))
def test_a_simplex_lattice_has_every_share(parts: int, degree: int) -> None:
    """C(q + m - 1, m) different rows, each a multiple of 1/m, each summing to one."""
    rows = lattice(parts, degree)
    assert len({tuple(row) for row in np.round(rows * degree)}) == len(rows) == comb(parts + degree - 1, degree)
    assert rows.sum(axis=1) == pytest.approx(1.0)
    assert rows * degree == pytest.approx(np.round(rows * degree))


def test_centroids_are_all_equal_shares() -> None:
    assert {tuple(row) for row in centroids(3)} == {
        *((1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)),
        (1 / 3, 1 / 3, 1 / 3),
    }


def test_a_mixture_is_planned_above_its_lower_limits() -> None:
    """In pseudo-components the corners are where all but one part is at its lower limit."""
    space = Space((*PARTS, Variable("wait", 5, 5)), (TUBE,))
    corners = [tuple(round(v, 9) for v in p.values()) for p in simplex(space, 1, {"wait": 5}).points]
    assert corners == [(0.7, 0.1, 0.2, 5.0), (0.0, 0.8, 0.2, 5.0), (0.0, 0.1, 0.9, 5.0)]
    assert len(simplex(space, None, {"wait": 5}).points) == 7


def test_a_mixture_design_leaves_out_what_an_upper_limit_forbids() -> None:
    space = Space((Variable("a", 0, 0.6, "mL"), *PARTS[1:]), (TUBE,))
    design = simplex(space, 2)
    assert len(design.points) == 5
    assert [r.reasons for r in design.refused] == [("a 0.7 mL is not in 0 to 0.6 mL",)]


def test_a_grid_over_a_mixture_takes_its_lattice() -> None:
    space = Space((*PARTS, Variable("wait", 1, 3, "min")), (TUBE,))
    assert len(grid(space, {"tube": 2, "wait": 3}).points) == 6 * 3


@given(st.integers(1, 30), st.integers(0, 99))
@settings(max_examples=20)
def test_a_latin_hypercube_visits_every_stratum_once(size: int, seed: int) -> None:
    space = Space((Variable("x", 0, 1), Variable("y", -3, 5)))
    design = latin_hypercube(space, size, np.random.default_rng(seed))
    rows = space.scaled(np.array([space.row(p) for p in design.points]))
    assert [sorted(np.floor(column * size).astype(int)) for column in rows.T] == [list(range(size))] * 2
    assert design.redrawn == 0


@given(spaces(), st.integers(1, 20), st.integers(0, 99))
@settings(max_examples=40)
def test_a_latin_hypercube_keeps_constraints_and_says_what_it_redrew(space: Space, size: int, seed: int) -> None:
    design = latin_hypercube(space, size, np.random.default_rng(seed))
    assert len(design.points) == size
    assert [space.refusals(p) for p in design.points] == [()] * size
    assert design.redrawn >= 0
    if not space.constraints and not space.mixtures:
        assert design.redrawn == 0


def test_a_design_is_worked_off_in_order_and_each_point_once() -> None:
    """However many are asked for at a time, whatever failed or was done besides, the rest comes, and then the end."""
    plan = Designed(BOX, grid(BOX, {"x": 2, "n": 3}))
    rng = np.random.default_rng(0)
    first = plan.suggest([], 2, rng)
    besides = Observation("adopted", {"x": 0.25, "n": 1})
    seen = [Observation("1", first[0].values, failed="lost"), besides, Observation("2", first[1].values)]
    rest = plan.suggest(seen, 10, rng)
    assert [s.values for s in (*first, *rest)] == list(plan.design.points)
    assert plan.finished(seen) == ""
    seen += [Observation(str(s.figures["point"]), s.values) for s in rest]
    assert plan.suggest(seen, 1, rng) == ()
    assert plan.finished(seen) == "all 6 points of the grid were begun"


def test_a_latin_hypercube_stays_whole_and_goes_on() -> None:
    """Ten points asked for one by one are the ten asked for at once; the eleventh begins another hypercube."""
    plan, rng = LatinHypercube(BOX, 10, seed=3), np.random.default_rng(0)
    seen: list[Observation] = []
    while len(seen) < 12:
        seen.append(Observation(str(len(seen)), plan.suggest(seen, 1, rng)[0].values))
    assert [s.values for s in plan.suggest([], 12, rng)] == [o.values for o in seen]
    strata = [[int(o.values["x"] * 10) for o in part] for part in (seen[:10], seen[10:])]
    assert sorted(strata[0]) == list(range(10))
    assert plan.suggest([], 1, rng)[0].known == ()


def test_random_points_follow_the_generator() -> None:
    plan = RandomSearch(BOX)
    assert (
        plan.suggest([], 3, generator(1, 0))
        == plan.suggest([], 3, generator(1, 0))
        != plan.suggest([], 3, generator(1, 3))
    )
