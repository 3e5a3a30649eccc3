"""A plain table of time, potential and current: comma, semicolon or tab separated, with or without a header.

Headers may carry units (`t / s`, `E [mV]`, `I (uA)`); without a header the columns are seconds, volts, amperes.
Anything else is refused with its line.
"""

import re
from collections.abc import Sequence

import numpy as np

from autosynth.analysis.readers.scan import RawScan, since_first
from autosynth.errors import AnalysisError
from autosynth.files import lines_of

UNITS = {
    "s": 1.0, "ms": 1e-3, "min": 60.0, "v": 1.0, "mv": 1e-3,
    "a": 1.0, "ma": 1e-3, "ua": 1e-6, "µa": 1e-6, "μa": 1e-6, "na": 1e-9,
}  # fmt: skip
MEANINGS = {
    "t": "time", "time": "time", "e": "potential", "potential": "potential", "v": "potential", "voltage": "potential",
    "u": "potential", "ewe": "potential", "i": "current", "current": "current",
}  # fmt: skip
HEADER = re.compile(r"\s*([A-Za-z]+?)(?:\s*[/\[(_]\s*|\s+)?(s|ms|min|mV|V|A|mA|uA|µA|μA|nA)?[\])]?\s*")


def read_table(text: str) -> RawScan:
    """Return the one scan that a table holds.

    Raises:
        AnalysisError: a column is missing or unknown, a line is not numbers, or there is no line.
    """
    lines = [(i, line) for i, line in enumerate(lines_of(text), start=1) if line.strip() and not line.startswith("#")]
    if not lines:
        raise AnalysisError("the table is empty")
    separator = next((mark for mark in (";", "\t", ",") if mark in lines[0][1]), None)
    if _numbers(lines[0][1], separator) is None:
        columns = [_column(cell) for cell in lines.pop(0)[1].split(separator)]
    else:
        columns = [("time", 1.0), ("potential", 1.0), ("current", 1.0)]
    rows = [_row(number, line, separator, len(columns)) for number, line in lines]
    found = {name: factor * np.array([row[i] for row in rows]) for i, (name, factor) in enumerate(columns)}
    if "potential" not in found or "current" not in found or not rows:
        raise AnalysisError("the table needs a potential (E / V) and a current (I / A) column with numbers")
    timed = "time" in found
    t_s = since_first(found["time"]) if timed else np.arange(len(rows), dtype=float)
    return RawScan(t_s, found["potential"], found["current"], timed)


def _column(cell: str) -> tuple[str, float]:
    text = cell.strip().strip('"')
    match = HEADER.fullmatch(text)
    if match is None or match[1].lower() not in MEANINGS:
        raise AnalysisError(f"column {text!r} is not known; write t / s, E / V and I / A")
    return MEANINGS[match[1].lower()], UNITS[match[2].lower()] if match[2] else 1.0


def _numbers(line: str, separator: str | None) -> Sequence[float] | None:
    try:
        return [float(cell) for cell in line.split(separator)]
    except ValueError:
        return None


def _row(number: int, line: str, separator: str | None, width: int) -> Sequence[float]:
    values = _numbers(line, separator)
    if values is None or len(values) != width:
        raise AnalysisError(f"line {number}: {width} numbers are wanted, found {line.strip()!r}")
    return values
