"""A powder pattern as text: two or three columns of 2theta in degrees, intensity, and its standard uncertainty.

`.xy` and `.xye` files of whatever program: columns parted by blanks, tabs, commas or semicolons; lines that begin with
`#`, `'`, `!`, `;` or `//` are comments, and may tell the wavelength (`# wavelength = 0.45411`, in Å unless nm is said).
Anything else is refused with file and line: nothing is sorted, filled in or left out.
"""

import math
import re
from pathlib import Path

import numpy as np

from autosynth.analysis.diffraction.pattern import Pattern
from autosynth.errors import AnalysisError, InputError, Problem
from autosynth.files import lines_of, read_within

LARGEST = 32 * 1024 * 1024
"""Bytes; a pattern of a hundred thousand points has a tenth of it."""
MOST_POINTS = 1 << 20
COMMENT = ("#", "'", "!", ";", "//")
_WAVELENGTH = re.compile(
    r"\b(?:wave[ _-]?length|lambda|λ)[ _-]?1?\b[^0-9.\n]{0,24}?([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]{1,3})?)\s*(nm)?",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\s*[,;\t]\s*|\s+")


def read_pattern(path: Path, wavelength_angstrom: float | None = None) -> Pattern:
    """Read a powder pattern.

    Args:
        path: the file.
        wavelength_angstrom: overrides what the file tells, in Å.

    Raises:
        InputError: the file cannot be read, is no regular file, or has more than 32 MB.
        AnalysisError: it is no pattern; the message gives file and line.
    """
    try:
        text = read_within(path, LARGEST).decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(Problem(f"cannot read {path}: {error.strerror}", rule="file")) from error
    return parse_pattern(text, str(path), wavelength_angstrom)


def parse_pattern(text: str, file: str = "<pattern>", wavelength_angstrom: float | None = None) -> Pattern:
    """Return the pattern that a text holds.

    Raises:
        AnalysisError: as for `read_pattern`.
    """
    rows: list[list[float]] = []
    told = wavelength_angstrom
    for number, line in enumerate(lines_of(text), start=1):
        stripped = line.strip()
        if stripped.startswith(COMMENT):
            told = _wavelength(stripped, f"{file}:{number}") if told is None else told
        elif stripped:
            rows.append(_row(stripped, f"{file}:{number}", rows))
    if not rows:
        raise AnalysisError(f"{file}: the pattern is empty")
    if told is not None and not 0.05 < told < 10.0:
        raise AnalysisError(f"{file}: a wavelength of {told:g} Å is none of a diffractometer")
    columns = np.array(rows).T
    try:
        return Pattern(columns[0], columns[1], columns[2] if len(columns) == 3 else None, told)
    except AnalysisError as error:
        raise AnalysisError(f"{file}: {error}") from error


def _wavelength(comment: str, place: str) -> float | None:
    found = _WAVELENGTH.search(comment)
    if found is None:
        return None
    value = float(found[1]) * (10.0 if found[2] else 1.0)
    if not value > 0.0:
        raise AnalysisError(f"{place}: a wavelength is above zero")
    return value


def _row(line: str, place: str, before: list[list[float]]) -> list[float]:
    cells = _PARTED.split(line, maxsplit=4)
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        raise AnalysisError(f"{place}: two or three numbers are wanted, found {line[:40]!r}") from None
    wanted = {len(before[0])} if before else {2, 3}
    if len(values) not in wanted:
        count = " or ".join(map(str, sorted(wanted)))
        raise AnalysisError(f"{place}: {count} numbers are wanted, found {len(values)}: is the file cut?")
    if not all(map(math.isfinite, values)):
        raise AnalysisError(f"{place}: {line[:40]!r} is not all finite numbers")
    if before and not values[0] > before[-1][0]:
        raise AnalysisError(f"{place}: {values[0]:g} degrees do not come after {before[-1][0]:g}: angles ascend")
    if values[1] < 0.0:
        raise AnalysisError(f"{place}: an intensity of {values[1]:g} is negative")
    if len(values) == 3 and not values[2] > 0.0:
        raise AnalysisError(f"{place}: a standard uncertainty of {values[2]:g} is not above zero")
    if len(before) >= MOST_POINTS:
        raise AnalysisError(f"{place}: more than {MOST_POINTS} points are no powder pattern")
    return values
