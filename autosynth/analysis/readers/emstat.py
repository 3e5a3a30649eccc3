"""Raw text of a PalmSens EmStat Pico, EmStat4 or Nexus running MethodSCRIPT.

Package lines are `P` and variables separated by `;`: two letters of type, seven hexadecimal digits offset by 2^27, a
prefix, then comma-separated metadata. Potentials are taken from `da` (set), else `ab` (measured); current from `ba`;
time from `eb`. Scans end at `-`, loops at `*`. Facts from the vendor's published examples; other lines are passed over,
a run-time error (`!XXXX`) is not: what it interrupted cannot be trusted.
"""

import re

import numpy as np

from autosynth.analysis.readers.scan import RawScan
from autosynth.errors import AnalysisError

OFFSET = 0x8000000
PREFIXES = dict(
    zip("afpnum kMGTPE", (1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9, 1e12, 1e15, 1e18), strict=True)
)
PREFIXES["i"] = 1.0
OVERLOAD = 0x2
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
    rows: list[dict[str, float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("P"):
            rows.append(_package(line, number))
        elif line.startswith("!"):
            raise AnalysisError(f"line {number}: the instrument stopped with error {line[1:5]}")
        elif line.startswith(("-", "*")) and rows:
            scans.append(_scan(rows))
            rows = []
    if rows:
        scans.append(_scan(rows))
    if not scans:
        raise AnalysisError("no data package found; a raw EmStat file has lines that begin with P")
    return scans


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


def _scan(rows: list[dict[str, float]]) -> RawScan:
    potential = "da" if all("da" in row for row in rows) else "ab"
    if not all(potential in row and "ba" in row for row in rows):
        raise AnalysisError("a data package lacks the potential (da or ab) or the current (ba)")
    timed = all("eb" in row for row in rows)
    times = [row["eb"] for row in rows] if timed else [float(i) for i in range(len(rows))]
    t_s = np.array(times) - (times[0] if timed else 0.0)
    return RawScan(t_s, np.array([row[potential] for row in rows]), np.array([row["ba"] for row in rows]), timed)
