"""The points of a stream: how many are due, seen from any moment."""

from hypothesis import given
from hypothesis import strategies as st

from simulators.palmsens_emstat_pico.sweep import points_due


def one_by_one(wanted_s: list[float], made: int, scan: int | None, until_s: float, late_s: float) -> int:
    """Count as one who takes a point at a time, and stops where a scan is announced."""
    due = made
    while due < len(wanted_s) and wanted_s[due] + late_s <= until_s:
        due += 1
        if scan is not None and due > 1 and (due - 1) % scan == 0:
            break
    return due


@given(
    count=st.integers(1, 40),
    made=st.integers(0, 39),
    scan=st.none() | st.integers(1, 12),
    until_s=st.floats(-1.0, 12.0),
    late_s=st.floats(0.0, 3.0),
)
def test_points_are_due_as_if_taken_one_by_one(
    count: int, made: int, scan: int | None, until_s: float, late_s: float
) -> None:
    """All points whose time has come, up to the first one of the next scan and no further."""
    wanted_s = [0.25 * (number + 1) for number in range(count)]
    made = min(made, count - 1)
    assert points_due(wanted_s, made, scan, until_s, late_s) == one_by_one(wanted_s, made, scan, until_s, late_s)
