"""The bounds of a jar contain every jar that the ledger can have."""

from hypothesis import given
from hypothesis import strategies as st

from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.plan.ground import ground
from autosynth.plan.jars import JarBounds, joined
from autosynth.plan.state import VesselBounds
from autosynth.station.inventory import Inventory
from autosynth.station.solids import Jar, Mass
from tests.autosynth.station.millbench import CU, RU, mill_bench

MASS = st.floats(0.0, 500.0)
SPANS = st.tuples(MASS, MASS).map(lambda ends: Interval(min(ends), max(ends)))


def inside(value: float, interval: Interval) -> bool:
    return interval.low - 1e-6 <= value <= interval.high + 1e-6


def between(data: st.DataObject, span: Interval) -> float:
    return data.draw(st.floats(span.low, span.high))


@given(SPANS, SPANS, SPANS, st.data())
def test_an_aliquot_in_bounds_contains_every_aliquot(
    ru: Interval, cu: Interval, out: Interval, data: st.DataObject
) -> None:
    """Whatever was in the jar and whatever was taken, what stays lies within: solids, liquid and amounts."""
    jar = Jar(solids={RU: Mass(between(data, ru)), CU: Mass(between(data, cu))})
    bounds, held = JarBounds({RU: ru, CU: cu}), VesselBounds(Interval(0.1, 0.2), {"x": Interval(1.0, 2.0)})
    before = jar.solid_mg
    jar.take(between(data, out))
    after = bounds.without(out)
    assert inside(jar.solids[RU].mg, after.masses_mg[RU])
    assert inside(jar.solids[CU].mg, after.masses_mg[CU])
    assert after.solid_mg.low >= 0.0
    share = jar.solid_mg / before if before > 0 else 1.0
    left = held.shrunk(bounds.rest(out))
    assert inside(0.15 * share, left.volume_ml)
    assert inside(1.5 * share, left.amounts["x"])


@given(SPANS, st.floats(0.0, 5400.0))
def test_what_comes_into_an_empty_jar_has_not_been_milled(mass: Interval, milled_s: float) -> None:
    """As in the ledger; what may be in it already keeps its time as a possibility."""
    empty = JarBounds(milled_s=Interval(milled_s, milled_s)).charged(RU, mass)
    assert (empty.milled_s.high, empty.solid_mg) == (0.0, mass)
    perhaps = JarBounds({RU: Interval(0.0, 5.0)}, milled_s=Interval(milled_s, milled_s)).charged(CU, mass)
    assert (perhaps.milled_s.low, perhaps.milled_s.high) == (0.0, milled_s)
    full = JarBounds({RU: Interval(1.0, 5.0)}, milled_s=Interval(milled_s, milled_s)).charged(RU, mass)
    assert full.milled_s.low == milled_s
    assert full.masses_mg[RU] == Interval(1.0, 5.0) + mass


def test_ways_that_meet_are_contained_in_one() -> None:
    """A jar that was closed on one way only may be either; masses and times span both."""
    one = JarBounds({RU: Interval(10.0, 20.0)}, Truth.TRUE, Truth.FALSE, Interval(60.0, 60.0))
    two = JarBounds({CU: Interval(5.0, 5.0)}, Truth.FALSE, Truth.TRUE)
    both = joined([one, two])
    assert (both.closed, both.vented) == (Truth.UNDECIDED, Truth.UNDECIDED)
    assert both.masses_mg == {RU: Interval(0.0, 20.0), CU: Interval(0.0, 5.0)}
    assert both.milled_s == Interval(0.0, 60.0)
    assert joined([one, one]) == one


def test_a_plan_begins_with_the_jar_as_the_ledger_has_it() -> None:
    """Closed, vented and milled before: all of it counts in the next run."""
    station = mill_bench()
    inventory = Inventory.full(station)
    inventory.solids.jars["jar"] = Jar("mill", closed=True, vented=True, milled_s=4800.0, solids={RU: Mass(100.0)})
    jar = ground(station, inventory).start.jars["jar"]
    assert (jar.closed, jar.vented, jar.milled_s) == (Truth.TRUE, Truth.TRUE, Interval(4800.0, 4800.0))
    assert jar.masses_mg == {RU: Interval(100.0, 100.0)}


def test_powder_of_which_no_amount_is_on_record_is_there_all_the_same() -> None:
    """A rule about its species is asked: there may be some, nobody knows how much."""
    station = mill_bench()
    inventory = Inventory.full(station)
    inventory.solids.charge("jar", RU, 100.0, 0.1)
    begun = ground(station, inventory).start.vessels["jar"].amounts
    assert (begun[RU].low, begun[RU].high) == (0.0, 0.1)
