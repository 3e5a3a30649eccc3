"""Reads a campaign's file: either everything in it is right, or every mistake is reported at once, with its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autosynth.campaign.declaration import (
    AfterEntry,
    ColumnEntry,
    ConstraintEntry,
    Declaration,
    DesignEntry,
    LimitEntry,
    MixtureEntry,
    ObjectiveEntry,
    ObservedEntry,
    OptimiserEntry,
    VariableEntry,
)
from autosynth.errors import InputError, Problem
from autosynth.language.document import Document, Node
from autosynth.language.validation import Located, build
from autosynth.language.yaml import load_yaml

NAMED: Mapping[str, type[Located]] = {
    "columns": ColumnEntry,
    "vary": VariableEntry,
    "mixtures": MixtureEntry,
    "constraints": ConstraintEntry,
    "objectives": ObjectiveEntry,
    "limits": LimitEntry,
    "observe": ObservedEntry,
}
SINGLE: Mapping[str, type[Located]] = {"after": AfterEntry, "design": DesignEntry, "optimiser": OptimiserEntry}
"""Section of a campaign's file -> the model of each of its named entries, or of the section itself."""
IGNORE = "ignore"
"""What stands for a column that is a remark."""


def read_declaration(path: Path) -> Declaration:
    """Return what a campaign's file says; its names are not checked against the recipe yet.

    Raises:
        InputError: the file cannot be read, or something in it is wrong; all of it, each at its file:line:col.
    """
    document = load_yaml(path)
    problems = list(document.problems)
    data = document.data
    if not isinstance(data, dict):
        told = Problem("this is not a campaign", document.mark(), "begin with campaign: 1", "campaign")
        raise InputError(*problems, told)
    body: dict[str, Any] = dict(data)
    for section, model in NAMED.items():
        if isinstance(data.get(section), dict):
            body[section] = _named(document, data[section], model, problems)
    for section, model in SINGLE.items():
        inner = data.get(section)
        if isinstance(inner, dict):
            part = build(model, document, inner, document.key_of(data, section), problems)
            if part is None:
                body.pop(section)
            else:
                body[section] = part
    declared = build(Declaration, document, body, document.mark(), problems, data)
    problems += [] if declared is None else _together(declared)
    if problems or declared is None:
        raise InputError(*sorted(dict.fromkeys(problems), key=_place))
    return declared


def _named(document: Document, entries: Node, model: type[Located], problems: list[Problem]) -> dict[str, Located]:
    found: dict[str, Located] = {}
    for name, given in entries.items() if isinstance(entries, dict) else ():
        mark = document.key_of(entries, name)
        fields: Node = {"ignore": True} if model is ColumnEntry and given == IGNORE else given
        if fields is None and model is VariableEntry:
            fields = {}
        if not isinstance(fields, dict):
            told = f"{name}: a mapping is wanted"
            problems.append(Problem(told, document.value_of(entries, name), "write {key: value}", "campaign"))
            continue
        part = build(model, document, fields, mark, problems, given)
        if part is not None:
            found[name] = part
    return found


def _together(declared: Declaration) -> list[Problem]:
    """Return what does not go together, or is missing beside something else."""
    found: list[Problem] = []
    ways = [name for name in ("table", "design", "optimiser") if getattr(declared, name) is not None]
    if not ways:
        hint = "add table: FILE.csv, design: {...} or optimiser: {...}"
        found.append(Problem("nothing says which runs there are", declared.mark, hint, "campaign"))
    if "table" in ways and "design" in ways:
        hint = "write the table's rows into another campaign, or extend this one by them"
        mark = declared.origin.key("design")
        found.append(Problem("rows come from a table or from a design", mark, hint, "campaign"))
    varied = "design" in ways or "optimiser" in ways
    if varied and not declared.vary:
        told = "nothing is varied"
        found.append(Problem(told, declared.mark, "add vary: {parameter: {from: ..., to: ...}}", "campaign"))
    if declared.optimiser is not None and declared.optimiser.kind == "bayesian" and not declared.objectives:
        mark = declared.origin.key("optimiser")
        hint = "add objectives: {name: {of: p31.L, goal: minimise}}"
        found.append(Problem("an optimiser needs an objective", mark, hint, "campaign"))
    return found


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.mark.line, problem.mark.column) if problem.mark else (0, 0)
