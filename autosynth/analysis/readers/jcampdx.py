"""Spectra in JCAMP-DX 4.24: one block with XYDATA in (X++(Y..Y)) or (XY..XY), checked against what it announces.

Everything that the file says twice is compared: number of points, first and last abscissa, the abscissa of each line,
the first ordinate. A file that ends before ##END= is cut. Nothing here knows what is measured (see `infrared`).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.readers.ordinates import plain_numbers, read_ordinates
from autosynth.errors import AnalysisError
from autosynth.files import lines_of

MOST_POINTS = 1 << 20
_LABEL = re.compile(r"\s*##([^=]*)=(.*)")
_TABLES = ("XYDATA", "XYPOINTS")
_COMMENT = re.compile(r"\$\$.*")
_OFF = 1.5
"""Steps that a line's abscissa may be off: it is rounded, and with differences repeats the point before."""


@dataclass(frozen=True, slots=True)
class Block:
    """Labels (upper case, without blanks and dashes) with their text and line, and the lines of the table."""

    file: str
    labels: Mapping[str, tuple[int, str]]
    table: str
    form: str
    lines: Sequence[tuple[int, str]]

    def text(self, label: str) -> str:
        """Return a label's text; AnalysisError when it is missing."""
        if label not in self.labels:
            raise AnalysisError(f"{self.file}: it tells no {label}")
        return self.labels[label][1]

    def number(self, label: str) -> float:
        """Return a label's text as a finite number, or raise AnalysisError with its line."""
        text = self.text(label)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise AnalysisError(f"{self.place(label)}: {label} is {text[:40]!r}, a number is wanted")
        return value

    def place(self, label: str) -> str:
        """Return file and line of a label."""
        return f"{self.file}:{self.labels[label][0]}" if label in self.labels else self.file


def read_block(text: str, file: str) -> Block:
    """Return the one block that a file holds.

    Raises:
        AnalysisError: it has no table or several, a label twice with different values, or does not end.
    """
    labels: dict[str, tuple[int, str]] = {}
    lines: list[tuple[int, str]] = []
    table, inside = "", False
    for number, raw in enumerate(lines_of(text), start=1):
        line = _COMMENT.sub("", raw)
        match = _LABEL.match(line)
        if match is None:
            if inside and line.strip():
                lines.append((number, line.strip()))
            continue
        label, value = re.sub(r"[\s/_-]", "", match[1]).upper(), match[2].strip()
        inside = label in _TABLES
        if (inside and table) or label in {"LINK", "NTUPLES"} or (label == "BLOCKS" and value not in {"", "1"}):
            raise AnalysisError(f"{file}:{number}: one spectrum a file is read, this holds several blocks or pages")
        if labels.get(label, (0, value))[1] != value and label != "":
            raise AnalysisError(f"{file}:{number}: {label} is told twice, first as {labels[label][1][:40]!r}")
        table = label if inside else table
        labels.setdefault(label, (number, value))
    if "END" not in labels:
        raise AnalysisError(f"{file} is cut: it does not end with ##END=")
    if not table or not lines:
        raise AnalysisError(f"{file} holds no table XYDATA with points")
    return Block(file, labels, table, re.sub(r"\s", "", labels[table][1]).upper(), lines)


def points_of(block: Block) -> tuple[Array, Array]:
    """Return abscissa and ordinate, as written times their factors, each of shape (points,).

    Raises:
        AnalysisError: what the file announces and what it holds differ, or the table is of another form.
    """
    announced = block.number("NPOINTS")
    if announced != int(announced) or not 2 <= announced <= MOST_POINTS:
        raise AnalysisError(f"{block.place('NPOINTS')}: NPOINTS is {announced:g}, from 2 to {MOST_POINTS} are read")
    known = {"(XY..XY)": _pairs, "(X++(Y..Y))": _even}
    if block.form not in known:
        raise AnalysisError(f"{block.place(block.table)}: a table {block.form[:30]!r} is not read")
    with np.errstate(over="ignore", invalid="ignore"):
        x, y = known[block.form](block, int(announced))
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise AnalysisError(f"{block.file}: a point is no finite number")
    if "FIRSTY" in block.labels:
        told, allowed = block.number("FIRSTY"), 2.0 * abs(block.number("YFACTOR")) + 1e-3 * float(np.max(np.abs(y)))
        if abs(float(y[0]) - told) > allowed:
            raise AnalysisError(f"{block.place('FIRSTY')}: FIRSTY is {told:g}, the table begins with {y[0]:g}")
    return x, y


def _even(block: Block, announced: int) -> tuple[Array, Array]:
    first, last = block.number("FIRSTX"), block.number("LASTX")
    factor = block.number("XFACTOR")
    step = (last - first) / (announced - 1)
    values, starts = read_ordinates(block.lines, block.file, announced)
    if len(values) != announced:
        raise AnalysisError(f"{block.file} is cut: {len(values)} of {announced} points")
    for line, before, abscissa in starts:
        if abs(abscissa * factor - first - before * step) > _OFF * abs(step) + 1e-6 * abs(first):
            msg = f"{abscissa * factor:g}, after {before} points {first + before * step:g} is wanted"
            raise AnalysisError(f"{block.file}:{line}: begins at {msg}")
    return first + step * np.arange(announced, dtype=np.float64), block.number("YFACTOR") * np.asarray(values)


def _pairs(block: Block, announced: int) -> tuple[Array, Array]:
    found: list[float] = []
    for number, line in block.lines:
        numbers = plain_numbers(line, f"{block.file}:{number}")
        if len(numbers) % 2:
            raise AnalysisError(f"{block.file}:{number}: a place without a value")
        found += numbers
    if len(found) != 2 * announced:
        raise AnalysisError(f"{block.file} is cut: {len(found) // 2} of {announced} points")
    x, y = np.asarray(found).reshape(-1, 2).T
    x, y = x * block.number("XFACTOR"), y * block.number("YFACTOR")
    for label, value in (("FIRSTX", x[0]), ("LASTX", x[-1])):
        if label in block.labels and abs(block.number(label) - value) > 1e-3 * abs(x[-1] - x[0]):
            raise AnalysisError(f"{block.place(label)}: {label} is {block.text(label)}, the table has {value:g}")
    return x, y
