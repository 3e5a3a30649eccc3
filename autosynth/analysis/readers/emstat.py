"""Raw text of a PalmSens EmStat Pico, EmStat4 or Nexus running MethodSCRIPT.

Package lines are `P` and variables separated by `;`: two letters of type, seven hexadecimal digits offset by 2^27, a
prefix, then comma-separated metadata. Potentials are taken from `da` (set), else `ab` (measured); current from `ba`;
time from `eb`. Scans end at `-`, loops at `*`. Facts from the vendor's published examples; other lines are passed over,
a run-time error (`!XXXX`) is not: what it interrupted cannot be trusted.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.readers.packages import OFFSET, OVERLOAD, PREFIXES, read_columns
from autosynth.analysis.readers.scan import RawScan, since_first
from autosynth.errors import AnalysisError
from autosynth.files import lines_of

VARIABLE = re.compile(r"([a-z]{2})([0-9A-Fa-f]{7})([afpnum kMGTPEi])((?:,[0-9A-Fa-f]+)*)")
NOT_A_NUMBER = "     nan"


def is_emstat(text: str) -> bool:
    """Tell whether the text has a package line of the kind this reader knows."""
    return re.search(r"^P[a-z]{2}[0-9A-Fa-f ]{7}", text, re.MULTILINE) is not None


def read_emstat(text: str) -> list[RawScan]:
    """Return the scans of a measurement in order.

    Raises:
        AnalysisError: no package with potential and current, a malformed package, or the instrument's own error.
    """
    scans: list[RawScan] = []
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(lines_of(text), start=1):
        if line.startswith("P"):
            lines.append((number, line))
        elif line.startswith("!"):
            _columns(lines)  # a malformed package before it is told first
            raise AnalysisError(f"line {number}: the instrument stopped with error {line[1:5]}")
        elif line.startswith(("-", "*")) and lines:
            scans.append(_scan(_columns(lines)))
            lines = []
    if lines:
        scans.append(_scan(_columns(lines)))
    if not scans:
        raise AnalysisError("no data package found; a raw EmStat file has lines that begin with P")
    return scans


def _columns(lines: Sequence[tuple[int, str]]) -> Mapping[str, Array]:
    """Return the variables that every package has."""
    columns = read_columns([line for _, line in lines])
    if columns is not None:
        return columns
    rows = [_package(line, number) for number, line in lines]
    every = [kind for kind in (rows[0] if rows else ()) if all(kind in row for row in rows)]
    return {kind: np.array([row[kind] for row in rows]) for kind in every}


def _package(line: str, number: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in line[1:].rstrip("\r").split(";"):
        kind = text[:2]
        if text[2:10] == NOT_A_NUMBER:
            found[kind] = float("nan")
            continue
        match = VARIABLE.fullmatch(text)
        if match is None:
            raise AnalysisError(f"line {number}: {text!r} is not a variable of a data package")
        value = (int(match[2], 16) - OFFSET) * PREFIXES[match[3]]
        found[kind] = float("nan") if kind == "ba" and _overloaded(match[4]) else value
    return found


def _overloaded(metadata: str) -> bool:
    return any(token[0] == "1" and int(token[1:] or "0", 16) & OVERLOAD for token in metadata.split(",") if token)


def _scan(columns: Mapping[str, Array]) -> RawScan:
    potential = "da" if "da" in columns else "ab"
    if potential not in columns or "ba" not in columns:
        raise AnalysisError("a data package lacks the potential (da or ab) or the current (ba)")
    timed = "eb" in columns
    t_s = since_first(columns["eb"]) if timed else np.arange(len(columns["ba"]), dtype=float)
    return RawScan(t_s, columns[potential], columns["ba"], timed)
