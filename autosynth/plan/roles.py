"""Which object of the station plays which role of the recipe; what cannot be filled is noted where it is asked for.

A role that a rack plays is one of its places, for the whole run: the next that is free as the run begins. A plan made
again from what was where then, as a recovery does, comes to the same place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autosynth.errors import Problem
from autosynth.plan.state import State
from autosynth.recipe.model import Recipe
from autosynth.station.drivers import FindDriver, driver_entry
from autosynth.station.model import Station
from autosynth.station.racks import next_place
from autosynth.station.roles import RACK, bind


def bind_roles(
    recipe: Recipe, station: Station, start: State, find: FindDriver = driver_entry
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return role -> vessel, place or device, and a problem for each role that cannot be filled.

    A role for which its rack may have no free place at `start` keeps the rack's name.

    Raises:
        InputError: a driver of the station is not installed.
    """
    roles: dict[str, str] = {}
    problems: list[Problem] = []
    for role, kind in recipe.needs.items():
        bound, found = bind({role: kind}, station, find)
        roles |= bound
        problems.extend(replace(problem, mark=recipe.where("needs", role)) for problem in found)
    of_racks = [role for role, name in roles.items() if name in station.racks and not _takes_rack(recipe, role)]
    problems.extend(_doubled(recipe, {role: name for role, name in roles.items() if role not in of_racks}))
    problems.extend(_placed(recipe, station, start, roles, of_racks))
    return roles, tuple(problems)


def _takes_rack(recipe: Recipe, role: str) -> bool:
    return recipe.needs[role].endswith(RACK)


def _placed(
    recipe: Recipe, station: Station, start: State, roles: dict[str, str], of_racks: Sequence[str]
) -> list[Problem]:
    """Give each of these roles a place of its rack, and note those for which there may be none."""
    found: list[Problem] = []
    for role in of_racks:
        rack = station.racks[roles[role]]
        place = next_place(rack, set(roles.values()), lambda name: start.vessels[name].volume_ml.high > 0)
        if place is not None:
            roles[role] = place
            continue
        message = f"{rack.name} can have no empty place left for {role}; it has {len(rack.vessels)}"
        hint = "put empty tubes in and correct the ledger"
        found.append(Problem(message, recipe.where("needs", role), hint, "RACK"))
    return found


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
