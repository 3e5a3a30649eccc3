"""Makes a plan and proves it: everything that can be known before a drop moves, all problems at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from autosynth.analysis.libraries import AnyLibrary
from autosynth.plan.acceptance import accepted_reasons, weighed
from autosynth.plan.binding import bind_steps
from autosynth.plan.capability import Capability
from autosynth.plan.findings import Findings, in_order
from autosynth.plan.flow import Flow
from autosynth.plan.hostdeath import host_death
from autosynth.plan.interpret import Interpreter
from autosynth.plan.library import check_library
from autosynth.plan.materials import bill
from autosynth.plan.reagents import check_reagents
from autosynth.plan.resolve import Resolver
from autosynth.plan.roles import bind_roles
from autosynth.plan.rulebook import Rulebook, standing_rules
from autosynth.plan.rulecheck import RuleCheck
from autosynth.plan.schedule import check_parallel
from autosynth.plan.state import State, VesselBounds, point
from autosynth.plan.survey import Survey
from autosynth.plan.timing import annotated, total
from autosynth.plan.tree import Plan
from autosynth.recipe.model import Recipe
from autosynth.station.drivers import FindDriver, driver_entry
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import GAS
from autosynth.station.model import Station


def make_plan(
    recipe: Recipe,
    station: Station,
    inventory: Inventory,
    settings: Mapping[str, str] | None = None,
    acknowledgements: Mapping[str, str] | None = None,
    *,
    library: AnyLibrary | None = None,
    today: date | None = None,
    find: FindDriver = driver_entry,
    book: Rulebook | None = None,
) -> Plan:
    """Return the plan of a recipe on a station as its ledger stands, with every problem found.

    Without `library` measured species are not looked up, without `today` no stock is found expired; `find` and `book`
    replace the installed drivers and rules.

    Raises:
        InputError: a setting is not a parameter or outside its limits; a driver is not installed; a rule file is wrong.
    """
    rules = book or standing_rules()
    given = dict(settings or {})
    reasons, refused = accepted_reasons(recipe, acknowledgements or {}, rules)
    roles, unfilled = bind_roles(recipe, station, find)
    plan = Plan(recipe, station, roles, recipe.parameters_with(given), given, reasons)
    plan = replace(plan, steps=bind_steps(plan, inventory.plumbing, recipe.steps))
    findings = Findings()
    if library is not None:
        check_library(recipe, library, findings)
    proven = _prove(plan, inventory, findings, find, rules, today)
    problems = weighed(in_order((*refused, *unfilled, *findings)), reasons, rules)
    return replace(proven, problems=problems)


def _prove(
    plan: Plan, inventory: Inventory, findings: Findings, find: FindDriver, book: Rulebook, today: date | None
) -> Plan:
    """Return the plan with bounds, materials, volumes and durations; problems go to the findings."""
    start = opening(plan.station, inventory)
    can = Capability(plan.station, inventory.plumbing, find)
    rules = RuleCheck(plan, book, start, findings)
    flow = Flow(can, start, findings, rules.arrived)
    survey = Survey(plan, can, inventory, flow, Resolver(plan.recipe, plan.parameters, findings), rules, findings)
    check_reagents(plan, findings, today)
    check_parallel(plan.steps, plan.station, findings)
    interpreter = Interpreter(survey)
    end = interpreter.run(plan.steps, start.copy())
    steps = annotated(plan.steps, interpreter)
    return replace(
        plan,
        steps=steps,
        materials=bill(plan, inventory, start, end),
        volumes=interpreter.volumes(),
        decisions=tuple(interpreter.decisions.values()),
        host_death=host_death(steps, can, findings),
        duration=total(steps),
    )


def opening(station: Station, inventory: Inventory) -> State:
    """Return the bounds in which a run begins: what the ledger says, exactly."""
    vessels: dict[str, VesselBounds] = {}
    for name in station.vessels:
        content = inventory.content(name)
        amounts = {species: point(amount) for species, amount in content.amounts_mol.items()}
        solvents = frozenset(solvent for solvent, ml in content.volumes_ml.items() if ml > 0 and solvent != GAS)
        vessels[name] = VesselBounds(point(content.liquid_ml), amounts, solvents, dict(amounts))
    return State(vessels, {pump: frozenset({liquid}) for pump, liquid in inventory.last_liquid.items()})
