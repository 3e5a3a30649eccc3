"""Tables with named columns, read strictly: comma, semicolon or tab separated, the first line names and units.

`wavenumber / 1/cm`, `absorbance [1]` and `value (mg/L)` are names with units. Lines that begin with # are comments. A
line with another number of cells is refused with its place: a table that was cut in transit ends in one, mostly.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autosynth.errors import AnalysisError, InputError, Problem
from autosynth.files import lines_of, read_within

LARGEST = 64 * 1024 * 1024
"""Bytes; a spectrum of a hundred thousand points has a thirtieth of it."""
_HEAD = re.compile(r"\s*([A-Za-z%][A-Za-z0-9 ._-]*?)\s*(?:/\s*(\S.*?)|\[(.*?)\]|\((.*?)\))?\s*")


@dataclass(frozen=True, slots=True)
class Columns:
    """Names in lower case, their units as written ("" for none), and the rows of cells with the lines they stand in."""

    file: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def numbers(self, column: int) -> list[float]:
        """Return a column as numbers.

        Raises:
            AnalysisError: a cell is no finite number; the message gives its line.
        """
        return [self.number(line, cells[column]) for line, cells in self.rows]

    def number(self, line: int, cell: str) -> float:
        """Return a cell as a finite number, or raise AnalysisError with its line."""
        try:
            value = float(cell)
        except ValueError as error:
            raise AnalysisError(f"{self.file}:{line}: {cell!r} is no number") from error
        if not math.isfinite(value):
            raise AnalysisError(f"{self.file}:{line}: {cell!r} is no finite number")
        return value


def read_text(path: Path) -> str:
    """Return a text file's content; what is no UTF-8 is replaced.

    Raises:
        InputError: it cannot be read, is no regular file, or has more than 64 MB.
    """
    try:
        return read_within(path, LARGEST).decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(Problem(f"cannot read {path}: {error.strerror}", rule="file")) from error


def columns_of(text: str, file: str) -> Columns:
    """Return the table that a text holds.

    Raises:
        AnalysisError: there is no header of names or no row, or a row has another number of cells.
    """
    every = enumerate(lines_of(text), start=1)
    lines = [(number, line) for number, line in every if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise AnalysisError(f"{file}: the table is empty")
    first, head = lines[0]
    separator = next((mark for mark in (";", "\t", ",") if mark in head), None)
    if separator is None:
        raise AnalysisError(f"{file}:{first}: no columns separated by comma, semicolon or tab: {head[:60]!r}")
    found = [_HEAD.fullmatch(cell) for cell in _cells(head, separator)]
    named = [(each[1].lower(), each[2] or each[3] or each[4] or "") for each in found if each is not None]
    if len(named) < len(found):
        raise AnalysisError(f"{file}:{first}: a first line with names of columns and units is wanted: {head[:60]!r}")
    rows = tuple((number, _cells(line, separator)) for number, line in lines[1:])
    for number, cells in rows:
        if len(cells) != len(named):
            raise AnalysisError(f"{file}:{number}: {len(named)} cells are wanted, found {len(cells)}")
    if not rows:
        raise AnalysisError(f"{file}:{first}: the table has no row")
    return Columns(file, tuple(name for name, _ in named), tuple(unit.strip() for _, unit in named), rows)


def _cells(line: str, separator: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip('"').strip() for cell in line.split(separator))


def place_of(names: Sequence[str], wanted: Sequence[str], file: str) -> int:
    """Return the one column that bears one of the names wanted.

    Raises:
        AnalysisError: none does, or several.
    """
    found = [i for i, name in enumerate(names) if name in wanted]
    if len(found) != 1:
        raise AnalysisError(f"{file}: one column {' or '.join(wanted)} is wanted, found {', '.join(names)}")
    return found[0]
