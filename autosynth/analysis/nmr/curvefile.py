"""Curves of a fitted spectrum as a table that people and reports read: what a decision was made on stays visible.

Tab separated, one row a bin, five digits. It is a picture's data: nothing is computed from it again, and a refit always
begins with the instrument's own files.
"""

import numpy as np

from autosynth.analysis.nmr.result import SpectrumCurves
from autosynth.errors import AnalysisError

FIXED = ("shift / ppm", "signal", "fit", "baseline")


def spectrum_to_table(curves: SpectrumCurves) -> bytes:
    """Return the table: shift, measured, fitted and baseline signal (units of the noise), then that of each species."""
    names = [*FIXED, *(name.replace("\t", " ") for name in curves.components)]
    columns = [curves.shift_ppm, curves.measured, curves.fitted, curves.baseline, *curves.components.values()]
    row = "\t".join(["%.7g", *["%.5g"] * (len(columns) - 1)])
    lines = ["\t".join(names), *(row % tuple(each) for each in np.column_stack(columns).tolist())]
    return ("\n".join(lines) + "\n").encode()


def spectrum_from_table(content: bytes) -> SpectrumCurves:
    """Return the curves that a table holds.

    Raises:
        AnalysisError: it is no such table.
    """
    try:
        head, *rows = content.decode().splitlines()
        values = np.array([[float(cell) for cell in row.split("\t")] for row in rows])
    except ValueError as error:
        raise AnalysisError(f"the table of a fitted spectrum cannot be read: {error}") from error
    names = head.split("\t")
    if tuple(names[: len(FIXED)]) != FIXED or values.shape != (len(rows), len(names)):
        raise AnalysisError(
            f"the table of a fitted spectrum has columns {names}, wanted {', '.join(FIXED)} and species"
        )
    shift, measured, fitted, baseline, *parts = values.T
    components = dict(zip(names[len(FIXED) :], parts, strict=True))
    return SpectrumCurves(shift, measured, fitted, baseline, measured - fitted, components)
