from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.readers.emstat import OFFSET, PREFIXES, is_emstat, read_emstat
from autosynth.errors import AnalysisError

TWO_SCANS = """e
M0005
C0001
Pda807A120u;ba7D9DA60f,14,284
Pda7F85EE0u;ba82AB973f,10,284
-
C0002
Pda7F85F3Fu;ba     nan
-
*

"""


def test_documented_values_are_read() -> None:
    """The check values known for the format come out: 0.5 V, -0.5 V, -2.5 nA, 2.799987 nA, -0.499905 V."""
    first, second = read_emstat(TWO_SCANS)
    assert pytest.approx(list(first.potential_v)) == [0.5, -0.5]
    assert pytest.approx(list(first.current_a)) == [-2.5e-9, 2.799987e-9]
    assert pytest.approx(list(second.potential_v)) == [-0.499905]


def test_not_a_number_stays_one() -> None:
    """The instrument's own NaN is not turned into a value."""
    assert read_emstat(TWO_SCANS)[1].current_a[0] != read_emstat(TWO_SCANS)[1].current_a[0]


def test_overload_status_voids_the_current() -> None:
    """A current with the overload bit is not believed."""
    scan = read_emstat("Pda8000000 ;ba8000001u,12,20A\nPda8000001m;ba8000001u,14,20A\n")[0]
    assert [value != value for value in scan.current_a] == [True, False]


def test_times_are_counted_from_the_first_point() -> None:
    """With a time variable the scan starts at zero seconds; without one it says that it has no times."""
    timed = read_emstat("Peb80003E8m;da8000000 ;ba8000000 \nPeb80007D0m;da8000000 ;ba8000000 \n")[0]
    assert pytest.approx(list(timed.t_s)) == [0.0, 1.0]
    assert (timed.has_time, read_emstat(TWO_SCANS)[0].has_time) == (True, False)


@given(st.integers(-OFFSET, 0x7FFFFFF), st.sampled_from(sorted(PREFIXES)))
def test_every_encodable_value_is_read_back(count: int, prefix: str) -> None:
    """Seven digits and a prefix are the count times the prefix, over the whole range."""
    scan = read_emstat(f"Pda{count + OFFSET:07X}{prefix};ba8000000 \n")[0]
    assert count * PREFIXES[prefix] == pytest.approx(float(scan.potential_v[0]))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("hello\n", "no data package"),
        ("Pda80\n", "line 1: 'da80' is not a variable"),
        ("Pda8000000 \n", "lacks the potential .* or the current"),
        ("M0005\n!0032: Line 4\n", "line 2: the instrument stopped with error 0032"),
    ],
)
def test_broken_files_are_refused(text: str, complaint: str) -> None:
    """Text without packages, cut packages, missing variables and run-time errors are told apart."""
    with pytest.raises(AnalysisError, match=complaint):
        read_emstat(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text whatever makes the reader fail in another way than by refusing."""
    with suppress(AnalysisError):
        assert len(read_emstat(text)) > 0


def test_kind_of_file_is_recognised() -> None:
    """A package line marks the format; a table has none."""
    assert (is_emstat(TWO_SCANS), is_emstat("Potential,I\n1,2\n")) == (True, False)
