"""A reaction table as somebody else keeps it: other separators, decimal commas, remarks, totals. Nothing is guessed.

What the file alone decides is taken from it; the rest are questions, each with a key, so that a person at a prompt and
a script with its answers ready are asked the same.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autosynth.campaign.table.header import Heading, read_heading, unit_problem
from autosynth.campaign.table.rows import is_totals
from autosynth.campaign.table.table import MOST_COLUMNS, MOST_ROWS, Cell
from autosynth.errors import InputError, Mark, Problem
from autosynth.language.validation import nearest
from autosynth.recipe.parts import Parameter
from autosynth.units import EXAMPLES

SEPARATORS: Mapping[str, str] = {",": "comma", ";": "semicolon", "\t": "tab"}
COMMA_NUMBER = re.compile(r"[+-]?[0-9]+,[0-9]+")
IGNORE, IDENTITY = "ignore", "id"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a table does not tell: `choices` is empty where any text will do; `proposal` may be empty."""

    key: str
    text: str
    choices: tuple[str, ...] = ()
    proposal: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"key": self.key, "text": self.text, "choices": list(self.choices), "proposal": self.proposal}


@dataclass(frozen=True, slots=True)
class Foreign:
    """A table cut into cells: its header and rows, what separated them, and whether numbers have commas."""

    file: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[str, ...], ...]
    separator: str
    has_commas: bool

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Return what the columns' heads say; one without a name goes by its place."""
        found: list[Heading] = []
        for number, cell in enumerate(self.header, start=1):
            try:
                found.append(read_heading(cell))
            except InputError:
                found.append(Heading(f"column {number}", "", cell))
        return tuple(found)


def read_foreign(text: str, file: str) -> Foreign:
    """Return the cells of a table separated by commas, semicolons or tabs, whichever its header has most of.

    Raises:
        InputError: it has no header, is too large, or its quotes do not fit.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = lines.partition("\n")[0]
    if not first.strip():
        raise InputError(
            Problem("the table has no header", Mark(file, 1, 1), "begin with the columns' names", "import")
        )
    separator = max(SEPARATORS, key=first.count)
    try:
        rows = [tuple(cell.strip() for cell in row) for row in csv.reader(io.StringIO(lines), delimiter=separator)]
    except csv.Error as error:
        raise InputError(Problem(f"the table cannot be read: {error}", Mark(file, 1, 1), "", "import")) from error
    header = tuple(Cell(text, Mark(file, 1, 1)) for text in rows[0])
    if len(rows) - 1 > MOST_ROWS or len(header) > MOST_COLUMNS:
        told = f"more than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
        raise InputError(Problem(told, Mark(file, 1, 1), "split the table", "import"))
    body = tuple(_padded(row, len(header)) for row in rows[1:])
    while body and not any(body[-1]):
        body = body[:-1]
    commas = any(COMMA_NUMBER.fullmatch(cell) for row in body for cell in row)
    return Foreign(file, header, body, separator, commas)


def _padded(row: Sequence[str], width: int) -> tuple[str, ...]:
    return (*row[:width], *[""] * (width - len(row)))


def open_questions(
    table: Foreign, parameters: Mapping[str, Parameter], answers: Mapping[str, str]
) -> tuple[Question, ...]:
    """Return what is still to be asked, given these answers; more may follow from them."""
    asked = [*_of_form(table), *_of_columns(table, parameters), *_of_units(table, parameters, answers)]
    return tuple(each for each in asked if each.key not in answers)


def _of_form(table: Foreign) -> list[Question]:
    found: list[Question] = []
    if table.has_commas:
        text = "some numbers have a comma in them, such as 0,5: is it a decimal comma?"
        found.append(Question("decimal", text, ("comma", "point"), "comma"))
    totals = [row for row in table.rows if any(is_totals(cell) for cell in row)]
    if totals:
        text = (
            f"{len(totals)} rows look like totals, the first {', '.join(filter(None, totals[0]))}: drop or keep them?"
        )
        found.append(Question("totals", text, ("drop", "keep"), "drop"))
    if any(not any(row) for row in table.rows):
        found.append(Question("blank", "there are blank rows: drop them?", ("drop", "keep"), "drop"))
    return found


def _of_columns(table: Foreign, parameters: Mapping[str, Parameter]) -> list[Question]:
    found: list[Question] = []
    choices = (*parameters, IDENTITY, IGNORE)
    for heading in table.headings:
        if known_meaning(heading, parameters):
            continue
        near = nearest(heading.name, parameters) or IGNORE
        text = f"what is the column {heading.cell.text!r} ({_examples(table, heading)})?"
        found.append(Question(f"column:{heading.name}", text, choices, near))
    return found


def known_meaning(heading: Heading, parameters: Mapping[str, Parameter]) -> str:
    """Return what a column's name alone says it is; empty if it says nothing."""
    if heading.name in parameters:
        return heading.name
    return IDENTITY if heading.is_identity else ""


def _of_units(table: Foreign, parameters: Mapping[str, Parameter], answers: Mapping[str, str]) -> list[Question]:
    found: list[Question] = []
    for heading in table.headings:
        meaning = known_meaning(heading, parameters) or answers.get(f"column:{heading.name}", "")
        parameter = parameters.get(meaning)
        if parameter is None or parameter.dimension in {"text", "number", "ratio", "equivalents"}:
            continue
        fits = bool(heading.unit) and unit_problem(heading, parameter.dimension) is None
        if not fits and not _have_units(table, heading):
            example = EXAMPLES[parameter.dimension].partition(" ")[2]
            why = f"{heading.unit!r} is no unit of {meaning}" if heading.unit else "it has none"
            text = (
                f"which unit has the column {heading.cell.text!r} ({_examples(table, heading)})? {why}; like {example}"
            )
            found.append(Question(f"unit:{heading.name}", text))
    return found


def _have_units(table: Foreign, heading: Heading) -> bool:
    """Say whether every cell of a column bears a unit of its own."""
    place = table.headings.index(heading)
    cells = [row[place] for row in table.rows if row[place]]
    return bool(cells) and all(re.fullmatch(r"[+-]?[0-9.,]+\s*[^0-9.,\s].*", cell) for cell in cells)


def _examples(table: Foreign, heading: Heading) -> str:
    place = table.headings.index(heading)
    cells = [row[place] for row in table.rows if row[place]]
    return ", ".join(cells[:3]) if cells else "nothing in it"


def wrong_answer(question: Question, answer: str, parameter: Parameter | None) -> str:
    """Return why an answer will not do; empty if it does."""
    if question.choices and answer not in question.choices:
        return f"one of {', '.join(question.choices)} is wanted"
    if question.key.startswith("unit:") and parameter is not None:
        wrong = unit_problem(Heading("it", answer, Cell("", Mark("", 1, 1))), parameter.dimension)
        return "" if answer and wrong is None else f"no unit of {parameter.dimension.replace('_', ' ')}"
    return "" if answer else "an answer is wanted"
