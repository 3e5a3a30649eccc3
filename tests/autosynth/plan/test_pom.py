"""The shipped recipes on the shipped bench: what is accepted, what is refused, and with which reasons."""

import math

import pytest

from autosynth.errors import Severity
from autosynth.plan.check import make_plan
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe.load import load_recipe
from autosynth.station.inventory import Inventory
from tests.autosynth.plan.benches import POM, bench


def shipped(name: str, settings: dict[str, str] | None = None, **reasons: str) -> Plan:
    """Return the plan of a shipped recipe."""
    return make_plan(load_recipe(POM / f"{name}.yaml"), bench(), Inventory.full(bench()), settings, reasons)


@pytest.mark.parametrize("salt", ["AgOTf", "NaOTf", "KOTf"])
def test_pom_a_is_accepted(salt: str) -> None:
    """POM-A passes with each salt; only silver has a finding, for which the recipe has a reason."""
    plan = shipped("pom_a", {"salt": salt})
    assert plan.accepted
    assert {(each.rule, each.severity) for each in plan.problems} == (
        {("CV-AG", Severity.ACKNOWLEDGE)} if salt == "AgOTf" else set()
    )
    assert salt in {each.reagent for each in plan.materials}


def test_pom_a_bill_and_duration() -> None:
    """The bill has every stock it draws from, doses have bounds, and the likely duration lies inside."""
    plan = shipped("pom_a")
    needed = {each.stock: each.needed_ml for each in plan.materials}
    assert set(needed) == {"SiW9", "Mn(acac)3", "Fe(acac)3", "Lu(acac)3", "AgOTf", "acetone"}
    assert 5.0 in needed["SiW9"]
    assert 2.0 in needed["Mn(acac)3"]
    assert needed["Fe(acac)3"].high < 0.51
    assert 0 < plan.duration.low_s < plan.duration.likely_s < plan.duration.high_s < math.inf
    first = next(each for each in plan.steps if each.step.verb == "add")
    assert 5.0 in first.bounds["volume_ml"]
    assert {"pump", "selector", "reactor"} <= first.claims


def test_rounds_are_bounded() -> None:
    """A loop's rounds run from what its condition needs to its cap."""
    plan = shipped("pom_a", {"cap": "2.1"})
    loops = {each.path: each.bounds["rounds"] for each in plan.steps if each.step.verb == "repeat"}
    assert [(each.low, each.high) for each in loops.values()] == [(1, 4), (1, 4), (1, 4), (2, 21)]
    assert max(each.rounds for each in plan.decisions) == 21


def test_a_choice_settled_before_the_run_counts() -> None:
    """The work-up by hand is in the plan only if it is asked for."""
    without, with_it = shipped("pom_a"), shipped("pom_a", {"workup": "yes"})
    assert with_it.duration.likely_s - without.duration.likely_s > 12 * 3600
    assert not _bounds_of(without.steps[-1])
    assert _bounds_of(with_it.steps[-1])


def _bounds_of(planned: PlannedStep) -> list[str]:
    return [name for block in planned.blocks.values() for each in block for name in each.bounds]


@pytest.mark.parametrize("name", ["fe_first", "lu_before_fe"])
def test_wrong_orders_are_refused(name: str) -> None:
    """Iron first and lutetium before iron are rejected by the rule ORDER and by nothing else."""
    plan = shipped(name)
    assert {each.rule for each in plan.blocking} == {"ORDER"}
    assert all(each.mark is not None and each.mark.file.endswith(f"{name}.yaml") for each in plan.blocking)


@pytest.mark.parametrize("name", ["fe_first", "lu_before_fe"])
def test_wrong_orders_run_with_a_reason(name: str) -> None:
    """A reason on the command line lets them run, and goes on record."""
    plan = shipped(name, ORDER="to see what the model says")
    assert plan.accepted
    assert plan.acknowledgements["ORDER"] == "to see what the model says"
    order = [each for each in plan.problems if each.rule == "ORDER"]
    assert {each.severity for each in order} == {Severity.ACKNOWLEDGE}
    assert all("to see what the model says" in each.hint for each in order)


@pytest.mark.parametrize("name", ["one_pot", "smoke"])
def test_others_are_accepted(name: str) -> None:
    """One pot breaks no rule of order, and the smoke test breaks none at all."""
    assert shipped(name).accepted


def test_smoke_takes_about_two_minutes() -> None:
    """The smoke test is short enough for real time."""
    assert 30 < shipped("smoke").duration.likely_s < 180
