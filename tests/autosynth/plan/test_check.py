"""A check finds everything at once, is the same each time, and says so in plain data."""

import json

from autosynth.analysis.species import load_library
from autosynth.errors import Severity
from autosynth.language.expression import parse_condition
from autosynth.language.interval import Interval
from autosynth.plan.check import make_plan
from autosynth.plan.decided import forget, learn
from autosynth.plan.hostdeath import HOMING, STROKE_FOR, STROKE_OF
from autosynth.plan.state import State
from autosynth.plan.summary import plan_to_json
from autosynth.recipe.load import load_recipe, parse_recipe
from autosynth.station.inventory import Inventory
from tests.autosynth.plan.benches import POM, bench, one_vessel, plan_of

MANY = """
autosynth: 1
title: several things wrong at once
needs: {reactor: stirred_vessel, mill: ball_mill}
reagents:
  SiW9: {requires: 18 to 22 mmol/L in MeCN}
  Zn(OAc)2: {}
overrides: [{rule: SOLV-T, reason: no}]
steps:
  - add: {reagent: SiW9, to: reactor, volume: 5 mL, rate: 100 mL/min}
  - add: {reagent: Zn(OAc)2, to: reactor, volume: 5 mL}
  - stir: {vessel: reactor, speed: 2000 rpm}
  - heat: {vessel: reactor, to: 57 °C}
  - repeat:
      name: too much
      at_most: 9
      steps: [{add: {reagent: SiW9, to: reactor, volume: 2 mL}}]
"""
SHARED = """
autosynth: 1
title: two branches and one pump
needs: {reactor: stirred_vessel, cell: measuring_cell}
reagents: {SiW9: {}, acetone: {}}
steps:
  - stir: {vessel: reactor, speed: 300 rpm}
  - parallel:
      branches:
        - [{add: {reagent: SiW9, to: reactor, volume: 1 mL}}]
        - [{add: {reagent: acetone, to: cell, volume: 0.5 mL}}]
"""


def test_everything_is_found_at_once() -> None:
    """One check reports every rule that is broken, in the order of the file."""
    plan = plan_of(MANY)
    rules = {each.rule for each in plan.problems}
    assert rules == {"ROLE", "REAGENT", "OVERRIDE", "LIMITS", "SOLV-T", "VOLUME", "STIRRED"}
    assert not plan.accepted
    places = [each.mark for each in plan.problems if each.mark is not None]
    assert places == sorted(places)
    assert len(places) == len(plan.problems)


def test_a_plan_is_pure() -> None:
    """The same inputs give the same plan, and the inventory is as before."""
    assert plan_to_json(plan_of(SHARED)) == plan_to_json(plan_of(SHARED))


def test_branches_may_share_a_pump() -> None:
    """A pump is locked by each action in turn, so sharing it is no finding; both branches claim it and its valve."""
    plan = plan_of(SHARED)
    assert plan.problems == ()
    first, second = plan.steps[1].blocks.values()
    assert {"pump", "selector"} <= first[0].claims & second[0].claims


def test_json_is_plain_and_complete() -> None:
    """A plan turns into JSON without infinities, each problem with its place and severity."""
    data = plan_to_json(plan_of(MANY))
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["ok"] is False
    assert {"file", "line", "column", "rule", "severity", "message", "hint"} == set(data["problems"][0])
    assert {"materials", "volumes", "duration", "decisions", "host_death", "steps"} <= set(data)


def test_host_death_names_each_device_in_use() -> None:
    """The most a pump can move unattended is a stroke, within the station's bound, or its syringe, to waste."""
    deaths = {(each.device, each.what): each for each in plan_of(SHARED).host_death}
    assert set(deaths) == {("pump", STROKE_OF), ("pump", STROKE_FOR), ("pump", HOMING)}
    assert (deaths["pump", HOMING].amount, deaths["pump", HOMING].unit) == (1.0, "mL")
    assert all(each.amount <= each.bound for each in deaths.values())


def test_a_small_bench_has_another_reference() -> None:
    """A plan on the smallest bench stands on its own stocks and vessels."""
    text = SHARED.replace(", cell: measuring_cell", "").replace("to: cell, volume: 0.5", "to: reactor, volume: 0.5")
    plan = plan_of(text, one_vessel())
    assert {each.rule for each in plan.problems} == {"DEADLOCK"}


def test_reserves_of_the_ledger_count() -> None:
    """A bottle that the ledger says is nearly empty is found out."""
    inventory = Inventory.full(bench())
    inventory.take("SiW9", 99.5)
    plan = make_plan(parse_recipe(SHARED), bench(), inventory)
    assert {each.rule for each in plan.problems} == {"MATERIALS"}
    assert inventory.volume_ml("SiW9") == 0.5


def test_a_true_condition_teaches_bounds() -> None:
    """A conjunction teaches each of its parts, either way round; a disjunction nothing."""
    state = State({})
    learn(state, parse_condition("m.x >= 95 % and 5 % > m.y and (m.z > 1 or m.z < 0)"), {})
    assert state.known["m.x"].low == 0.95
    assert state.known["m.y"].high == 0.05
    assert "m.z" not in state.known
    learn(state, parse_condition("m.x >= limit"), {"limit": Interval(0.97, 0.97, "ratio")})
    assert state.known["m.x"].low == 0.97
    forget(state, "m")
    assert state.known == {}


def test_severities_follow_the_rule() -> None:
    """A note never blocks."""
    plan = plan_of(SHARED.replace("speed: 300 rpm", "speed: 0 rpm"))
    assert {each.severity for each in plan.problems} == {Severity.NOTE}
    assert plan.accepted


def test_one_mistake_does_not_make_others() -> None:
    """After a dose that cannot be followed nothing is reported as missing for want of it."""
    text = SHARED.replace("SiW9: {}", "Zn: {}").replace("reagent: SiW9", "reagent: Zn")
    sampled = text + "  - sample: {from: reactor, to: cell, volume: 0.2 mL}\n"
    assert [each.rule for each in plan_of(sampled).problems] == ["REAGENT"]


def test_species_are_looked_up_in_the_library() -> None:
    """A stage that the library does not have is found at its place."""
    text = (POM / "smoke.yaml").read_text(encoding="utf-8").replace("[Mn_free]", "[manganese, mangonese]")
    library = load_library(POM / "species" / "pom_a.yaml")
    plan = make_plan(parse_recipe(text), bench(), Inventory.full(bench()), library=library)
    assert [each.rule for each in plan.problems] == ["SPECIES"]
    assert "mangonese" in plan.problems[0].message


def test_decisions_in_loops_are_counted_through() -> None:
    """A decision inside a loop can be taken in each of its rounds."""
    plan = make_plan(load_recipe(POM / "pom_a.yaml"), bench(), Inventory.full(bench()))
    rounds = {each.path: each.rounds for each in plan.decisions}
    assert rounds["6.2"] == rounds["6"] == 4
