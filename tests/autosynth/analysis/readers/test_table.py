from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.readers.table import read_table
from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.errors import AnalysisError, InputError


def test_columns_without_header_are_si() -> None:
    """Three bare columns are seconds, volts and amperes."""
    scan = read_table("1,0.1,1e-6\n2,0.2,2e-6\n")
    assert list(scan.t_s) == [0.0, 1.0]
    assert list(scan.potential_v) == [0.1, 0.2]
    assert list(scan.current_a) == [1e-6, 2e-6]


@pytest.mark.parametrize("header", ["E / mV;I / µA", "Potential [mV]\tCurrent (uA)", "e_mV,i_uA", "Ewe/mV,I/uA"])
def test_headers_carry_units(header: str) -> None:
    """Columns may come in other units and orders, with any of the usual separators."""
    separator = next(mark for mark in ";\t," if mark in header)
    scan = read_table(f"# note\n{header}\n100{separator}2\n\n200{separator}4\n")
    assert pytest.approx(list(scan.potential_v)) == [0.1, 0.2]
    assert pytest.approx(list(scan.current_a)) == [2e-6, 4e-6]
    assert not scan.has_time


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "column 'a' is not known"),
        ("t,E\n1,2\n", "needs a potential .* and a current"),
        ("t,E,I\n1,2,3\n1,x,3\n", "line 3: 3 numbers are wanted"),
        ("1,2,3\n1,2\n", "line 2: 3 numbers"),
    ],
)
def test_broken_tables_are_refused(text: str, complaint: str) -> None:
    """What is wrong with a table is told with its line."""
    with pytest.raises(AnalysisError, match=complaint):
        read_table(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text whatever makes the reader fail in another way than by refusing."""
    with suppress(AnalysisError):
        assert len(read_table(text).t_s) > 0


def test_file_without_times_needs_the_rate(tmp_path: Path) -> None:
    """Times follow from the scan rate and the step; without a rate the file is refused."""
    path = tmp_path / "scan.csv"
    path.write_text("E,I\n" + "".join(f"{0.002 * i},{1e-6 * i}\n" for i in range(60)), encoding="utf-8")
    with pytest.raises(AnalysisError, match="give the scan rate"):
        read_voltammograms(path)
    scan = read_voltammograms(path, rate_v_s=0.1, reference_offset_v=0.5)[0]
    assert scan.step_s == pytest.approx(0.02)
    assert scan.potential_v[0] == pytest.approx(-0.5)


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    """A file that is not there is refused by its path."""
    with pytest.raises(InputError, match="cannot read"):
        read_voltammograms(tmp_path / "none.csv")
