"""What balls do in a jar, in the numbers of the procedure that is shipped: power, energy, fullness."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.language.interval import Interval
from autosynth.plan.jars import JarBounds
from autosynth.plan.mechanics import (
    blocks_of,
    energy_j_g,
    fill_frac,
    milling_facts,
    power_w,
    time_for_s,
    vapour_ml,
)
from autosynth.plan.rulebook import standing_rules
from autosynth.plan.state import State, VesselBounds
from tests.autosynth.station.millbench import CU, RU, mill_bench

approx: Any = pytest.approx
STATION = mill_bench()
JAR = STATION.jars["jar"]
BOUNDS = {
    name: Interval(value, value) for name, value in {"frequency_hz": 30.0, "block_s": 900.0, "pause_s": 300.0}.items()
}


def state(ru_mg: Interval, cu_mg: Interval, liquid_ml: Interval) -> State:
    """Return a state with so much in the jar."""
    made = State({"jar": VesselBounds(liquid_ml)})
    made.jars = {"jar": JarBounds({RU: ru_mg, CU: cu_mg}, milled_s=Interval(900.0, 900.0))}
    return made


def test_power_at_thirty_hertz() -> None:
    """One ball of 3.14 g that goes 10 mm to either side 30 times a second brings 0.335 W."""
    assert power_w(JAR, 30.0) == approx(0.335, rel=1e-3)


@pytest.mark.parametrize(("hertz", "dose"), [(30.0, 100.5), (25.0, 58.1), (20.0, 29.8), (15.0, 12.6)])
def test_energy_a_gram_and_minute(hertz: float, dose: float) -> None:
    """For 200 mg, in J/g each minute: it goes with the third power of the frequency."""
    assert energy_j_g(JAR, hertz, 60.0, 200.0) == approx(dose, abs=0.1)


@given(st.floats(3.0, 35.0), st.floats(1.0, 1e5), st.floats(1.0, 5e3))
def test_energy_and_time_are_each_others_inverse(hertz: float, time_s: float, solid_mg: float) -> None:
    """The time for an energy brings that energy."""
    assert time_for_s(JAR, hertz, energy_j_g(JAR, hertz, time_s, solid_mg), solid_mg) == approx(time_s)


def test_nothing_to_mill_and_no_milling_are_no_division_by_zero() -> None:
    """Without solid the energy a gram is infinite, at rest the time is."""
    assert energy_j_g(JAR, 30.0, 60.0, 0.0) == math.inf
    assert time_for_s(JAR, 0.0, 1500.0, 200.0) == math.inf


def test_the_jar_is_filled_to_less_than_a_fifth() -> None:
    """A ball of 0.52 mL and 200 mg of loose powder at 0.5 g/mL in 5 mL."""
    assert fill_frac(JAR, 0.4002, 5.0) == approx(0.185, abs=5e-4)


def test_what_rules_ask_of_a_jar() -> None:
    """Fullness, ball to powder, liquid to solid and how long it was milled, as intervals."""
    exact = state(Interval(114.7, 114.7), Interval(85.3, 85.3), Interval(0.12, 0.12))
    facts = milling_facts(STATION, exact, "jar", BOUNDS)
    assert facts["fill"].high == approx(0.1847, abs=1e-4)
    assert facts["ball_to_powder"].low == approx(15.7)
    assert (facts["eta"].low, facts["eta"].high) == approx((0.6, 0.6))
    assert (facts["solid"].low, facts["milled"].high, facts["frequency"].high) == approx((0.2, 900.0, 30.0))


def test_eta_is_widest_where_liquid_and_solid_are_not_known() -> None:
    """The most liquid over the least solid, and the other way round."""
    wide = state(Interval(100.0, 120.0), Interval(80.0, 80.0), Interval(0.09, 0.12))
    eta = milling_facts(STATION, wide, "jar", BOUNDS)["eta"]
    assert (eta.low, eta.high) == approx((0.09 / 0.2, 0.12 / 0.18))


def test_nothing_is_known_of_an_empty_jar() -> None:
    """Neither eta nor ball to powder: a rule that asks for them fails."""
    facts = milling_facts(STATION, state(Interval(0.0, 0.0), Interval(0.0, 0.0), Interval(0.0, 0.0)), "jar", BOUNDS)
    assert {"eta", "ball_to_powder"}.isdisjoint(facts)
    assert facts["fill"].high == approx(0.1047, abs=1e-4)


@pytest.mark.parametrize(("time_s", "blocks"), [(0.0, 1), (900.0, 1), (900.0000001, 1), (901.0, 2), (5400.0, 6)])
def test_a_time_falls_into_blocks(time_s: float, blocks: int) -> None:
    """What is a hair above a block is one, as rounding makes it."""
    assert blocks_of(time_s, 900.0) == blocks


def test_a_block_of_no_length_is_one() -> None:
    """A station's rules refuse it; the arithmetic does not fail."""
    assert blocks_of(60.0, 0.0) == 1


def test_vapour_in_the_space_over_a_jar() -> None:
    """Methanol at 25 °C: 17 kPa in 4.48 mL are 31 µmol, 1.25 µL; of acetone nobody has said."""
    methanol, acetone = (standing_rules().solvents[name] for name in ("MeOH", "acetone"))
    assert methanol.vapour_ml(4.4764) == approx(1.245e-3, rel=1e-2)
    assert (methanol.vapour_ml(0.0), acetone.vapour_ml(5.0)) == (0.0, 0.0)
    assert vapour_ml(JAR, 5.0, ["MeOH", "acetone", "unheard of"]) == methanol.vapour_ml(5.0 - JAR.balls.volume_ml)
    assert vapour_ml(JAR, 0.1, ["MeOH"]) == 0.0
