"""Makes a plan and proves it: everything that can be known before a drop moves, all problems at once."""

from collections.abc import Mapping
from dataclasses import replace

from autosynth.plan.binding import bind_steps
from autosynth.plan.tree import Plan
from autosynth.recipe.model import Recipe
from autosynth.station.inventory import Inventory
from autosynth.station.model import Station
from autosynth.station.roles import bind


def make_plan(
    recipe: Recipe,
    station: Station,
    inventory: Inventory,
    settings: Mapping[str, str] | None = None,
    acknowledgements: Mapping[str, str] | None = None,
) -> Plan:
    """Return the plan of a recipe on a station as its ledger stands, with every problem found.

    Raises:
        InputError: a setting is not a parameter or outside its limits.
    """
    given = dict(settings or {})
    roles, problems = bind(recipe.needs, station)
    plan = Plan(recipe, station, roles, recipe.parameters_with(given), given, dict(acknowledgements or {}))
    steps = bind_steps(plan, recipe.steps)
    return replace(plan, steps=steps, problems=problems)
