"""`autosynth schema`: what a recipe, a station or a species library may say, for editors."""

from collections.abc import Callable, Mapping
from typing import Any

from autosynth.analysis.species import Library
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.errors import InputError, Problem
from autosynth.language.jsonschema import joined, model_schema
from autosynth.language.validation import closest
from autosynth.recipe.schema import recipe_schema
from autosynth.station.drivers import driver_names
from autosynth.station.schemafile import station_schema


def print_schema(of: str) -> int:
    """Print the JSON Schema of a kind of file.

    Raises:
        InputError: there is no such kind.
    """
    if of not in SCHEMAS:
        raise InputError(Problem(f"{of!r} is no kind of file", hint=closest(of, SCHEMAS), rule="option"))
    print_json(SCHEMAS[of]())
    return Exit.COMPLETE


def species_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of species libraries."""
    definitions: dict[str, Any] = {}
    return joined(model_schema(Library, definitions), definitions, "autosynth species library")


SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "recipe": recipe_schema,
    "station": lambda: station_schema(driver_names()),
    "species": species_schema,
}
"""Kind of file -> its schema."""
