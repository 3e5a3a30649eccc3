"""Points as a SourceMeter's driver keeps them."""

from pathlib import Path

import numpy as np
import pytest

from autosynth.analysis.readers.sourcemeter import is_sourcemeter, read_sourcemeter
from autosynth.analysis.readers.table import read_table
from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.errors import AnalysisError
from drivers.keithley_2450.codec import raw_header

HEADING = "# SourceMeter points: source V, reading A, seconds; sign +1\n"
POINTS = "0.0,1e-6,10.0,0.1,2e-6,11.0\n0.2,9.9e37,12.0\n"


def test_points_are_read_however_many_stand_on_a_line() -> None:
    """Seconds count from the first; beyond the range there is no current."""
    scan = read_sourcemeter(HEADING + POINTS)
    assert scan.potential_v.tolist() == [0.0, 0.1, 0.2]
    assert scan.t_s.tolist() == [0.0, 1.0, 2.0]
    assert scan.current_a[:2].tolist() == [1e-6, 2e-6]
    assert np.isnan(scan.current_a[2])
    assert scan.has_time


def test_a_cell_wired_the_other_way_round_is_turned() -> None:
    """Both signs."""
    scan = read_sourcemeter(HEADING.replace("+1", "-1") + "0.1,2e-6,0\n")
    assert (scan.potential_v[0], scan.current_a[0]) == (-0.1, -2e-6)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_heading_is_the_one_that_the_driver_writes(sign: float) -> None:
    """And a table is not mistaken for it."""
    assert is_sourcemeter(raw_header(sign).decode())
    assert not is_sourcemeter(POINTS)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (POINTS, "first line"),
        (HEADING, "no point"),
        (HEADING + "1,2,3\n\n1,2\n", "line 4: 2 numbers"),
        (HEADING + "1,two,3\n", "line 2: '1,two,3' is not numbers"),
    ],
)
def test_other_text_is_refused_with_its_line(text: str, complaint: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(AnalysisError, match=complaint):
        read_sourcemeter(text)


def test_a_file_is_recognised(tmp_path: Path) -> None:
    """It becomes a voltammogram like any other, on the library's scale."""
    path = tmp_path / "scan1.txt"
    rows = [(0.01 * i, 1e-6 * i, 0.1 * i) for i in range(60)]
    path.write_text(HEADING + "".join(f"{source_v},{reading_a},{t_s}\n" for source_v, reading_a, t_s in rows))
    (found,) = read_voltammograms(path, reference_offset_v=0.05)
    table = read_table("E,I,t\n" + "".join(f"{source_v},{reading_a},{t_s}\n" for source_v, reading_a, t_s in rows))
    assert (table.potential_v - 0.05).tolist() == found.potential_v.tolist()
    assert (table.current_a.tolist(), table.t_s.tolist()) == (found.current_a.tolist(), found.t_s.tolist())
