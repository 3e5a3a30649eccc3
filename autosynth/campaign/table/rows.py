"""From a table to what each run is set to: columns are matched by name to a recipe's parameters, nothing by position.

Everything that is wrong is found at once, each at its cell. A row says every parameter that has a column, so that no
cell is ever filled in from above, from a default, or from somebody's guess.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autosynth.campaign.table.header import Heading, read_heading, unit_problem
from autosynth.campaign.table.table import RULE, Cell, Line, Table
from autosynth.errors import InputError, Mark, Problem
from autosynth.language.validation import closest
from autosynth.language.yaml import MOST_PROBLEMS
from autosynth.recipe.model import outside, read_setting
from autosynth.recipe.parts import Parameter
from autosynth.units import UnitError

_TOTALS = re.compile(r"(sub-?)?(totals?|sums?|means?|averages?|summe|gesamt|mittelwert|somme|moyenne|Σ|∑)\b.*", re.I)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+:-]{0,59}")


@dataclass(frozen=True, slots=True)
class Column:
    """What somebody says of a column besides its head: which parameter it is, its unit, or that it is a remark."""

    parameter: str = ""
    unit: str = ""
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One run to be made: what it is called, parameter -> text with unit, and where that stands."""

    name: str
    settings: Mapping[str, str]
    mark: Mark | None = None
    places: Mapping[str, Mark] = field(default_factory=dict[str, Mark])


@dataclass(frozen=True, slots=True)
class _Matched:
    """A column whose meaning is known."""

    heading: Heading
    name: str
    parameter: Parameter
    unit: str


def read_rows(
    table: Table,
    parameters: Mapping[str, Parameter],
    columns: Mapping[str, Column] | None = None,
    taken: Iterable[str] = (),
) -> tuple[Row, ...]:
    """Return the runs that a table asks for; `columns` is the schema by name of column, `taken` are names in use.

    Raises:
        InputError: a column is unknown, doubled or of the wrong unit; a row is blank, a totals row or bears a name
            twice; a cell is blank, not of its parameter's kind, or outside its limits. All at once, each at its place.
    """
    problems = list(table.problems)
    matched, identity = _match(table.header, parameters, columns or {}, problems)
    names: dict[str, Mark | None] = dict.fromkeys(taken)
    rows: list[Row] = []
    for number, line in enumerate(table.lines, start=1):
        found = _row(line, number, matched, identity, names, problems)
        if found is not None:
            rows.append(found)
    if problems:
        ordered = sorted(dict.fromkeys(problems), key=lambda each: each.mark or Mark("", 0, 0))
        more = len(ordered) - MOST_PROBLEMS
        rest = [Problem(f"and {more} more problems", rule=RULE)] if more > 0 else []
        raise InputError(*_with_totals(ordered[:MOST_PROBLEMS], table), *rest)
    return tuple(rows)


def _match(
    header: Sequence[Cell],
    parameters: Mapping[str, Parameter],
    columns: Mapping[str, Column],
    problems: list[Problem],
) -> tuple[dict[int, _Matched], int | None]:
    """Return what stands in which column, and the column of names."""
    found: dict[int, _Matched] = {}
    identity: int | None = None
    seen: dict[str, Cell] = {}
    for place, cell in enumerate(header):
        try:
            heading = Heading(cell.text, "", cell) if cell.text in columns else read_heading(cell)
        except InputError as error:
            problems.extend(error.problems)
            continue
        said = columns.get(heading.name, Column())
        if said.ignored or heading.name.startswith("#"):
            continue
        name = said.parameter or heading.name
        if name in seen:
            told = f"{name} has a column already, at {seen[name].mark}"
            problems.append(Problem(told, cell.mark, "keep one of the two", RULE))
            continue
        seen[name] = cell
        if name in parameters:
            matched = _Matched(heading, name, parameters[name], heading.unit or said.unit)
            wrong = list(_unit_problems(matched, said))
            problems.extend(wrong)
            if not wrong:  # else every cell below would be wrong for the same reason
                found[place] = matched
        elif heading.is_identity and not said.parameter:
            identity = place
        else:
            problems.append(_unknown(name, cell, parameters))
    return found, identity


def _unknown(name: str, cell: Cell, parameters: Mapping[str, Parameter]) -> Problem:
    hint = closest(name, [*parameters, "id"])
    message = f"{name!r} is not a parameter of the recipe"
    return Problem(message, cell.mark, f"{hint}; a column of remarks begins with #", RULE)


def _unit_problems(matched: _Matched, said: Column) -> Iterable[Problem]:
    heading, dimension = matched.heading, matched.parameter.dimension
    if heading.unit and said.unit and heading.unit != said.unit:
        told = f"{heading.name} is in {heading.unit} here and in {said.unit} in the schema"
        yield Problem(told, heading.cell.mark, "say it once", "units")
    if dimension == "text":
        if matched.unit:
            yield Problem(f"{matched.name} is a choice and has no unit", heading.cell.mark, "remove it", "units")
        return
    wrong = unit_problem(Heading(heading.name, matched.unit, heading.cell), dimension)
    if wrong is not None:
        yield wrong


def is_totals(text: str) -> bool:
    """Say whether a cell says that its row adds up or averages others."""
    return _TOTALS.fullmatch(text) is not None


def _row(
    line: Line,
    number: int,
    matched: Mapping[int, _Matched],
    identity: int | None,
    names: dict[str, Mark | None],
    problems: list[Problem],
) -> Row | None:
    if line.is_blank:
        problems.append(Problem("this row is blank", line.mark, "remove it; a table ends with its last row", RULE))
        return None
    totals = next((cell for cell in line.cells if is_totals(cell.text)), None)
    if totals is not None:
        told = f"{totals.text!r}: this is a row of totals, no vial"
        problems.append(Problem(told, totals.mark, "remove it", RULE))
        return None
    name = _name(line, number, identity, names, problems)
    settings: dict[str, str] = {}
    places: dict[str, Mark] = {}
    for place, column in matched.items():
        if place < len(line.cells):
            settings[column.name], places[column.name] = _setting(line.cells[place], column, problems)
    return Row(name, settings, line.mark, places)


def _name(line: Line, number: int, identity: int | None, names: dict[str, Mark | None], problems: list[Problem]) -> str:
    """Return what a row is called; rows of a table without a column of names go by their number."""
    if identity is None or identity >= len(line.cells):
        return _numbered(number, names)
    cell = line.cells[identity]
    if not cell.text:
        problems.append(Problem("this row has no id", cell.mark, "give it one, or remove a row of totals", RULE))
    elif not _IDENTITY.fullmatch(cell.text):
        hint = "letters, digits and . _ - + : only, at most 60; a letter or digit first"
        problems.append(Problem(f"{cell.text!r} cannot name a run's folder", cell.mark, hint, RULE))
    elif cell.text in names:
        first = names[cell.text]
        where = f"at {first}" if first is not None else "in this campaign"
        problems.append(Problem(f"the id {cell.text!r} is taken already, {where}", cell.mark, "name each once", RULE))
    else:
        names[cell.text] = cell.mark
    return cell.text


def _numbered(number: int, names: dict[str, Mark | None]) -> str:
    while str(number) in names:
        number += 1
    names[str(number)] = None
    return str(number)


def _setting(cell: Cell, column: _Matched, problems: list[Problem]) -> tuple[str, Mark]:
    """Return the text of a parameter's value, with its unit, after noting what is wrong with it."""
    text = cell.text
    if not text:
        hint = "write a value; nothing is filled in from above or from the default"
        problems.append(Problem(f"{column.name} has no value here", cell.mark, hint, RULE))
        return "", cell.mark
    if text.startswith("="):
        problems.append(Problem(f"{text!r} is a formula", cell.mark, "save the values, not the formulas", RULE))
        return text, cell.mark
    if column.unit and _NUMBER.fullmatch(text.replace("\u2212", "-")):
        text = f"{text} {column.unit}"
    elif column.unit and _NUMBER.match(text) and "," not in text:
        told = f"{text!r} has a unit of its own below a column in {column.unit}"
        problems.append(Problem(told, cell.mark, "write the number alone", RULE))
        return text, cell.mark
    try:
        complaint = outside(column.parameter, read_setting(column.parameter, text))
    except UnitError as error:
        hint = error.hint
        if not column.unit and _NUMBER.fullmatch(text):
            hint = f"write the unit in the column's head, {column.name} / unit, or with each number"
        problems.append(Problem(f"{column.name}: {error.message}", cell.mark, hint, "units"))
    else:
        if complaint:
            problems.append(Problem(f"{column.name}: {complaint}", cell.mark, "", RULE))
    return text, cell.mark


def _with_totals(problems: Sequence[Problem], table: Table) -> list[Problem]:
    """Return problems, those of a last row that adds up the rows above with that as the likely reason."""
    if not _adds_up(table):
        return list(problems)
    last = table.lines[-1].mark.line
    return [
        Problem(each.message, each.mark, "this row adds up those above: remove it if it is one of totals", each.rule)
        if each.mark is not None and each.mark.line == last and each.rule == RULE
        else each
        for each in problems
    ]


def _adds_up(table: Table) -> bool:
    """Say whether every number of the last row is the sum of those above it."""
    *above, last = table.lines or (Line((), Mark("", 0, 0)),)
    sums: list[bool] = []
    for place, cell in enumerate(last.cells):
        if _NUMBER.fullmatch(cell.text):
            column = [line.cells[place].text for line in above if place < len(line.cells)]
            numbers = [float(text) for text in column if _NUMBER.fullmatch(text)]
            sums.append(len(numbers) > 1 and math.isclose(sum(numbers), float(cell.text), rel_tol=1e-6))
    return bool(sums) and all(sums)
