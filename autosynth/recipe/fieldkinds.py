"""Which fields of a model are expressions or conditions, read off its annotations."""

import functools
from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from autosynth.language.fields import ConditionOf, ExpressionOf


@functools.cache
def expression_fields(model: type[BaseModel]) -> tuple[tuple[str, str, str], ...]:
    """Return name, key in the file and dimension of every field that is an expression."""
    return tuple(
        (name, field.alias or name, mark.dimension)
        for name, field in model.model_fields.items()
        for mark in _annotations(field)
        if isinstance(mark, ExpressionOf)
    )


@functools.cache
def condition_fields(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields that are conditions."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if any(isinstance(mark, ConditionOf) for mark in _annotations(field))
    )


def is_text(field: FieldInfo) -> bool:
    """Say whether a field is a text, perhaps an optional one."""
    return field.annotation is str or any(
        get_args(part)[:1] == (str,) or part is str for part in get_args(field.annotation)
    )


def _annotations(field: FieldInfo) -> Iterator[object]:
    yield from field.metadata
    yield from _inside(field.annotation)


def _inside(annotation: object) -> Iterator[object]:
    for part in get_args(annotation):
        yield part
        yield from _inside(part)
