import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.tecan_cavro.motion import FULL_STROKE, SLOPE_UNIT, SPEED_CODES, Ramp

SECONDS_PER_STROKE = {0: 1.25, 11: 4.30, 27: 60.0}


@pytest.mark.parametrize(("code", "seconds"), SECONDS_PER_STROKE.items())
def test_full_stroke_takes_the_manuals_time(code: int, seconds: float) -> None:
    """The trapezoid with slope code 7 and v = 900 gives the manual's seconds per stroke."""
    ramp = Ramp.plan(FULL_STROKE, 900.0, float(SPEED_CODES[code]), 900.0, 7 * SLOPE_UNIT)
    assert pytest.approx(seconds, abs=0.005) == ramp.duration_s


def test_forty_one_speed_codes() -> None:
    """S runs from 0 to 40 and never gets faster."""
    assert len(SPEED_CODES) == 41
    assert list(SPEED_CODES) == sorted(SPEED_CODES, reverse=True)


@given(
    distance=st.floats(0.125, 6300),
    start=st.floats(50, 1000),
    top=st.floats(5, 6000),
    end=st.floats(50, 2700),
    slope=st.integers(1, 20),
    share=st.floats(0, 1),
)
def test_position_runs_from_start_to_target_and_inverts(
    distance: float, start: float, top: float, end: float, slope: int, share: float
) -> None:
    """A move covers its whole distance, never backwards, and `reached_s` is the inverse of `travelled`."""
    ramp = Ramp.plan(distance, start, top, end, slope * SLOPE_UNIT)
    at = share * ramp.duration_s
    assert 0.0 <= ramp.travelled(at) <= distance * (1 + 1e-9)
    assert ramp.travelled(at) <= ramp.travelled(at + 0.01) + 1e-6
    assert pytest.approx(distance, rel=1e-9, abs=1e-6) == ramp.travelled(ramp.duration_s)
    assert pytest.approx(share * distance, rel=1e-6, abs=1e-4) == ramp.travelled(ramp.reached_s(share * distance))
