"""Points of a Keithley SourceMeter as they were fetched: a line that says so, then source, reading, seconds of each.

The line comes from the driver, since the instrument sends bare numbers, many points to a line or one; it also says
whether the cell was wired the other way round (sign -1), for the numbers are the instrument's own. A reading beyond
the range is 9.9e37 there and NaN here. Without the line nothing is guessed.
"""

import re

import numpy as np

from autosynth.analysis.readers.scan import RawScan, since_first
from autosynth.errors import AnalysisError
from autosynth.files import lines_of

HEADING = re.compile(r"# SourceMeter points: source V, reading A, seconds; sign ([+-]1)")
OVERFLOW_A = 1e37
ELEMENTS = 3


def is_sourcemeter(text: str) -> bool:
    """Tell whether the text begins with the line of this reader."""
    return HEADING.match(text) is not None


def read_sourcemeter(text: str) -> RawScan:
    """Return the one scan that was kept.

    Raises:
        AnalysisError: the first line is missing, a line is not whole points, or there is no point.
    """
    heading = HEADING.match(text)
    if heading is None:
        raise AnalysisError("the first line does not say that these are points of a SourceMeter")
    values: list[float] = []
    for number, line in enumerate(lines_of(text)[1:], start=2):
        values += _points(number, line)
    if not values:
        raise AnalysisError("the file holds no point")
    sign = float(heading[1])
    source_v, reading_a, t_s = np.array(values).reshape(-1, ELEMENTS).T
    current_a = np.where(np.abs(reading_a) < OVERFLOW_A, sign * reading_a, np.nan)
    return RawScan(since_first(t_s), sign * source_v, current_a, has_time=True)


def _points(number: int, line: str) -> list[float]:
    try:
        values = [float(text) for text in line.split(",")] if line.strip() else []
    except ValueError as error:
        raise AnalysisError(f"line {number}: {line.strip()[:40]!r} is not numbers") from error
    if len(values) % ELEMENTS:
        raise AnalysisError(f"line {number}: {len(values)} numbers are not whole points of {ELEMENTS}")
    return values
