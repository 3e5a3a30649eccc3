"""From files to a plan: recipe, station, its ledger and the species library, as one reading of the disk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import platformdirs

from autosynth.analysis.libraries import AnyLibrary, Shelf, parse_any_library
from autosynth.engine.beginning import require_same
from autosynth.errors import InputError, Problem
from autosynth.files import read_within
from autosynth.language.source import LARGEST_FILE, decode
from autosynth.language.validation import nearest
from autosynth.language.yaml import garbage_collection_paused
from autosynth.plan.check import make_plan
from autosynth.plan.ground import Ground, ground, onward
from autosynth.plan.tree import Plan
from autosynth.recipe.load import parse_recipe
from autosynth.recipe.model import Recipe
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_from_json
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import parse_station
from autosynth.station.model import Station


@dataclass(frozen=True)
class Inputs:
    """A plan with everything it was made from, texts as they were read."""

    plan: Plan
    held: Inventory
    """What was where when the plan was made; others may look at the same."""
    library: AnyLibrary | Shelf | None
    texts: Mapping[str, str]
    """File name in the run folder -> content."""

    @cached_property
    def inventory(self) -> Inventory:
        """Return a copy of what is where, which a run may change."""
        return self.held.copy()


@garbage_collection_paused()
def read_inputs(
    recipe: Path,
    station: Path | None = None,
    settings: Mapping[str, str] | None = None,
    acknowledgements: Mapping[str, str] | None = None,
    library: Path | None = None,
    inventory: Inventory | None = None,
    today: date | None = None,
) -> Inputs:
    """Read a recipe and its station (by default `station.yaml` beside it) and plan the one on the other.

    `library` overrides where the recipe says its species library is: a run folder keeps its own copy. `inventory`
    overrides the station's ledger: a recovery plans from what was where when the run began. Without `today` no stock
    is found expired: a simulated run must not depend on the day.

    Raises:
        InputError: a file is missing or wrong; the plan's own problems are in the plan, not raised.
    """
    bench = station or recipe.parent / "station.yaml"
    texts = {"recipe.yaml": read_text(recipe), "station.yaml": read_text(bench)}
    parsed = parse_recipe(texts["recipe.yaml"], str(recipe))
    species = read_libraries(parsed, recipe, library, texts)
    described, fresh, start = _station(texts["station.yaml"], bench)
    held = inventory or _on_record(described, bench)
    if held is not None:
        start = onward(start.can, held)
    held = held or fresh
    plan = make_plan(parsed, described, held, settings, acknowledgements, library=species, today=today, ground=start)
    return Inputs(plan, held, species, texts)


def kept_inputs(folder: Path, station: Station, opening: Mapping[str, Any]) -> Inputs:
    """Read what a run was started from, its own copies; what is where is that of its first event, `opening`.

    So the plan is the one that was accepted, with the same places of racks.

    Raises:
        InputError: a file of the run folder no longer reads, or is not what the run began with.
    """
    inputs = read_inputs(
        folder / "recipe.yaml",
        folder / "station.yaml",
        opening["settings"],
        opening["acknowledged"],
        folder / "library.yaml",
        inventory_from_json(opening["inventory"], station),
    )
    require_same(inputs.texts, opening.get("inputs", {}))
    return inputs


def read_libraries(parsed: Recipe, recipe: Path, kept: Path | None, texts: dict[str, str]) -> AnyLibrary | Shelf | None:
    """Return what a recipe's results are looked up in, and put its text into `texts`, by its name in a run folder.

    A recipe that measures in several ways has several; a run folder has its own copies at `kept` or beside it.

    Raises:
        InputError: a file is missing or wrong.
    """
    if parsed.library is not None:
        path = kept or recipe.parent / parsed.library
        texts["library.yaml"] = read_text(path)
        return _library(texts["library.yaml"], str(path))
    found: dict[str, AnyLibrary] = {}
    for technique, file in parsed.libraries.items():
        name = f"library_{technique}.yaml"
        path = recipe.parent / file if kept is None else kept.with_name(name)
        texts[name] = read_text(path)
        found[technique] = _library(texts[name], str(path))
    return Shelf(found) if found else None


@lru_cache(maxsize=16)
def _library(text: str, file: str) -> AnyLibrary:
    """Read a library; many recipes share one, which never changes once it is read."""
    return parse_any_library(text, file)


@lru_cache(maxsize=16)
def _station(text: str, file: Path) -> tuple[Station, Inventory, Ground]:
    """Read a station, what it holds when it is fresh, and what plans on it begin from then."""
    station = replace(parse_station(text, str(file)), path=file)
    fresh = Inventory.full(station)
    return station, fresh, ground(station, fresh)


def ledger_inventory(station: Station, file: Path) -> Inventory:
    """Return what the station's ledger says is where; a fresh full bench when it has no ledger yet.

    Raises:
        InputError: the ledger names a vessel that the station no longer has.
        JournalError: the ledger cannot be read.
    """
    return _on_record(station, file) or Inventory.full(station)


def _on_record(station: Station, file: Path) -> Inventory | None:
    path = ledger_path(file)
    if not path.exists():
        return None
    with Ledger(path, utc_now) as ledger:
        return ledger.load(station)


def watermarks() -> Path:
    """Return the folder in which this computer's user has told how far each run has come."""
    return platformdirs.user_state_path("autosynth") / "runs"


def utc_now() -> datetime:
    """Return the time of day, for entries that people read."""
    return datetime.now(UTC)


def read_text(path: Path) -> str:
    """Return a text file's content, its lines ended by line feeds and without a byte order mark.

    Raises:
        InputError: it does not exist, is no regular file, is larger than 10 MB, or is not UTF-8 text.
    """
    try:
        text = decode(read_within(path, LARGEST_FILE), str(path))
    except FileNotFoundError as error:
        near = nearest(path.name, [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else [])
        hint = f"did you mean {path.parent / near}?" if near else ""
        raise InputError(Problem(f"there is no file {path}", hint=hint, rule="file")) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(Problem(f"{path} cannot be read: {reason}", hint="check the path", rule="file")) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
