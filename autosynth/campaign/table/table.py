"""A table of comma separated values, every cell with its place; what could be read in two ways is refused.

A line is a row: a cell holds no line break. Semicolons, tabs and decimal commas are not guessed at: a table that was
saved in another manner is refused with what to do about it.
"""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from autosynth.errors import InputError, Mark, Problem
from autosynth.files import read_within
from autosynth.language.source import check_source, decode

LARGEST_TABLE = 2_000_000
"""Bytes of a table that is read [assumed: a thousand rows of fifty columns have a tenth of it]."""
MOST_ROWS = 1000
MOST_COLUMNS = 100
RULE = "table"
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell without blanks round it, and where it begins."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Line:
    """One line below the header."""

    cells: tuple[Cell, ...]
    mark: Mark

    @property
    def is_blank(self) -> bool:
        """Say whether nothing is in any cell."""
        return not any(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """The header and the lines below it, as wide as the header; `problems` tell of lines that are not."""

    file: str
    header: tuple[Cell, ...]
    lines: tuple[Line, ...]
    problems: list[Problem] = field(default_factory=list[Problem])
    text: str = ""


def read_table(path: Path) -> Table:
    """Return the table in a file.

    Raises:
        InputError: it cannot be read, is too large, is not UTF-8 text, has no header, or is separated by other marks.
    """
    try:
        content = read_within(path, LARGEST_TABLE)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(Problem(f"{path} cannot be read: {reason}", hint="check the path", rule="file")) from error
    if content.startswith(_WIDE):
        hint = "save it as CSV UTF-8 (in a spreadsheet: Save As, CSV UTF-8, comma delimited)"
        raise InputError(Problem("the table is UTF-16 text", Mark(str(path), 1, 1), hint, RULE))
    return parse_table(decode(content, str(path)), str(path))


def parse_table(text: str, file: str = "table.csv") -> Table:
    """Return the table that a text holds; `file` is what problems name as its place.

    Raises:
        InputError: it is no text, has no header, too many rows or columns, or is separated by other marks than commas.
    """
    unfit = check_source(text, file)
    if unfit:
        raise InputError(*unfit)
    raw = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while raw and not raw[-1].strip():
        raw.pop()  # the line feed at the end of a file begins no row
    if not raw or not raw[0].strip():
        raise InputError(Problem("the table has no header", Mark(file, 1, 1), "begin with the columns' names", RULE))
    _refuse_other_separators(raw, file)
    problems: list[Problem] = []
    header = _cells(raw[0], file, 1, problems)
    if len(header) > MOST_COLUMNS or len(raw) - 1 > MOST_ROWS:
        told = f"{len(raw) - 1} rows and {len(header)} columns are more than {MOST_ROWS} and {MOST_COLUMNS}"
        raise InputError(Problem(told, Mark(file, 1, 1), "split the table; a campaign can be extended", RULE))
    lines = [Line(_cells(line, file, number, problems), Mark(file, number, 1)) for number, line in _numbered(raw)]
    problems += [found for line in lines for found in _width(line, header)]
    if not lines:
        problems.append(Problem("the table has no rows", Mark(file, 1, 1), "write a line for each vial", RULE))
    return Table(file, header, tuple(lines), problems, "\n".join(raw) + "\n")


def _numbered(raw: list[str]) -> list[tuple[int, str]]:
    return list(enumerate(raw[1:], start=2))


def _cells(line: str, file: str, number: int, problems: list[Problem]) -> tuple[Cell, ...]:
    """Return the cells of a line; the library reads what they say, the places of the commas are counted here."""
    try:
        (texts,) = list(csv.reader(io.StringIO(line), strict=True)) or [[""]]
    except csv.Error as error:
        hint = 'a cell with commas is "in quotes", which end in the same line and are doubled inside'
        problems.append(Problem(f"the quotes of this line do not fit: {error}", Mark(file, number, 1), hint, RULE))
        texts = line.split(",")
    columns = _begins(line)
    return tuple(Cell(text.strip(), Mark(file, number, column)) for text, column in zip(texts, columns, strict=False))


def _begins(line: str) -> list[int]:
    """Return the column, from 1, at which each cell's text begins."""
    begins, quoted = [1], False
    for place, letter in enumerate(line, start=1):
        if letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            begins.append(place + 1)
    return [_skipped(line, begin) for begin in begins]


def _skipped(line: str, begin: int) -> int:
    """Return the column of the first letter of a cell past blanks; of the cell where it has none."""
    rest = line[begin - 1 :]
    blank = len(rest) - len(rest.lstrip(" "))
    return begin if rest[blank : blank + 1] in {",", ""} else begin + blank


def _width(line: Line, header: tuple[Cell, ...]) -> list[Problem]:
    if line.is_blank or len(line.cells) == len(header):
        return []
    told = f"this row has {len(line.cells)} cells, the header {len(header)}"
    many = len(line.cells) > len(header)
    hint = "a comma inside a number? write a point" if many else "a cell is missing: every column has one in every row"
    return [Problem(told, line.cells[len(header)].mark if many else line.mark, hint, RULE)]


def _refuse_other_separators(raw: list[str], file: str) -> None:
    """Refuse a header with no comma that others would separate.

    Raises:
        InputError: it seems to be separated by semicolons or tabs.
    """
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if mark in raw[0]:
            hint = (
                "save it with commas, and points in its numbers: a spreadsheet set to a language with decimal commas "
                "writes semicolons"
            )
            place = Mark(file, 1, raw[0].index(mark) + 1)
            raise InputError(Problem(f"the columns are separated by {name}", place, hint, RULE))
