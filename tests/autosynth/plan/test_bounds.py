"""The bounds of a plan contain what random executions of it do."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.plan.check import make_plan
from autosynth.plan.tree import Plan
from autosynth.recipe.load import load_recipe, parse_recipe
from autosynth.station.inventory import Inventory
from tests.autosynth.plan.benches import POM, bench
from tests.autosynth.plan.rehearsal import Rehearsal

BRANCHING = """
autosynth: 1
title: every kind of step
needs: {reactor: stirred_vessel, cell: measuring_cell, vial_s1: vial}
reagents: {SiW9: {}, AgOTf: {}, NaOTf: {}, acetone: {}}
define: {cluster: {per: {SiW9: 2}, charge: 25 umol}}
parameters: {portion: {default: 0.3 mL, min: 0.1 mL, max: 1 mL}}
steps:
  - stir: {vessel: reactor, speed: 400 rpm}
  - add: {reagent: SiW9, to: reactor, equivalents: 2, of: charged cluster}
  - operator: {prompt: How much?, likely: 1 min, enter: {name: much, unit: mL, min: 0.2 mL, max: 0.7 mL}}
  - when:
      condition: much > 0.5 mL
      then: [{add: {reagent: acetone, to: reactor, volume: much + portion}}]
      else: [{sample: {from: reactor, to: vial_s1, volume: "min(much, 0.3 mL)"}}]
  - parallel:
      branches:
        - [{add: {reagent: SiW9, to: reactor, volume: 2 * portion}}, {wait: 1 min}]
        - [{add: {reagent: acetone, to: cell, volume: 0.4 mL}}]
  - repeat:
      name: back and forth
      at_most: 5
      until: much > 0.6 mL
      steps:
        - add: {reagent: AgOTf, to: reactor, equivalents: 0.3, of: cluster in reactor}
        - add: {reagent: NaOTf, to: reactor, equivalents: 0.2, of: SiW9 in reactor}
        - sample: {from: reactor, to: vial_s1, volume: 0.15 mL}
  - clean: {vessel: cell, with: acetone, volume: 0.3 mL, times: 2}
  - transfer: {from: reactor, to: vial_s1, volume: 1.2 mL}
"""


def planned(source: Path | str) -> tuple[Plan, Inventory]:
    """Return an accepted plan and the inventory it begins with."""
    recipe = load_recipe(source) if isinstance(source, Path) else parse_recipe(source)
    inventory = Inventory.full(bench())
    plan = make_plan(recipe, bench(), inventory)
    plan.require_accepted()
    return plan, inventory


PLANS = {"pom_a": planned(POM / "pom_a.yaml"), "branching": planned(BRANCHING)}


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_random_executions_stay_inside(name: str, seed: int) -> None:
    """Arguments, volumes on the way and what stocks gave lie within the bounds, whatever branches are taken."""
    plan, inventory = PLANS[name]
    rehearsal = Rehearsal(plan, inventory.copy(), seed)
    rehearsal.run(plan.steps)
    for step, argument, value in rehearsal.arguments:
        assert value in step.bounds[argument], f"{step.path}: {argument} is {value}, bounds {step.bounds[argument]}"
    followed = {(point.path, point.vessel): point.volume_ml for point in plan.volumes}
    for path, vessel, volume_ml in rehearsal.volumes:
        bounds = followed.get((path, vessel))
        assert bounds is None or volume_ml <= bounds.high + 1e-9, f"{path}: {vessel} holds {volume_ml}, bounds {bounds}"
    for path, vessel, volume_ml in rehearsal.left:
        bounds = followed[path, vessel]
        assert bounds.low - 1e-9 <= volume_ml <= bounds.high + 1e-9, f"{path}: {vessel} holds {volume_ml}, {bounds}"
    for material in plan.materials:
        given_ml = material.available_ml - rehearsal.inventory.volume_ml(material.stock)
        assert material.needed_ml.low - 1e-9 <= given_ml <= material.needed_ml.high + 1e-9, f"{material}: {given_ml}"
