"""The JSON Schema of a recipe, for editors that complete and check while one writes.

It describes the shape; names, units of expressions and what belongs together are checked by the loader alone.
"""

from typing import Any

from autosynth.recipe.model import Recipe
from autosynth.recipe.parts import Entity, Override, Parameter, Reagent
from autosynth.recipe.steps import VERBS

_SHORT: dict[str, dict[str, Any]] = {
    "wait": {"type": "string", "description": "a time, such as 10 min"},
    "note": {"type": "string", "description": "the remark"},
}
_PARTS = (Reagent, Parameter, Entity, Override)


def recipe_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of recipe files."""
    definitions: dict[str, Any] = {}
    schema = _schema(Recipe, definitions)
    for part in _PARTS:
        definitions[part.__name__] = _schema(part, definitions)
    choices: list[dict[str, Any]] = []
    for verb, model in VERBS.items():
        definitions[verb] = _schema(model, definitions)
        body: dict[str, Any] = {"$ref": f"#/$defs/{verb}"}
        if verb in _SHORT:
            body = {"anyOf": [_SHORT[verb], body]}
        choices.append(
            {"type": "object", "properties": {verb: body}, "required": [verb], "additionalProperties": False},
        )
    definitions["step"] = {"oneOf": choices}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": definitions}


def _schema(model: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions.update(schema.pop("$defs", {}))
    return schema
