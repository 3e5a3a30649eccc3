"""Which object of the station plays which role of the recipe; what cannot be filled is noted where it is asked for."""

from collections.abc import Mapping
from dataclasses import replace

from autosynth.errors import Problem
from autosynth.recipe.model import Recipe
from autosynth.station.drivers import FindDriver, driver_entry
from autosynth.station.model import Station
from autosynth.station.roles import bind


def bind_roles(
    recipe: Recipe, station: Station, find: FindDriver = driver_entry
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return role -> vessel or device, and a problem for each role that cannot be filled.

    Raises:
        InputError: a driver of the station is not installed.
    """
    roles: dict[str, str] = {}
    problems: list[Problem] = []
    for role, kind in recipe.needs.items():
        bound, found = bind({role: kind}, station, find)
        roles |= bound
        problems.extend(replace(problem, mark=recipe.where("needs", role)) for problem in found)
    return roles, (*problems, *_doubled(recipe, roles))


def _doubled(recipe: Recipe, roles: Mapping[str, str]) -> list[Problem]:
    """Note vessels that play two roles."""
    first: dict[str, str] = {}
    found: list[Problem] = []
    for role, name in roles.items():
        other = first.setdefault(name, role)
        if other != role:
            message = f"{name} would play both {other} and {role}"
            found.append(Problem(message, recipe.where("needs", role), "name one each in the station's roles:", "ROLE"))
    return found
