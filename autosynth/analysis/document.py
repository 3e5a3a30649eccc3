"""A library's YAML file, read into the model that says what belongs in it."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.document import Document
from autosynth.language.yaml import parse_yaml

Model = TypeVar("Model", bound=BaseModel)
MOST_SHOWN = 200
"""So many problems of one file are told."""


def parse_document(model: type[Model], text: str, file: str, rule: str) -> Model:
    """Read YAML text into a model.

    Raises:
        InputError: it is not YAML as `autosynth.language.yaml` has it, or does not fit the model: every problem
            found, at its place, those of the model under `rule`.
    """
    document = parse_yaml(text, file)
    try:
        found = model.model_validate(document.data)
    except ValidationError as error:
        wrong = (_problem(document, one["loc"], one["msg"], rule) for one in error.errors()[:MOST_SHOWN])
        raise InputError(*document.problems, *wrong) from error
    if document.problems:
        raise InputError(*document.problems)
    return found


def _problem(document: Document, where: tuple[int | str, ...], message: str, rule: str) -> Problem:
    place = document.mark(where) if where else Mark(document.file, 1, 1)
    return Problem(f"{'.'.join(map(str, where)) or 'library'}: {message}", place, rule=rule)
