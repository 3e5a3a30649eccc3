"""A library's YAML file, read into the model that says what belongs in it."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from autosynth.errors import InputError, Mark, Problem

Model = TypeVar("Model", bound=BaseModel)


def parse_document(model: type[Model], text: str, file: str, rule: str) -> Model:
    """Read YAML text into a model.

    Raises:
        InputError: it is not YAML, or does not fit the model: every problem found, under `rule`.
    """
    try:
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark
        mark = Mark(file, place.line + 1, place.column + 1) if place else None
        raise InputError(Problem(str(error.problem or error), mark)) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(*(_problem(file, one["loc"], one["msg"], rule) for one in error.errors())) from error


def _problem(file: str, where: tuple[int | str, ...], message: str, rule: str) -> Problem:
    return Problem(f"{file}: {'.'.join(map(str, where)) or 'library'}: {message}", rule=rule)


def document_text(path: Path, what: str) -> str:
    """Return a file's text.

    Raises:
        InputError: it cannot be read; `what` says what it would have been.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(Problem(f"cannot read {what} {path}: {error.strerror}")) from error
