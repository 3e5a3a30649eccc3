"""A heater that is off is told from one that is fighting: by the plate, not by the vessel alone."""

import math
from collections.abc import Callable

import pytest

from drivers.ika_ret.cooling import Cooling

Course = Callable[[float], float]
TARGET_C = 60.0


def noticed_s(vessel: Course, plate: Course, end_s: float = 600.0) -> float | None:
    """Return when the loss of heating is proven: the vessel is read every second, the state every ten."""
    cooling = Cooling()
    for second in range(int(end_s)):
        suspected = cooling.suspected(second, vessel(second), TARGET_C)
        if suspected and second % 10 == 0 and cooling.proven(second, plate(second)):
            return float(second)
    return None


def decaying(from_c: float, to_c: float, tau_s: float, after_s: float = 0.0) -> Course:
    """Return a temperature that stays, and then approaches another."""
    return lambda t_s: to_c + (from_c - to_c) * math.exp(-max(t_s - after_s, 0.0) / tau_s)


def waving(about_c: float, by_k: float) -> Course:
    """Return a temperature that is regulated."""
    return lambda t_s: about_c + by_k * math.sin(t_s / 9)


@pytest.mark.parametrize("tau_s", [60.0, 200.0, 600.0])
def test_a_heater_that_went_off_is_noticed(tau_s: float) -> None:
    """Vessel and plate cool together, fast or slowly."""
    found = noticed_s(decaying(60.0, 22.0, tau_s, 200.0), decaying(75.0, 22.0, 130.0, 200.0))
    assert found is not None
    assert 200.0 < found < 200.0 + 60.0 + tau_s / 2


@pytest.mark.parametrize(
    ("vessel", "plate"),
    [
        (waving(60.0, 0.4), waving(75.0, 3.0)),
        (decaying(22.0, 60.0, 300.0), decaying(200.0, 75.0, 120.0)),
        (decaying(70.0, 60.0, 100.0), decaying(90.0, 70.0, 100.0)),
        (decaying(60.0, 40.0, 60.0, 200.0), decaying(75.0, 300.0, 200.0, 200.0)),
        (decaying(60.0, 59.0, 100.0), decaying(75.0, 60.0, 100.0)),
    ],
    ids=["regulation", "coasting to the target", "coming down to it", "cold liquid", "a little low"],
)
def test_a_heater_that_is_on_is_not_suspected(vessel: Course, plate: Course) -> None:
    """Neither what a controller does nor cold liquid looks like a heater that is off."""
    assert noticed_s(vessel, plate) is None


def test_a_new_setting_begins_anew() -> None:
    """What was read before the setpoint was lowered says nothing about the heater after it."""
    cooling = Cooling()
    course = decaying(60.0, 22.0, 100.0)
    for second in range(50):
        cooling.suspected(second, course(second), TARGET_C)
    cooling.forget()
    assert not any(cooling.suspected(second, course(second), TARGET_C) for second in range(50, 90))
