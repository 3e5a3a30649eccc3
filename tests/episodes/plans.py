"""From a script to what a run is set up with; whatever does not depend on the seed is read once."""

from functools import lru_cache
from pathlib import Path

from autosynth.analysis.libraries import AnyLibrary, parse_any_library
from autosynth.errors import InputError
from autosynth.plan.check import make_plan
from autosynth.plan.tree import Plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import parse_station
from autosynth.station.model import Station as Model
from tests.episodes.stations import Station

SIMULATED = {"CV-AG": "it is simulated", "HOST-DEATH": "it is simulated"}


@lru_cache(maxsize=64)
def model(station: str, path: Path) -> Model:
    """Return a station's model."""
    return parse_station(station, str(path))


@lru_cache(maxsize=4)
def _library(path: Path) -> AnyLibrary:
    return parse_any_library(path.read_text(encoding="utf-8"), str(path))


def library(station: Station) -> AnyLibrary | None:
    """Return the species library of a station's recipes."""
    return None if station.library is None else _library(station.library)


def plan(station: Station, recipe: str, inventory: Inventory | None = None) -> Plan:
    """Return the plan of a recipe on a station that is fresh, or that holds `inventory`.

    Raises:
        InputError: it is refused.
    """
    bench = model(station.text, station.path)
    held = inventory or Inventory.full(bench)
    parsed = parse_recipe(recipe, "episode.yaml")
    made = make_plan(parsed, bench, held, library=library(station))
    made.require_accepted()
    return made


def refusal(station: Station, recipe: str) -> str:
    """Return why a recipe is refused; nothing when it is accepted."""
    try:
        plan(station, recipe)
    except InputError as error:
        return str(error)
    return ""
