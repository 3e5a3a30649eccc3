from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.readers.emstat import is_emstat, read_emstat
from autosynth.analysis.readers.packages import OFFSET, PREFIXES
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


CURRENTS = st.tuples(st.integers(0, 0xFFFFFFF), st.sampled_from(sorted(PREFIXES)), st.integers(0, 15))


@given(st.lists(CURRENTS, min_size=1, max_size=12), st.sampled_from(["", ",1%X", ",10,2%X", ",1%X,20A", ",1,27F"]))
def test_packages_read_together_are_those_read_one_by_one(rows: list[tuple[int, str, int]], metadata: str) -> None:
    """A scan of packages of one layout is exactly what it is when one odd package has each read by itself."""
    tokens = [metadata % flags if "%" in metadata else metadata for _, _, flags in rows]
    currents = [f"ba{count:07x}{prefix}{t}" for (count, prefix, _), t in zip(rows, tokens, strict=True)]
    lines = [f"Pab{place:07X}m;{current}\n" for place, current in enumerate(currents)]
    together = read_emstat("".join(lines))[0]
    singly = read_emstat("".join(lines) + "Pab     nan;ba     nan\n")[0]
    assert np.array_equal(together.current_a, singly.current_a[:-1], equal_nan=True)
    assert np.array_equal(together.potential_v, singly.potential_v[:-1])
    assert np.array_equal(together.t_s, singly.t_s[:-1])


def test_one_package_of_another_layout_is_read_as_it_is() -> None:
    """Of the same length, but with its variables the other way round, a package keeps its own meaning."""
    scan = read_emstat("Pda8000001m;ba8000002u\nPba8000004u;da8000003m\n")[0]
    assert scan.potential_v.tolist() == pytest.approx([1e-3, 3e-3])
    assert scan.current_a.tolist() == pytest.approx([2e-6, 4e-6])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("hello\n", "no data package"),
        ("Pda80\n", "line 1: 'da80' is not a variable"),
        ("Pda8000000 \n", "lacks the potential .* or the current"),
        ("Pda8000000 ;ba8000000 \nPda8000000 ;bag000000 \n!0032\n", "line 2: 'bag000000 ' is not a variable"),
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
