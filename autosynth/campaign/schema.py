"""The JSON Schema of a campaign's file, for editors; names are checked against the recipe by the loader alone."""

from typing import Any

from autosynth.campaign.declaration import Declaration
from autosynth.campaign.declared import IGNORE, NAMED, SINGLE
from autosynth.language.jsonschema import joined, model_schema


def campaign_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of campaigns' files."""
    definitions: dict[str, Any] = {}
    schema = model_schema(Declaration, definitions)
    for part in (*NAMED.values(), *SINGLE.values()):
        definitions[part.__name__] = model_schema(part, definitions)
    definitions["ColumnEntry"] = {"anyOf": [{"const": IGNORE}, definitions["ColumnEntry"]]}
    definitions["VariableEntry"]["type"] = ["object", "null"]
    return joined(schema, definitions, "autosynth campaign")
