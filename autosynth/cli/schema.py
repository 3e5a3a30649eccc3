"""`autosynth schema`: what a recipe, a station or a library of any technique may say, for editors."""

from collections.abc import Callable, Mapping
from typing import Any

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.libraries import AnyLibrary
from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.plasmons import PlasmonLibrary
from autosynth.analysis.species import Library
from autosynth.campaign.schema import campaign_schema
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


def library_schema(model: type[AnyLibrary], title: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind of library."""
    definitions: dict[str, Any] = {}
    return joined(model_schema(model, definitions), definitions, title)


SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "recipe": recipe_schema,
    "campaign": campaign_schema,
    "station": lambda: station_schema(driver_names()),
    "species": lambda: library_schema(Library, "autosynth species library"),
    "lines": lambda: library_schema(LineLibrary, "autosynth library of lines"),
    "phases": lambda: library_schema(PhaseLibrary, "autosynth library of phases"),
    "bands": lambda: library_schema(BandLibrary, "autosynth library of bands"),
    "plasmons": lambda: library_schema(PlasmonLibrary, "autosynth library of plasmons"),
    "adsorbates": lambda: library_schema(AdsorbateLibrary, "autosynth library of adsorbates"),
}
"""Kind of file -> its schema."""
