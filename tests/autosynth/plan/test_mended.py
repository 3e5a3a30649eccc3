"""Every rule can be satisfied: what a bad recipe was written to break is mended by one change, and nothing is left."""

from datetime import date

import pytest

from autosynth.plan.check import make_plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from tests.autosynth.plan.benches import ROOT, bench
from tests.autosynth.plan.test_bad_recipes import read_expected

FOLDER = ROOT / "tests" / "recipes_bad"
MENDED = {
    "dominance_reference": ("{relative_to: ir0}", "{}"),
    "dose_below_head": ("0.5 mg", "1.5 mg"),
    "jar_no_jar": ("to: pot", "to: jar"),
    "jar_not_vented": ("- open:", "- vent: {vessel: jar}\n  - open:"),
    "lag": ("1.25 uL", "1.1 uL"),
    "limits_aliquot": ("aliquot: -2 mg", "aliquot: 2 mg"),
    "limits_negative_mass": ("mass: -114.7 mg", "mass: 114.7 mg"),
    "limits_no_time": ("for: 0 min", "for: 15 min"),
    "limits_oven_cold": ("-10 °C", "25 °C"),
    "limits_oven_jar": ("hold: 12 h", "hold: 12 h, in: dish"),
    "limits_tolerance": ("tolerance: 500 %", "tolerance: 1 %"),
    "limits_tolerance_of_head": ("0.001 %", "0.1 %"),
    "limits_wash": ("500 mL", "4.4 mL"),
    "limits_frequency": ("30 Hz", "25 Hz"),
    "materials_powder": ("2.1 g", "1.9 g"),
    "mill_duty": ("91 min", "89 min"),
    "mill_fill": ("50 mg", "100 mg"),
    "oven": ("185 °C", "180 °C"),
    "volume_aliquot": ("aliquot: 6 mg", "aliquot: 4 mg"),
    "bound_missing": ("cv.IA2 * 10 min", '"max(1 min, min(5 min, cv.IA2 * 10 min))"'),
    "cv_fast": ("rate: 2 V/s", "rate: 1 V/s"),
    "cv_window": ("vertex1: 1.2 V", "vertex1: 1.0 V"),
    "deadlock": ("{add: {reagent: SiW9, to: reactor, volume: 1 mL}}", "{note: nothing}"),
    "dominance_entered": ("wait: {for: long}", "wait: {for: 1 min}"),
    "dose_nothing": ("0.01 uL", "1 mL"),
    "dose_uncertain": ("volume: 5 uL", "volume: 50 uL"),
    "fe_cap": ("equivalents: 1.2", "equivalents: 1.05"),
    "limits_current": ("range: 1 A", "range: 1 mA"),
    "limits_rate": ("100 mL/min", "10 mL/min"),
    "limits_speed": ("1500 rpm", "800 rpm"),
    "limits_temperature": ("to: 65 °C", "to: 60 °C"),
    "limits_vessel": ("to: 55 °C", "to: 50 °C"),
    "host_death": ("rate: 1 mL/min", "rate: 10 mL/min"),
    "materials": ("at_most: 3", "at_most: 2"),
    "order_iron": ("reagent: Fe(acac)3, to: reactor, volume: 0.4 mL", "reagent: Mn(acac)3, to: reactor, volume: 2 mL"),
    "reagent_solvent": ("in MeCN", "in acetone"),
    "reagent_strength": ("18 to 22", "8 to 12"),
    "solv_t": ("to: 50 °C", "to: 44 °C"),
    "volume_drawn_dry": ("sample: 0.29 mL", "sample: 0.2 mL"),
    "volume_overfilled": ("at_most: 5", "at_most: 4"),
}


@pytest.mark.parametrize("name", MENDED)
def test_mended(name: str) -> None:
    """The rule is reachable by the bad recipe and satisfiable by the mended one."""
    path = FOLDER / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    old, new = MENDED[name]
    assert text.count(old) == 1
    expected = read_expected(path)
    station = bench(expected.bench)
    recipe = parse_recipe(text.replace(old, new), path.name)
    plan = make_plan(recipe, station, Inventory.full(station), expected.settings, today=date(2026, 12, 31))
    assert plan.problems == ()


def test_a_rule_of_chemistry_gives_way_to_a_recipe() -> None:
    """An override with a reason in the recipe lets it pass, and the reason is kept."""
    text = (FOLDER / "order_iron.yaml").read_text(encoding="utf-8")
    override = "overrides: [{rule: ORDER, reason: a control experiment}]\nsteps:"
    plan = make_plan(parse_recipe(text.replace("steps:", override)), bench(), Inventory.full(bench()))
    assert plan.accepted
    assert plan.acknowledgements == {"ORDER": "a control experiment"}


def test_an_old_stock_is_acknowledged_by_who_starts_the_run() -> None:
    """What asks for a reason blocks without one, and passes with one."""
    text = (FOLDER / "expired.yaml").read_text(encoding="utf-8")
    inventory, today = Inventory.full(bench()), date(2027, 1, 1)
    refused = make_plan(parse_recipe(text), bench(), inventory, today=today)
    passed = make_plan(parse_recipe(text), bench(), inventory, {}, {"EXPIRED": "checked by titration"}, today=today)
    assert not refused.accepted
    assert passed.accepted


def test_a_reason_is_not_empty() -> None:
    """An acknowledgement without a reason is refused."""
    text = (FOLDER / "order_iron.yaml").read_text(encoding="utf-8")
    plan = make_plan(parse_recipe(text), bench(), Inventory.full(bench()), {}, {"ORDER": " "})
    assert {each.rule for each in plan.blocking} == {"OVERRIDE", "ORDER"}
