"""Curves survive as a table, to the digits that a picture needs; what is no such table is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.arrays import Array
from autosynth.analysis.curvetable import Curves, curves_from_table, curves_to_table
from autosynth.errors import AnalysisError

approx: Any = pytest.approx
NUMBER = st.floats(-1e6, 1e6, allow_nan=False)
NAME = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() != "")


@st.composite
def curves(draw: st.DrawFn) -> Curves:
    """Return curves of a few points."""
    size = draw(st.integers(1, 8))

    def column() -> Array:
        return np.array(draw(st.lists(NUMBER, min_size=size, max_size=size)))

    names = draw(st.lists(NAME, max_size=4, unique_by=lambda name: " ".join(name.split())))
    parts = {name: column() for name in names}
    return Curves("wavenumber / 1/cm", column(), column(), column(), column(), parts)


@given(curves())
def test_a_table_gives_the_curves_again(given_: Curves) -> None:
    """The axis to seven digits, everything else to five; a name that would break the table loses its breaks only."""
    read = curves_from_table(curves_to_table(given_))
    assert read.axis_name == given_.axis_name
    assert [*read.components] == [" ".join(name.split()) for name in given_.components]
    assert read.axis == approx(given_.axis, rel=1e-6)
    for one, other in (
        (read.measured, given_.measured),
        (read.fitted, given_.fitted),
        (read.baseline, given_.baseline),
        *zip(read.components.values(), given_.components.values(), strict=True),
    ):
        assert one == approx(other, rel=1e-4)


def test_the_residual_is_measured_less_fitted() -> None:
    """What the fit leaves."""
    one, two = np.array([3.0, 5.0]), np.array([1.0, 4.5])
    assert Curves("x", one, one, two, two, {}).residual.tolist() == [2.0, 0.5]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x\tsignal\tfit\tbaseline\n",
        b"x\tsignal\tfit\n1\t2\t3\n",
        b"x\tsignal\tfit\tbaseline\n1\t2\t3\n",
        b"x\tsignal\tfit\tbaseline\n1\t2\t3\tfour\n",
        b"x\tsignal\tfit\tbaseline\n1\t2\t3\t4\n1\t2\n",
        b"\xff\xfe",
    ],
)
def test_another_table_is_refused(content: bytes) -> None:
    """Too few columns, ragged rows, words for numbers, other encodings, nothing at all."""
    with pytest.raises(AnalysisError, match="the table of a fit"):
        curves_from_table(content)
