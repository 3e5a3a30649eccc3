"""Tables of fitted curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autosynth.analysis.voltammetry import Curves
from autosynth.analysis.voltammetry.curvefile import curves_from_table, curves_to_table
from autosynth.errors import AnalysisError

COLUMN = arrays.arrays(float, 60, elements=st.floats(-1e-3, 1e-3))
NAMES = st.text(st.characters(exclude_characters="\t\r\n", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@given(COLUMN, COLUMN, COLUMN, st.dictionaries(NAMES, COLUMN, max_size=4))
def test_curves_come_back_with_five_digits(
    potential: np.ndarray, measured: np.ndarray, fitted: np.ndarray, parts: dict[str, np.ndarray]
) -> None:
    """What is written is read again, to five digits, species by species."""
    baseline = 0 * fitted
    again = curves_from_table(curves_to_table(Curves(potential, measured, fitted, baseline, measured - fitted, parts)))
    assert list(again.components) == list(parts)
    pairs = [(again.potential_v, potential), (again.measured_a, measured), (again.fitted_a, fitted)]
    pairs += [(again.components[name], part) for name, part in parts.items()]
    assert all(np.allclose(found, given_, rtol=1e-4, atol=1e-300) for found, given_ in pairs)
    assert np.array_equal(again.residual_a, again.measured_a - again.fitted_a)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(content: bytes) -> None:
    """Bytes that are no table of curves raise AnalysisError and nothing else."""
    with pytest.raises(AnalysisError):
        curves_from_table(content)


def test_a_table_with_a_torn_line_is_refused() -> None:
    """A file that lost its end is not drawn as a shorter scan."""
    column = np.linspace(-1.0, 1.0, 60)
    whole = curves_to_table(Curves(column, column, column, column, column - column, {"I": column}))
    with pytest.raises(AnalysisError):
        curves_from_table(whole[:-20])


@pytest.mark.parametrize("rows", [b"", b"\n", b"  \n\n"])
def test_a_table_without_a_point_is_refused(rows: bytes) -> None:
    """There would be nothing to draw; lines of blanks are no points either."""
    with pytest.raises(AnalysisError, match="it holds no point"):
        curves_from_table(b"E / V\tI / A\tfit / A\tbaseline / A\n" + rows)
