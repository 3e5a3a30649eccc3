"""Curves of a fit as a table that people and reports read: what a decision was made on stays visible.

Tab separated, one row a point, five digits: axis, measured, fitted, baseline, then each component. It is a picture's
data: nothing is computed from it again, and a refit always begins with the instrument's own files.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError

SIGNALS = ("signal", "fit", "baseline")


@dataclass(frozen=True, slots=True)
class Curves:
    """A fit over its axis; components and baseline sum to what was fitted."""

    axis_name: str
    axis: Array
    measured: Array
    fitted: Array
    baseline: Array
    components: Mapping[str, Array]

    @property
    def residual(self) -> Array:
        """Return measured less fitted."""
        return self.measured - self.fitted


def curves_to_table(curves: Curves) -> bytes:
    """Return the table."""
    names = [" ".join(name.split()) for name in (curves.axis_name, *SIGNALS, *curves.components)]
    columns = [curves.axis, curves.measured, curves.fitted, curves.baseline, *curves.components.values()]
    row = "\t".join(["%.7g", *["%.5g"] * (len(columns) - 1)])
    lines = ["\t".join(names), *(row % tuple(each) for each in np.column_stack(columns).tolist())]
    return ("\n".join(lines) + "\n").encode()


def curves_from_table(content: bytes) -> Curves:
    """Return the curves that a table holds.

    Raises:
        AnalysisError: it is no such table.
    """
    try:
        head, *rows = content.decode().splitlines()
        values = np.array([[float(cell) for cell in row.split("\t")] for row in rows])
    except ValueError as error:
        raise AnalysisError(f"the table of a fit cannot be read: {error}") from error
    axis_name, *names = head.split("\t")
    if tuple(names[: len(SIGNALS)]) != SIGNALS or values.shape != (len(rows), len(names) + 1):
        message = f"the table of a fit has columns {names}, wanted an axis, {', '.join(SIGNALS)} and components"
        raise AnalysisError(message)
    axis, measured, fitted, baseline, *parts = values.T
    return Curves(axis_name, axis, measured, fitted, baseline, dict(zip(names[len(SIGNALS) :], parts, strict=True)))
