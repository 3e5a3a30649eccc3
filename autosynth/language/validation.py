"""A mapping of a file to a frozen pydantic model, with every mistake at its place and the likely correction."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue, SkipJsonSchema
from pydantic_core import CoreSchema, core_schema

from autosynth.errors import Mark, Problem
from autosynth.language.document import NOWHERE, Document, Node, Origin, RawMark
from autosynth.language.grammar import GrammarError
from autosynth.units import UnitError

REFERENCE = "x-definition"
"""Stands for "$ref" in the schema of one model; whoever joins models into one schema replaces it."""
M = TypeVar("M", bound="Located")


class FieldError(ValueError):
    """A model's own check failed: what is wrong, what would be right, and at which field."""

    def __init__(self, message: str, hint: str = "", field: str | None = None) -> None:
        self.message = message
        self.hint = hint
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Built:
    """Annotation of a field whose value was built before: it is only checked to be of the class."""

    kind: type

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler
        return core_schema.is_instance_schema(self.kind)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        del schema, handler
        return {REFERENCE: self.kind.__name__}


class Located(BaseModel):
    """A part of a file: frozen, refuses unknown keys, and can tell where it and its fields stand."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True, defer_build=True
    )

    origin: SkipJsonSchema[Annotated[Origin, Built(Origin)]] = Field(default=NOWHERE, exclude=True, repr=False)

    @property
    def mark(self) -> Mark:
        """Return the place where this part begins."""
        return self.origin.mark

    def where(self, *path: str | int) -> Mark:
        """Return the place of a field, by its name in the file; of the whole if it was not written."""
        return self.origin.where(*path)


def build(
    model: type[M],
    document: Document,
    body: Mapping[str, Any],
    mark: Mark | RawMark | None,
    problems: list[Problem],
    source: Node = None,
) -> M | None:
    """Return the model of a mapping, or None after adding what is wrong with it to the problems.

    `source` is the mapping as it stands in the document, where `body` is a changed copy of it.
    """
    origin = Origin(document, body if source is None else source, mark)  # type: ignore[arg-type]
    if "origin" in body:
        problems.append(_unknown("origin", model, origin))
        return None
    try:
        return model.model_validate({**body, "origin": origin}, context=origin)
    except ValidationError as error:
        found = [_problem(model, origin, dict(details)) for details in error.errors(include_url=False)]
        meant = {problem.hint for problem in found}
        problems.extend(problem for problem in found if f"did you mean {_missing(problem)}?" not in meant)
        return None


def closest(word: str, known: Iterable[str]) -> str:
    """Return the hint for a word that is not among the known ones: the nearest, or all of them."""
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"did you mean {near}?"
    return f"known: {', '.join(names[:20])}" if names else "none are known"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that was probably meant; empty if none is near. Swapped letters are nearer than others."""
    lowered = {name.lower(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.lower(), lowered, n=3, cutoff=0.6)
    swapped = [name for name in near if sorted(name) == sorted(word.lower())]
    return lowered[(swapped or near)[0]] if near else ""


def _missing(problem: Problem) -> str:
    """Return the key that a problem says is missing: no news if an unknown key was probably meant to be it."""
    return problem.hint.removeprefix("add ").removesuffix(": ...") if problem.message.endswith("is missing") else ""


def _unknown(key: str, model: type[BaseModel], origin: Origin) -> Problem:
    known = [field.alias or name for name, field in model.model_fields.items() if name != "origin"]
    return Problem(f"{key!r} is not a key here", origin.key(key), closest(key, known), rule="recipe")


def _problem(model: type[BaseModel], origin: Origin, details: dict[str, Any]) -> Problem:
    path: tuple[str | int, ...] = details["loc"]
    kind: str = details["type"]
    last = str(path[-1]) if path else ""
    if kind == "extra_forbidden" and len(path) == 1:
        return _unknown(last, model, origin)
    cause = details.get("ctx", {}).get("error")
    place = origin.where(*path)
    if isinstance(cause, UnitError):
        return Problem(_prefixed(path, cause.message), place, cause.hint, rule="units")
    if isinstance(cause, GrammarError):
        place = origin.document.shifted(place, cause.column)
        return Problem(_prefixed(path, cause.message), place, cause.hint, rule="expression")
    if isinstance(cause, FieldError):
        return Problem(cause.message, origin.where(*path, *filter(None, [cause.field])), cause.hint, rule="recipe")
    if cause is not None:
        return Problem(_prefixed(path, str(cause)), place, rule="recipe")
    if kind == "missing":
        return Problem(f"{last!r} is missing", place, f"add {last}: ...", rule="recipe")
    if kind == "literal_error":
        allowed: str = details["ctx"]["expected"].replace("'", "")
        near = nearest(str(details["input"]), re.split(", | or ", allowed))
        hint = f"did you mean {near}?" if near else f"choose {allowed}"
        return Problem(_prefixed(path, f"{details['input']!r} is not one of the choices"), place, hint)
    message, hint = _WORDS.get(kind, (details["msg"], ""))
    return Problem(_prefixed(path, message), place, hint, rule="recipe")


def _prefixed(path: tuple[str | int, ...], message: str) -> str:
    names = [str(step) for step in path if isinstance(step, str)]
    return f"{names[-1]}: {message}" if names else message


_WORDS: dict[str, tuple[str, str]] = {
    "string_type": ("a text is wanted", "put it in quotes if it looks like a number"),
    "int_type": ("a whole number is wanted", "write for instance 3"),
    "bool_type": ("true or false is wanted", "write true or false"),
    "dict_type": ("a mapping is wanted", "write {key: value}"),
    "mapping_type": ("a mapping is wanted", "write {key: value}"),
    "list_type": ("a list is wanted", "write [one, two]"),
    "tuple_type": ("a list is wanted", "write [one, two]"),
    "model_type": ("a mapping is wanted", "write {key: value}"),
    "too_short": ("the list is empty", "write at least one"),
    "string_too_short": ("the text is empty", "write something"),
    "string_too_long": ("the text is too long", ""),
    "string_pattern_mismatch": ("not a name", "letters, digits and _ only, and no digit first"),
}
