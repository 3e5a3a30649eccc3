"""What a mill and its syringe could do if the host died, against the station's bound."""

import math

from autosynth.engine.inputs import read_inputs
from autosynth.errors import Severity
from autosynth.plan.check import make_plan
from autosynth.plan.hostdeath import STROKE_FOR, STROKE_OF, amount_text
from autosynth.plan.summary import plan_to_json
from autosynth.plan.tree import HostDeath, Plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import parse_station
from tests.autosynth.plan.benches import ONE_VESSEL, plan_of
from tests.autosynth.report.milled import MOF

STATION = (MOF / "station.yaml").read_text(encoding="utf-8")
RECIPE = """
autosynth: 1
title: Milled
needs: {jar: jar}
reagents: {Ru2: {species: Ru2(H2btc)4Cl}, MeOH: {}}
steps:
  - dose: {reagent: Ru2, to: jar, mass: 200 mg}
  - grind: {vessel: jar, frequency: 30 Hz, for: 15 min, liquid: MeOH, eta: 0.6 uL/mg, rate: 0.5 mL/min}
"""

DOSE = """
autosynth: 1
title: Dosed
needs: {reactor: stirred_vessel}
reagents: {SiW9: {}}
steps:
  - stir: {vessel: reactor, speed: 300 rpm}
  - add: {reagent: SiW9, to: reactor, volume: 1 mL}
"""


def milled(old: str = "", new: str = "", **reasons: str) -> Plan:
    """Return the plan of a milling on the bench after one change to its station."""
    assert old in STATION
    station = parse_station(STATION.replace(old, new, 1), "station.yaml")
    return make_plan(parse_recipe(RECIPE), station, Inventory.full(station), {}, reasons)


def deaths(plan: Plan) -> dict[tuple[str, str], HostDeath]:
    return {(each.device, each.what): each for each in plan.host_death}


def test_a_mill_runs_on_for_its_timeout_and_its_ramp() -> None:
    """Ten seconds until the drive misses its host and five to rest, within the station's minute."""
    found = deaths(milled())["mill", "mill on for"]
    assert (found.amount, found.bound, found.unit) == (15.0, 60.0, "s")
    assert not [each for each in milled().problems if each.rule == "HOST-DEATH"]


def test_a_syringe_ends_the_stroke_it_is_at() -> None:
    """As far as the largest stroke at the rate asked for, not at one that it never draws with."""
    found = deaths(milled())
    assert found["feed", STROKE_OF].amount <= 0.5 / 3 + 1e-9
    assert found["feed", STROKE_FOR].amount <= 20.0 + 1e-9


def test_a_mill_above_the_bound_needs_somebody_to_take_it_on_themselves() -> None:
    """As a heater without a watchdog: a reason makes it run."""
    plan = milled("silence: 10 s", "silence: 100 s")
    (problem,) = [each for each in plan.problems if each.rule == "HOST-DEATH"]
    assert problem.severity is Severity.ACKNOWLEDGE
    assert "mill could mill on for 105 s" in problem.message
    assert problem in plan.blocking
    assert not milled("silence: 10 s", "silence: 100 s", **{"HOST-DEATH": "watched"}).blocking


def test_no_recipe_takes_on_what_only_people_can() -> None:
    """An override in the recipe is refused, and says who may; a pump above its bound is rejected all the same."""
    text = RECIPE + "overrides: [{rule: HOST-DEATH, reason: why not}]\n"
    station = parse_station(STATION, "station.yaml")
    plan = make_plan(parse_recipe(text), station, Inventory.full(station), {}, {})
    assert [each.rule for each in plan.blocking] == ["OVERRIDE"]
    assert "--acknowledge HOST-DEATH" in plan.blocking[0].hint
    slow = milled("host_death_bound: {volume: 0.2 mL, time: 60 s}", "host_death_bound: {volume: 0.2 mL, time: 16 s}")
    assert "feed could run for 20 s" in str(slow.blocking[0])
    reasons = {"HOST-DEATH": "watched"}
    same = milled(
        "host_death_bound: {volume: 0.2 mL, time: 60 s}", "host_death_bound: {volume: 0.2 mL, time: 16 s}", **reasons
    )
    assert same.blocking


def test_a_mill_without_a_timeout_never_stops_by_itself() -> None:
    """It is said in words, and is no number in the JSON."""
    plan = milled("silence: 10 s", "silence: 0 s")
    (problem,) = [each for each in plan.problems if each.rule == "HOST-DEATH"]
    assert "as long as nobody stops it" in problem.message
    found = deaths(plan)["mill", "mill on for"]
    assert found.amount == math.inf
    assert amount_text(found) == "as long as nobody stops it"
    (shown,) = [each for each in plan_to_json(plan)["host_death"] if each["what"] == "mill on for"]
    assert shown["amount"] is None


def test_a_stroke_that_moves_nothing_is_no_stroke() -> None:
    """A station that allows less in a stroke than a step of its pump is refused: no dose would ever end."""
    station = ONE_VESSEL.read_text(encoding="utf-8").replace(
        "volume: 0.6 mL, time: 20 s", "volume: 0.02 uL, time: 20 s"
    )
    plan = plan_of(DOSE, parse_station(station, "station.yaml"))
    assert "a stroke of pump may be 20 nL at most" in str(plan.blocking[0])


def test_the_products_recipe_is_within_its_bounds() -> None:
    """What ships needs nobody's word."""
    assert not [each for each in read_inputs(MOF / "product.yaml").plan.problems if each.rule == "HOST-DEATH"]
