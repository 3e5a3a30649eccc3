"""Makes a plan and proves it: everything that can be known before a drop moves, all problems at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.plan.acceptance import accepted_reasons, weighed
from autosynth.plan.binding import bind_steps
from autosynth.plan.elements import check_elements
from autosynth.plan.findings import Findings, in_order
from autosynth.plan.flow import Flow
from autosynth.plan.ground import Ground
from autosynth.plan.ground import ground as ground_of
from autosynth.plan.hostdeath import host_death
from autosynth.plan.interpret import Interpreter
from autosynth.plan.library import check_library
from autosynth.plan.materials import bill, poured_bill, powder_bill
from autosynth.plan.quantities import check_quantities
from autosynth.plan.reagents import check_reagents
from autosynth.plan.resolve import Resolver
from autosynth.plan.roles import bind_roles
from autosynth.plan.rulebook import Rulebook, standing_rules
from autosynth.plan.safestates import HeldSafe
from autosynth.plan.schedule import check_parallel
from autosynth.plan.survey import Survey
from autosynth.plan.targets import check_targets
from autosynth.plan.timing import annotated, total
from autosynth.plan.tree import Plan
from autosynth.recipe.model import Recipe
from autosynth.station.drivers import FindDriver, driver_entry
from autosynth.station.inventory import Inventory
from autosynth.station.model import Station


def make_plan(
    recipe: Recipe,
    station: Station,
    inventory: Inventory,
    settings: Mapping[str, str] | None = None,
    acknowledgements: Mapping[str, str] | None = None,
    *,
    library: AnyLibrary | Shelf | None = None,
    today: date | None = None,
    find: FindDriver = driver_entry,
    book: Rulebook | None = None,
    ground: Ground | None = None,
) -> Plan:
    """Return the plan of a recipe on a station as its ledger stands, with every problem found.

    Without `library` measured species are not looked up, without `today` no stock is found expired; `find` and `book`
    replace the installed drivers and rules. `ground` is what station and ledger come to, if it is known already.

    Raises:
        InputError: a setting is not a parameter or outside its limits; a driver is not installed; a rule file is wrong.
    """
    rules = book or standing_rules()
    given = dict(settings or {})
    reasons, refused = accepted_reasons(recipe, acknowledgements or {}, rules)
    begin = ground or ground_of(station, inventory, find)
    roles, unfilled = bind_roles(recipe, station, begin.start, find)
    plan = Plan(recipe, station, roles, recipe.parameters_with(given), given, reasons)
    plan = replace(plan, steps=bind_steps(plan, inventory.plumbing, recipe.steps))
    findings = Findings()
    if library is not None:
        check_library(recipe, library, findings)
        check_targets(recipe, library, plan.parameters, findings)
    check_quantities(recipe, library, findings)
    check_elements(plan, inventory, findings)
    proven = _prove(plan, inventory, findings, rules, begin, today)
    problems = weighed(in_order((*refused, *unfilled, *findings)), reasons, rules)
    return replace(proven, problems=problems)


def _prove(
    plan: Plan, inventory: Inventory, findings: Findings, book: Rulebook, ground: Ground, today: date | None
) -> Plan:
    """Return the plan with bounds, materials, volumes and durations; problems go to the findings."""
    can, start = ground.can, ground.start
    rules = HeldSafe(plan, book, ground, findings)
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
        powders=powder_bill(plan, start, end),
        poured=poured_bill(end),
        volumes=interpreter.volumes(),
        decisions=tuple(interpreter.decisions.values()),
        host_death=host_death(steps, can, findings),
        duration=total(steps),
        end=end,
    )
