"""JSON Schema (draft 2020-12) of the models that files are read into, for editors that complete and check.

Titles are the fields' names, descriptions are the texts below them in the source; an optional field is one that may
be left out, so `null` is not offered.
"""

import ast
import functools
import inspect
import itertools
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from autosynth.language.expression import Expression
from autosynth.language.fields import TextOf
from autosynth.language.validation import REFERENCE
from autosynth.units import Uncertain, format_quantity

DIALECT = GenerateJsonSchema.schema_dialect


def model_schema(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one model; what it refers to is added to the definitions."""
    schema: dict[str, Any] = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    inner = {part.__name__: part for part in _models(model)}
    for name, part in schema.pop("$defs", {}).items():
        definitions[name] = _described(_plain(part), inner[name])
    return _described(_plain(schema), model)


def _described(schema: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's schema with the names, texts and defaults of its fields as they are written."""
    said = field_descriptions(model)
    for name, field in model.model_fields.items():
        entry = schema.get("properties", {}).get(field.alias or name)
        if entry is not None:
            _describe(entry, field.alias or name, said.get(name, ""))
            default = written_default(field)
            if default is not None:
                entry["default"] = default
    return schema


def joined(schema: Mapping[str, Any], definitions: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Return one whole schema of a root and its definitions, its references resolved to them."""
    whole = {"$schema": DIALECT, **schema, "title": title, "$defs": definitions}
    return {key: _referring(part) for key, part in whole.items()}


@functools.cache
def field_descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return the texts that stand below a model's fields, and below those it inherits, by the field's name."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel:
            found.update(_texts(part))
    return found


def written_default(field: FieldInfo) -> Any:
    """Return a field's default as it would be written in a file; None if there is none, or nothing to write."""
    default = field.default
    if field.is_required() or default is None or field.default_factory is not None:
        return None
    if isinstance(default, Expression):
        return default.text
    for mark in field.metadata:
        if isinstance(mark, TextOf) and isinstance(default, float):
            return format_quantity(default, mark.dimension)
        if isinstance(mark, TextOf) and isinstance(default, Uncertain):
            spread = f" ± {format_quantity(default.sd, mark.dimension)}" if default.sd else ""
            return f"{format_quantity(default.value, mark.dimension)}{spread}"
    return list(default) or None if isinstance(default, tuple) else default


def _models(part: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation is made of, and those in their fields."""
    if isinstance(part, type) and issubclass(part, BaseModel):
        yield part
        for field in part.model_fields.values():
            yield from _models(field.annotation)
    for inner in get_args(part):
        yield from _models(inner)


def _texts(model: type[BaseModel]) -> dict[str, str]:
    """Return the texts below the fields that one class declares."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(text.value.value).replace("\n", " ")
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def _describe(entry: dict[str, Any], name: str, text: str) -> None:
    """Put a field's name and text into its schema, before what its kind says."""
    kind = entry.get("description", "")
    entry["title"] = name
    said = " ".join(filter(None, (text, kind)))
    if said:
        entry["description"] = said


def _plain(node: Any) -> Any:
    """Return a schema without `null` as one of several choices, and without a `null` default."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _plain(part) for key, part in node.items() if not (key == "default" and part is None)}
    choices = [part for part in plain.get("anyOf", ()) if part != {"type": "null"}]
    if len(choices) == 1:
        del plain["anyOf"]
        return {**choices[0], **plain}
    return plain | {"anyOf": choices} if choices else plain


def _referring(node: Any) -> Any:
    if isinstance(node, dict):
        if REFERENCE in node:
            rest = {key: part for key, part in node.items() if key != REFERENCE}
            return {"$ref": f"#/$defs/{node[REFERENCE]}", **rest}
        return {key: _referring(part) for key, part in node.items()}
    return [_referring(part) for part in node] if isinstance(node, list) else node


class _Generator(GenerateJsonSchema):
    """Shows a default quantity as it would be written."""

    def encode_default(self, dft: Any) -> Any:
        return dft.text if isinstance(dft, Expression) else super().encode_default(dft)
