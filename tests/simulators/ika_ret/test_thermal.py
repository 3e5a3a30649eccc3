import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.ika_ret.thermal import Plant, regulated, steady

PLANT = Plant(ambient_c=22.0)


def stepped(plant: Plant, plate_c: float, medium_c: float, power_w: float, seconds: float) -> tuple[float, float]:
    """Integrate the two heat balances in small steps: the oracle."""
    dt_s = 0.05
    for _ in range(round(seconds / dt_s)):
        through = plant.contact_w_k * (plate_c - medium_c)
        plate_c += dt_s * (power_w - plant.plate_loss_w_k * (plate_c - plant.ambient_c) - through) / plant.plate_j_k
        medium_c += dt_s * (through - plant.medium_loss_w_k * (medium_c - plant.ambient_c)) / plant.medium_j_k
    return plate_c, medium_c


@given(st.floats(0, 600), st.floats(0, 150), st.floats(0, 150), st.floats(0.1, 200))
def test_constant_power_agrees_with_small_steps(
    power_w: float, plate_c: float, medium_c: float, after_s: float
) -> None:
    """The closed form is what stepping the balances gives."""
    after_s = round(after_s / 0.05) * 0.05
    assert steady(PLANT, 5.0, plate_c, medium_c, power_w).at(5.0 + after_s) == pytest.approx(
        stepped(PLANT, plate_c, medium_c, power_w, after_s), abs=0.3
    )


@given(st.floats(25, 200), st.floats(0, 150), st.booleans())
def test_control_ends_at_the_target_without_jumps(target_c: float, start_c: float, on_medium: bool) -> None:
    """The sensed store settles at the set-point and temperatures never jump where the controller leaves its limit."""
    path = regulated(PLANT, 0.0, start_c, start_c, target_c, on_medium=on_medium)
    assert path.at(2.0e4)[1 if on_medium else 0] == pytest.approx(target_c, abs=0.01)
    for segment in path.segments[1:]:
        before, after = path.at(segment.start_s - 1e-6), path.at(segment.start_s + 1e-6)
        assert before == pytest.approx(after, abs=1e-3)


def test_overshoot_is_modest() -> None:
    """Heating a small flask from 22 to 60 C takes minutes and overshoots by less than 3 C."""
    path = regulated(PLANT, 0.0, 22.0, 22.0, 60.0, on_medium=True)
    highest = max(path.medium_c(float(t_s)) for t_s in range(3000))
    assert 60.1 < highest < 63.0
    assert path.medium_c(30.0) < 40.0


def test_full_power_is_the_limit() -> None:
    """A far set-point is approached at constant full power first."""
    path = regulated(PLANT, 0.0, 22.0, 22.0, 250.0, on_medium=True)
    assert path.at(20.0) == pytest.approx(stepped(PLANT, 22.0, 22.0, 600.0, 20.0), abs=0.1)


def test_a_target_below_ambient_is_never_reached() -> None:
    """The heater can only stay off."""
    path = regulated(PLANT, 0.0, 40.0, 40.0, 5.0, on_medium=True)
    assert path.medium_c(1.0e5) == pytest.approx(22.0, abs=0.01)


def test_the_plates_limit_is_found() -> None:
    """The moment the plate passes 100 C at full power is the moment it reads 100 C."""
    path = steady(PLANT, 0.0, 22.0, 22.0, 600.0)
    at_s = path.plate_exceeds_s(100.0)
    assert at_s is not None
    assert path.plate_c(at_s) == pytest.approx(100.0, abs=0.02)
    assert path.plate_exceeds_s(math.inf) is None
