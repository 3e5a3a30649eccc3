"""The JSON Schema of a recipe, for editors that complete and check while one writes.

It describes the shape; names, units of expressions and what belongs together are checked by the loader alone.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from autosynth.language.expression import Expression
from autosynth.language.validation import REFERENCE
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
    whole = {"$schema": GenerateJsonSchema.schema_dialect, **schema, "$defs": definitions}
    return {key: _referring(part) for key, part in whole.items()}


def _schema(model: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    definitions.update(schema.pop("$defs", {}))
    return schema


def _referring(node: Any) -> Any:
    if isinstance(node, dict):
        if REFERENCE in node:
            return {"$ref": f"#/$defs/{node[REFERENCE]}"}
        return {key: _referring(part) for key, part in node.items()}
    return [_referring(part) for part in node] if isinstance(node, list) else node


class _Generator(GenerateJsonSchema):
    """Shows a default quantity as it would be written."""

    def encode_default(self, dft: Any) -> Any:
        return dft.text if isinstance(dft, Expression) else super().encode_default(dft)
