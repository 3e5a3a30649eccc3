"""Writes the tables of the documents: fields of recipes and stations from the models that read them, and faults.

A table stands between `<!-- fields NAME -->` and `<!-- /fields -->`; NAME is a verb or a model. Those of faults stand
between `<!-- faults -->`, `<!-- keys -->` and their ends. What is around them is prose by hand, and left alone.
Run it after a change to a model or a fault: `python docs/reference.py`.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from autosynth.campaign import declaration
from autosynth.language.fields import ConditionOf, ExpressionOf, TextOf
from autosynth.language.jsonschema import field_descriptions, written_default
from autosynth.recipe.evaluate import Spectra, Titration
from autosynth.recipe.exposure import EXPOSURES
from autosynth.recipe.measure import Entry, Nmr, Voltammetry
from autosynth.recipe.model import Recipe
from autosynth.recipe.parts import Entity, Override, Parameter, Reagent
from autosynth.recipe.steps import VERBS
from autosynth.station import schema, schemaplumbing, schemasolid
from simulators.bench import MODELS
from simulators.faultkinds import KEYS, KINDS

DOCS = Path(__file__).parent
PARTS: Mapping[str, type[BaseModel]] = {
    **VERBS,
    **{
        each.__name__: each
        for each in (Recipe, Reagent, Parameter, Entity, Override, Voltammetry, Nmr, Entry, Titration, Spectra)
    },
    **{each.__name__: each for each in EXPOSURES.values()},
    **{
        name: each
        for module in (schema, schemaplumbing, schemasolid, declaration)
        for name, each in vars(module).items()
        if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == module.__name__
    },
}
"""Name between the marks -> model."""
EVERYWHERE = {"origin"}
OF_EVERY_STEP = {"id", "about"}
"""Described once, above the verbs."""
TABLE = re.compile(r"(<!-- fields (?P<name>\w+) -->\n).*?(<!-- /fields -->)", re.DOTALL)
OTHERS = re.compile(r"(<!-- (?P<name>faults|keys) -->\n).*?(<!-- /(?P=name) -->)", re.DOTALL)
DOCUMENTS = ("campaigns.md", "faults.md", "recipes.md", "stations.md")
SENTENCE = re.compile(r"(?<=[^.])\.$")


def updated(text: str) -> str:
    """Return a document's text with its tables as the models have them.

    Raises:
        KeyError: a mark names no verb and no model.
    """
    text = TABLE.sub(lambda match: f"{match[1]}{table(PARTS[match['name']])}{match[3]}", text)
    others: Mapping[str, Callable[[], str]] = {"faults": faults, "keys": keys}
    return OTHERS.sub(lambda match: f"{match[1]}{others[match['name']]()}{match[3]}", text)


def table(model: type[BaseModel]) -> str:
    """Return the table of a model's fields: key, kind, default, meaning."""
    said = field_descriptions(model)
    left_out = EVERYWHERE | (OF_EVERY_STEP if model in VERBS.values() else set())
    rows = [
        (f"`{field.alias or name}`", kind(field), default(field), _plain(said.get(name, "")))
        for name, field in model.model_fields.items()
        if name not in left_out
    ]
    return _table(("key", "kind", "default", "meaning"), rows)


def faults() -> str:
    """Return the table of faults: name, what it befalls, keys, what happens, who notices."""
    rows = [
        (f"`{name}`", _befalls(name), " ".join(f"`{key}`" for key in ("t", *kind.keys)), kind.meaning, kind.noticed)
        for name, kind in KINDS.items()
    ]
    return _table(("fault", "of", "keys", "what happens", "by its driver"), rows)


def keys() -> str:
    """Return the table of the keys of faults."""
    return _table(("key", "meaning"), [(f"`{key}`", meaning) for key, meaning in KEYS.items()])


def _befalls(name: str) -> str:
    kind = KINDS[name]
    if kind.of != "device":
        return {"replies": "replies of all", "port": "all"}[kind.of]
    faces = {model: get_type_hints(import_module(module).build)["return"] for model, module in MODELS.items()}
    return " ".join(f"`{model}`" for model, face in faces.items() if name in face.faults)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [_row(head), f"|{'---|' * len(head)}", *map(_row, rows)]
    return "".join(f"{line}\n" for line in lines)


def default(field: FieldInfo) -> str:
    """Return a field's default as a table says it."""
    if field.is_required():
        return "required"
    written = written_default(field)
    if written is None or written == "":
        return ""
    return str(written).lower() if isinstance(written, bool) else f"{written}"


def kind(field: FieldInfo) -> str:
    """Return what a field holds, in a word or two."""
    for mark in (*field.metadata, *_inside(field.annotation)):
        found = _marked(mark)
        if found:
            also = [f"`{each}`" for each in _choices(field.annotation)]
            return ", ".join([found, *also])
    choices = [f"`{each}`" for each in _choices(field.annotation)]
    others = [_simple(each) for each in get_args(field.annotation) if choices and get_args(each) and not _choices(each)]
    return ", ".join([*choices, *others]) or _simple(field.annotation)


def _marked(mark: object) -> str:
    """Return the kind that an annotation tells; empty if it tells none."""
    if isinstance(mark, WithJsonSchema) and mark.json_schema and "anyOf" in mark.json_schema:
        words = [f"`{each['const']}`" for each in mark.json_schema["anyOf"] if "const" in each]
        return ", ".join([*words, "temperature"])
    if isinstance(mark, ConditionOf):
        return "condition"
    if isinstance(mark, (ExpressionOf, TextOf)):
        name = mark.dimension.replace("_", " ")
        example = getattr(mark, "example", "")
        return f"{name} ± sd" if "±" in example else f"range of {name}" if " to " in example else name
    return ""


def _inside(annotation: Any) -> list[object]:
    """Return the marks of an annotation, but not those of what stands in a list or mapping."""
    if getattr(annotation, "__origin__", None) in {dict, list, tuple}:
        return []
    marks = list(getattr(annotation, "__metadata__", ()))
    for part in get_args(annotation):
        marks += _inside(part)
    return marks


def _choices(annotation: Any) -> list[str]:
    if "Literal" in repr(getattr(annotation, "__origin__", "")):
        return [str(each) for each in get_args(annotation)]
    if getattr(annotation, "__origin__", None) in {dict, list, tuple}:
        return []
    return [each for part in get_args(annotation) for each in _choices(part)]


def _simple(annotation: Any) -> str:
    parts = [part for part in get_args(annotation) if part is not type(None)]
    origin = getattr(annotation, "__origin__", None)
    if origin in {list, tuple}:
        inner = getattr(parts[0], "__origin__", None)
        return "list of lists" if inner is tuple else "list"
    if origin is dict or annotation is dict:
        return "mapping"
    if isinstance(annotation, type):
        if issubclass(annotation, bool):
            return "true, false"
        if issubclass(annotation, int):
            return "whole number"
        return {"str": "text", "float": "number", "Requirement": "strength", "Basis": "text"}.get(
            annotation.__name__, "mapping" if issubclass(annotation, BaseModel) else "text or number"
        )
    return _simple(parts[0]) if parts else "anything"


def _plain(text: str) -> str:
    return SENTENCE.sub("", text.strip()).replace("|", "\\|")


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def main() -> int:
    """Write the documents again; say which have changed."""
    for path in (DOCS / name for name in DOCUMENTS):
        text = path.read_text(encoding="utf-8")
        if updated(text) != text:
            path.write_text(updated(text), encoding="utf-8")
            print(f"{path.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
