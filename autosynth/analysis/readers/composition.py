"""Contents of elements from a table, as plasma spectrometers export them: element, value, sd and unit, a line each."""

import re
from pathlib import Path

from autosynth.analysis.composition import UNITS, Content
from autosynth.analysis.readers.columns import columns_of, place_of, read_text
from autosynth.errors import AnalysisError

_ELEMENT = re.compile(r"([A-Z][a-z]?)(?:\s*[0-9]+(?:\.[0-9]+)?)?")
"""A symbol, and a mass number or wavelength that some instruments write behind it."""


def read_composition(path: Path) -> list[Content]:
    """Read the contents that a table holds.

    Raises:
        InputError: the file cannot be read, is no regular file, or has more than 64 MB.
        AnalysisError: a column is missing, or a line is damaged, in an unknown unit, or without an uncertainty above
            zero; the message names file and line.
    """
    return contents_of(read_text(path), str(path))


def contents_of(text: str, file: str) -> list[Content]:
    """Return the contents that a text holds, as `read_composition` does; `file` is what messages call it.

    Raises:
        AnalysisError: see there.
    """
    table = columns_of(text, file)
    element, value, sd, unit = (
        place_of(table.names, names, file)
        for names in (("element",), ("value", "content", "mean"), ("sd", "uncertainty"), ("unit",))
    )
    found: list[Content] = []
    for line, cells in table.rows:
        place, symbol = f"{file}:{line}", _ELEMENT.fullmatch(cells[element])
        if symbol is None:
            raise AnalysisError(f"{place}: {cells[element][:20]!r} is no element")
        if cells[unit] not in UNITS:
            raise AnalysisError(f"{place}: a unit of {cells[unit][:20]!r}, one of {', '.join(UNITS)} is wanted")
        content = Content(symbol[1], table.number(line, cells[value]), table.number(line, cells[sd]), cells[unit])
        if not content.sd > 0.0:
            raise AnalysisError(f"{place}: an uncertainty of {content.sd:g}: say how sure the value is")
        found.append(content)
    return found
