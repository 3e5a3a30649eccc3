"""Reads a recipe file; either everything in it is right, or every mistake in it is reported at once, with its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autosynth.errors import InputError, Problem
from autosynth.language.document import Document, Node
from autosynth.language.validation import Located, build, closest
from autosynth.language.yaml import garbage_collection_paused, load_yaml, parse_yaml
from autosynth.recipe.build import StepBuilder
from autosynth.recipe.model import Recipe, limits_fit, outside
from autosynth.recipe.parts import Entity, Override, Parameter, Reagent
from autosynth.recipe.scope import ScopeCheck
from autosynth.recipe.steps import Note
from autosynth.units import Quantity

_NAMED: dict[str, type[Located]] = {"reagents": Reagent, "parameters": Parameter, "define": Entity}


def load_recipe(path: Path | str) -> Recipe:
    """Return the recipe in a file.

    Raises:
        InputError: the file cannot be read, or something in it is wrong; all of it, each at its file:line:col.
    """
    with garbage_collection_paused():
        return _recipe(load_yaml(Path(path)))


def parse_recipe(text: str, file: str = "recipe.yaml") -> Recipe:
    """Return the recipe that a text says; `file` is what problems name as its place.

    Raises:
        InputError: something in it is wrong; all of it, each at its file:line:col.
    """
    with garbage_collection_paused():
        return _recipe(parse_yaml(text, file))


def _recipe(document: Document) -> Recipe:
    problems = list(document.problems)
    data = document.data
    if not isinstance(data, dict):
        raise InputError(
            *problems, Problem("this is not a recipe", document.mark(), "begin with autosynth: 1", "recipe")
        )
    body: dict[str, Any] = dict(data)
    for section, model in _NAMED.items():
        if isinstance(data.get(section), dict):
            body[section] = _named(document, section, model, problems)
    if isinstance(data.get("overrides"), list):
        body["overrides"] = _overrides(document, problems)
    if "steps" in data:
        steps = StepBuilder(document, problems).steps(data["steps"], document.key_mark(["steps"]))
        body["steps"] = steps or (Note(text="left out: it was wrong"),)
    recipe = build(Recipe, document, body, document.mark(), problems, data)
    checked = recipe or _without_header(document, body)
    if checked is not None:
        for parameter in checked.parameters.values():
            problems.extend(_parameter_problems(parameter))
        problems.extend(ScopeCheck(checked).run())
    if problems or recipe is None:
        raise InputError(*sorted(dict.fromkeys(problems), key=_place))
    return recipe


def _without_header(document: Document, body: Mapping[str, Any]) -> Recipe | None:
    """Return the recipe as far as its names can be checked although something at its top level is wrong."""
    kept = {key: body[key] for key in ("needs", *_NAMED, "steps") if key in body}
    return build(Recipe, document, {"autosynth": 1, "title": "(none)", **kept}, document.mark(), [])


def _named(document: Document, section: str, model: type[Located], problems: list[Problem]) -> dict[str, Located]:
    found: dict[str, Located] = {}
    entries = document.data[section] if isinstance(document.data, dict) else None
    for name, body in entries.items() if isinstance(entries, dict) else ():
        mark = document.key_mark([section, name])
        if not isinstance(body, dict) and not (body is None and model is Reagent):
            hint = "write {default: 2.2}" if model is Parameter else "write {key: value}"
            problems.append(Problem(f"{name}: a mapping is wanted", document.mark([section, name]), hint, "recipe"))
            body = {}
        fields: Mapping[str, Node] = body or {}
        if model is Reagent and "species" not in fields:
            fields = {**fields, "species": name}
        part = build(model, document, fields, mark, problems, body)
        found[name] = model.model_construct(**_DEFAULTS.get(model, {})) if part is None else part
    return found


def _overrides(document: Document, problems: list[Problem]) -> tuple[Override, ...]:
    found: list[Override] = []
    entries = document.data["overrides"] if isinstance(document.data, dict) else None
    for index, body in enumerate(entries if isinstance(entries, list) else ()):
        mark = document.mark(["overrides", index])
        if not isinstance(body, dict):
            problems.append(Problem("an override is a mapping", mark, "write {rule: ORDER, reason: ...}", "recipe"))
            continue
        part = build(Override, document, body, mark, problems)
        if part is not None:
            found.append(part)
    return tuple(found)


def _parameter_problems(parameter: Parameter) -> list[Problem]:
    """Return what is wrong between a parameter's default, limits and choices."""
    default = parameter.default
    if not limits_fit(parameter):
        hint = "min, max and default are of one kind"
        return [Problem("the limits are not of the default's kind", parameter.mark, hint, "units")]
    if isinstance(default, str) and not parameter.one_of:
        message = f"{default!r} is neither a quantity nor one of given choices"
        return [Problem(message, parameter.where("default"), f"add one_of: [{default}, ...]", "recipe")]
    if isinstance(default, Quantity) and parameter.one_of:
        return [Problem("one_of is for texts", parameter.where("one_of"), "give min and max for a number", "recipe")]
    complaint = outside(parameter, default)
    hint = closest(default, parameter.one_of) if isinstance(default, str) and parameter.one_of else ""
    return [Problem(f"the default {complaint}", parameter.where("default"), hint, "recipe")] if complaint else []


_DEFAULTS: dict[type[Located], dict[str, Any]] = {
    Parameter: {"default": Quantity(1.0, "number")},
    Entity: {"per": {}},
}


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.mark.line, problem.mark.column) if problem.mark else (0, 0)
