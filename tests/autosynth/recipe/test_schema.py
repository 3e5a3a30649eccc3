import json

from autosynth.recipe.schema import recipe_schema
from autosynth.recipe.steps import VERBS


def test_the_schema_knows_every_verb_and_refers_only_to_what_it_defines() -> None:
    """An editor can follow every reference."""
    schema = recipe_schema()
    text = json.dumps(schema)
    assert list(VERBS) == list(schema["$defs"]["step"]["properties"])
    referred = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert referred <= set(schema["$defs"])
    assert "x-definition" not in text


def test_fields_are_called_as_in_the_file_and_unknown_ones_are_refused() -> None:
    """`for`, not `for_`; and no places of the loader."""
    definitions = recipe_schema()["$defs"]
    assert {"id", "about", "for", "tolerance"} == set(definitions["wait"]["properties"])
    assert not definitions["wait"]["additionalProperties"]
    assert definitions["heat"]["properties"]["tolerance"]["default"] == "2 K"
