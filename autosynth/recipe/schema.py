"""The JSON Schema of a recipe, for editors that complete and check while one writes.

It describes the shape and how quantities are written; names, units of expressions and what belongs together across
steps are checked by the loader alone.
"""

from typing import Any

from autosynth.language.jsonschema import joined, model_schema
from autosynth.language.patterns import quantity_schema, range_schema
from autosynth.recipe.evaluate import CONCLUSIONS
from autosynth.recipe.exposure import DISSOLVED, EXPOSURES, SOLID
from autosynth.recipe.measure import TECHNIQUES
from autosynth.recipe.model import Recipe
from autosynth.recipe.parts import Entity, Override, Parameter, Reagent
from autosynth.recipe.steps import VERBS
from autosynth.recipe.verbs import QUANTITIES_OF_ADD
from autosynth.recipe.verbs_solid import QUANTITIES_OF_DOSE

_SHORT: dict[str, dict[str, Any]] = {  # what stands directly after the verb
    "wait": quantity_schema("time", expression=True),
    "note": {"minLength": 1},
    "stop": {"minLength": 1},
}
_PARTS = (Reagent, Parameter, Entity, Override)
KINDS = (
    "vessel",
    "stirred_vessel",
    "measuring_cell",
    "vial",
    "potentiostat",
    "liquid_handler",
    "pump",
    "stirrer",
    "thermostat",
    "nmr_tube",
    "nmr_tube_rack",
    "jar",
    "infrared_spectrometer",
    "powder_diffractometer",
    "uv_vis_spectrometer",
    "sorption_analyser",
    "element_analyser",
    "mass_spectrometer",
)
"""Kinds of roles that an editor offers; a station may have others."""
_TO_OR_OFF: dict[str, Any] = {"anyOf": [{"required": ["to"]}, {"required": ["off"]}]}
_OF_WHAT = {"equivalents": ["of"], "of": ["equivalents"]}
_SAMPLE: dict[str, Any] = {
    "dependentRequired": {"of": ["sample"], "sample": ["of"]},
    "properties": {"aliquot": False},
}
DIPPED = "uv_vis"
"""What a probe in a vessel can measure, too, without an aliquot."""
_OF_SCANS = ("until", "decide", "scans_at_most", "species")


def _by_file(technique: str) -> dict[str, Any]:
    """Return what a measurement by file needs and has not: an aliquot of a solid or a sample of a liquid."""
    kinds = [name for name, able in (("aliquot", SOLID), ("sample", DISSOLVED)) if technique in able]
    never = [*_OF_SCANS, *({"aliquot", "sample"} - set(kinds))]
    if technique == DIPPED:
        return {"properties": dict.fromkeys(sorted(never), False)}
    return {"oneOf": [{"required": [kind]} for kind in kinds], "properties": dict.fromkeys(sorted(never), False)}


_TOGETHER: dict[str, dict[str, Any]] = {
    "add": {
        "oneOf": [{"required": [name]} for name in QUANTITIES_OF_ADD],
        "dependentRequired": _OF_WHAT,
    },
    "dose": {
        "oneOf": [{"required": [name]} for name in QUANTITIES_OF_DOSE],
        "dependentRequired": _OF_WHAT,
    },
    "grind": {
        "oneOf": [{"required": ["for"]}, {"required": ["energy"]}],
        "dependentRequired": {"liquid": ["eta"], "eta": ["liquid"]},
    },
    "heat": _TO_OR_OFF,
    "cool": _TO_OR_OFF,
    "measure": {
        "oneOf": [{"required": [name]} for name in TECHNIQUES],
        "dependentRequired": {name: ["of"] for name in EXPOSURES},
        "dependentSchemas": {name: _by_file(name) if name in EXPOSURES else _SAMPLE for name in TECHNIQUES},
    },
    "clean": {"oneOf": [{"required": ["vessel"]}, {"required": ["line"]}]},
    "evaluate": {"oneOf": [{"required": [name]} for name in CONCLUSIONS]},
}
"""What the fields of one verb are to each other."""


def recipe_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of recipe files."""
    definitions: dict[str, Any] = {}
    schema = model_schema(Recipe, definitions)
    for part in _PARTS:
        definitions[part.__name__] = model_schema(part, definitions)
    strength = range_schema("concentration", "9 to 11 mmol/L in acetone", tail="(?: in .*)?")
    del strength["description"]
    definitions["Reagent"]["properties"]["requires"] |= strength
    definitions["Reagent"]["type"] = ["object", "null"]
    for verb, model in VERBS.items():
        definitions[verb] = model_schema(model, definitions) | _TOGETHER.get(verb, {})
    definitions["step"] = _step(definitions)
    schema["properties"]["libraries"] |= {"propertyNames": {"enum": list(TECHNIQUES)}}
    schema["properties"]["needs"]["additionalProperties"] |= {"examples": list(KINDS)}
    return joined(schema, definitions, "autosynth recipe")


def _step(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a step: one key, the verb."""
    verbs: dict[str, Any] = {}
    for verb in VERBS:
        whole: dict[str, Any] = {"$ref": f"#/$defs/{verb}"}
        if verb in _SHORT:
            whole = {**definitions[verb], **_SHORT[verb], "type": ["string", "object"]}
        verbs[verb] = {**whole, "title": verb, "description": definitions[verb].get("description", "")}
    return {
        "type": "object",
        "title": "step",
        "description": "One step: one key, the verb.",
        "properties": verbs,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
