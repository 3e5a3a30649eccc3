"""Curves of a fit as a table that people and reports read: what a decision was made on stays visible as it was.

Tab separated, one row a point, potentials and currents with five digits. It is a picture's data: nothing is computed
from it again, and a refit always begins with the instrument's own files.
"""

import numpy as np

from autosynth.analysis.voltammetry.result import Curves
from autosynth.errors import AnalysisError

FIXED = ("E / V", "I / A", "fit / A", "baseline / A")


def curves_to_table(curves: Curves) -> bytes:
    """Return the table: potential, measured, fitted and baseline current, then the current of each species."""
    names = [*FIXED, *(f"{name.replace(chr(9), ' ')} / A" for name in curves.components)]
    columns = [curves.potential_v, curves.measured_a, curves.fitted_a, curves.baseline_a, *curves.components.values()]
    row = "\t".join(["%.5g"] * len(columns))
    lines = ["\t".join(names), *(row % tuple(each) for each in np.column_stack(columns).tolist())]
    return ("\n".join(lines) + "\n").encode()


def curves_from_table(content: bytes) -> Curves:
    """Return the curves that a table holds.

    Raises:
        AnalysisError: it is no such table.
    """
    try:
        head, *rows = content.decode().splitlines()
        names = head.split("\t")
        if not any(row.strip() for row in rows):
            raise ValueError("it holds no point")
        values = np.loadtxt(rows, delimiter="\t", comments=None, ndmin=2)
    except ValueError as error:
        raise AnalysisError(f"the table of fitted curves cannot be read: {error}") from error
    if tuple(names[: len(FIXED)]) != FIXED or values.shape != (len(rows), len(names)):
        raise AnalysisError(f"the table of fitted curves has columns {names}, wanted {', '.join(FIXED)} and species")
    potential, measured, fitted, baseline, *parts = values.T
    species = (name.removesuffix(" / A") for name in names[len(FIXED) :])
    return Curves(potential, measured, fitted, baseline, measured - fitted, dict(zip(species, parts, strict=True)))
