"""The stroke-time model against the manual's table of seconds a stroke."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tecan_cavro.motion import initialise_s, stroke_s


@pytest.mark.parametrize(("speed", "seconds"), [(6000, 1.25), (1400, 4.30), (100, 60.0)])
def test_a_full_stroke_takes_what_the_manual_says(speed: int, seconds: float) -> None:
    """Speed codes 0, 11 and 27 of the XCalibur, with slope 7."""
    assert seconds == pytest.approx(stroke_s(6000, speed, 7), abs=0.01)


@given(st.floats(1, 6000), st.integers(5, 6000), st.integers(1, 20))
def test_a_stroke_is_never_faster_than_its_top_speed(distance: float, speed: int, slope: int) -> None:
    """Ramps only cost time, and not more than starting speed would."""
    took_s = stroke_s(distance, speed, slope)
    assert distance / speed <= took_s * (1 + 1e-9)
    assert took_s <= distance / min(speed, 900) * (1 + 1e-9)


def test_initialising_a_full_syringe_takes_longer() -> None:
    """12 s of travel for a full stroke."""
    assert initialise_s(6000) - initialise_s(0) == pytest.approx(12.0)
