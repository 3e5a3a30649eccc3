"""Curves of a fitted spectrum as a table and back; see `autosynth.analysis.curvetable`."""

from autosynth.analysis.curvetable import Curves, curves_from_table, curves_to_table
from autosynth.analysis.nmr.result import SpectrumCurves
from autosynth.errors import AnalysisError

AXIS = "shift / ppm"


def spectrum_to_table(curves: SpectrumCurves) -> bytes:
    """Return the table: shift, measured, fitted and baseline signal (units of the noise), then that of each species."""
    given = (curves.shift_ppm, curves.measured, curves.fitted, curves.baseline, curves.components)
    return curves_to_table(Curves(AXIS, *given))


def spectrum_from_table(content: bytes) -> SpectrumCurves:
    """Return the curves that a table holds.

    Raises:
        AnalysisError: it is no such table.
    """
    found = curves_from_table(content)
    if found.axis_name != AXIS:
        raise AnalysisError(f"the table is over {found.axis_name!r}, wanted {AXIS!r}")
    given = (found.measured, found.fitted, found.baseline, found.residual, found.components)
    return SpectrumCurves(found.axis, *given)
