"""Bounds of vessels contain what happens to any vessel inside them."""

import functools

from hypothesis import given
from hypothesis import strategies as st

from autosynth.language.interval import Interval
from autosynth.plan.state import Portion, State, VesselBounds, hull, hull_of, join_all, point

PART = st.floats(0.0, 1.0)
VOLUME = st.floats(0.1, 20.0)


@st.composite
def bounds_with_a_value(draw: st.DrawFn, values: st.SearchStrategy[float]) -> tuple[Interval, float]:
    """Draw an interval and a number inside it."""
    low, high = sorted((draw(values), draw(values)))
    return Interval(low, high), min(high, max(low, low + draw(PART) * (high - low)))


@given(
    volume=bounds_with_a_value(VOLUME),
    amount=bounds_with_a_value(VOLUME),
    taken=bounds_with_a_value(st.floats(0.0, 2.0)),
)
def test_a_draw_contains_every_draw(
    volume: tuple[Interval, float], amount: tuple[Interval, float], taken: tuple[Interval, float]
) -> None:
    """What is taken and what stays lie in the bounds, for every vessel and volume inside them."""
    vessel = VesselBounds(volume[0], {"A": amount[0]})
    portion, left = vessel.drawn(taken[0])
    part = min(taken[1], volume[1]) / volume[1]
    slack = 1e-9
    assert left.volume_ml.low - slack <= volume[1] * (1 - part) <= left.volume_ml.high + slack
    assert left.amounts["A"].low - slack <= amount[1] * (1 - part) <= left.amounts["A"].high + slack
    assert portion.amounts["A"].low - slack <= amount[1] * part <= portion.amounts["A"].high + slack


def test_ratios_stay_exact_through_samples() -> None:
    """Equivalents of what a vessel holds add up exactly however often it was sampled in between."""
    charge = Portion(Interval(4.9, 5.1), {"L": Interval(49.0, 51.0)}, asked={"L": point(50.0)})
    vessel = VesselBounds().received(charge)
    for _ in range(10):
        _, sampled = vessel.drawn(Interval(0.19, 0.21))
        vessel = sampled.received(Portion(Interval(0.02, 0.03), {"A": Interval(4.0, 6.0)}, asked={"A": point(5.0)}))
    assert vessel.asked["L"] == point(50.0)
    assert vessel.asked["A"].low == vessel.asked["A"].high
    assert vessel.asked["A"].low == sum([5.0] * 10)
    assert vessel.amounts["L"].high < 51.0


def test_an_absolute_amount_counts_for_more_after_samples() -> None:
    """A plain dose into a vessel that was sampled is more per what is left."""
    _, sampled = VesselBounds().received(Portion(point(2.0), {"L": point(10.0)})).drawn(point(1.0))
    vessel = sampled.received(Portion(point(0.1), {"A": point(1.0)}))
    assert vessel.asked["A"] == point(2.0)


def test_an_emptied_vessel_begins_anew() -> None:
    """Nothing of what was in it is left, nor its history."""
    vessel = VesselBounds(point(3.0), {"A": point(1.0)}, frozenset({"acetone"}), {"A": point(1.0)})
    _, sampled = vessel.drawn(point(1.0))
    portion, left = sampled.emptied()
    assert portion.volume_ml == point(2.0)
    assert left == VesselBounds()


def test_a_copy_is_not_changed_with_its_original() -> None:
    """Copies of a state share what neither changes: what is done in one leaves the other as it was."""
    state = State({"V": VesselBounds(point(1.0)), "W": VesselBounds()})
    copy = state.copy()
    copy.vessels["V"] = copy.vessels["V"].received(Portion(point(1.0), {"A": point(2.0)}))
    assert state.vessels["V"] == VesselBounds(point(1.0))
    assert copy.vessels["V"].volume_ml == point(2.0)
    assert copy.vessels["W"] is state.vessels["W"]
    both = join_all([copy, state])
    assert both is not None
    assert both.vessels["V"].amounts == {"A": Interval(0.0, 2.0)}


def test_joining_keeps_what_both_are_sure_of() -> None:
    """Volumes become hulls; what only one way has measured or entered is no longer certain."""
    one = State({"V": VesselBounds(point(1.0))}, {"pump": frozenset({"A"})}, {"m.x": Interval(0.9, 1.0)}, {"m": "V"})
    other = State({"V": VesselBounds(point(3.0))}, {}, {"m.x": Interval(0.8, 0.95)}, {"m": "V", "n": "V"})
    both = join_all([one, None, other])
    assert both is not None
    assert both.vessels["V"].volume_ml == Interval(1.0, 3.0)
    assert both.last_liquid["pump"] == frozenset({"A", ""})
    assert both.known == {"m.x": Interval(0.8, 1.0)}
    assert both.measured == {"m": "V"}
    assert join_all([None, None]) is None


@given(one=bounds_with_a_value(VOLUME), other=bounds_with_a_value(VOLUME))
def test_a_hull_contains_both(one: tuple[Interval, float], other: tuple[Interval, float]) -> None:
    """Every number of either interval is in the hull."""
    both = hull(one[0], other[0])
    assert one[1] in both
    assert other[1] in both


@given(st.lists(bounds_with_a_value(VOLUME), min_size=1, max_size=6))
def test_a_hull_of_several_is_that_of_each_pair_after_the_other(several: list[tuple[Interval, float]]) -> None:
    """What is joined at once is what would be joined one by one."""
    bounds = [each for each, _ in several]
    assert functools.reduce(hull, bounds) == hull_of(bounds)


def test_what_was_drawn_from_on_one_way_keeps_its_ratios_when_ways_meet() -> None:
    """Amounts and what was asked for are one mapping only as long as nothing was drawn on any way."""
    charged = VesselBounds().received(Portion(point(2.0), {"A": point(4.0)}))
    _, sampled = charged.drawn(point(1.0))
    met = join_all([State({"V": charged}), State({"V": sampled})])
    assert met is not None
    assert met.vessels["V"].amounts == {"A": Interval(2.0, 4.0)}
    assert met.vessels["V"].asked == {"A": point(4.0)}
