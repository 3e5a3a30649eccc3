"""A pump's options, limits and what the simulator gets of them."""

from typing import Any

import pytest

from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.liquid import kept_rate_ml_min
from autosynth.errors import ArgumentError
from drivers.tecan_cavro import DRIVER
from drivers.tecan_cavro.options import Scale, read_options


def test_limits_follow_syringe_and_gain() -> None:
    """5 to 6000 half-increments a second of 6000 a stroke; 3000 increments."""
    settings = DriverSettings("pump", {"syringe": "500 uL", "ports": 4}, PumpCalibration(gain=0.98))
    limits = DRIVER.limits(settings)
    assert limits.ports == ("1", "2", "3", "4")
    assert limits.syringe_ml == pytest.approx(0.49)
    assert limits.rate_min_ml_min == pytest.approx(0.0245)
    assert limits.rate_max_ml_min == pytest.approx(29.4)
    assert limits.resolution_ml == pytest.approx(0.49 / 3000)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({}, "syringe is missing"),
        ({"syringe": 1}, "syringe: 1 has no unit"),
        ({"syringe": "1 mmol"}, "volume"),
        ({"syringe": "90 mL"}, "outside"),
        ({"syringe": "1 mL", "ports": "9"}, "ports"),
        ({"syringe": "1 mL", "ports": True}, "ports"),
        ({"syringe": "1 mL", "ports": 6, "waste_port": 7}, "waste_port"),
        ({"syringe": "1 mL", "protocol": "OEM"}, "protocol"),
        ({"syringe": "1 mL", "colour": "red"}, "unknown option colour"),
        ({"syringe": "1 mL", "simulated": 3}, "simulated"),
    ],
)
def test_wrong_options_are_refused_with_what_is_right(options: dict[str, Any], word: str) -> None:
    """Nothing is clamped and nothing ignored."""
    with pytest.raises(OptionsError, match=word):
        read_options(options)


def test_the_simulator_gets_plain_numbers() -> None:
    """And what stands under `simulated`."""
    settings = DriverSettings("pump", {"syringe": "1 mL", "switch": 3, "simulated": {"gain_sd": 0.01}})
    expected = {"switch": 3, "protocol": "oem", "dialect": "xcalibur", "syringe_ml": 1.0, "ports": 9, "gain_sd": 0.01}
    assert expected == DRIVER.simulator_options(settings)


def test_calibrated_volumes_and_rates_become_increments_and_speeds() -> None:
    """Delivered is gain times nominal."""
    scale = Scale(read_options({"syringe": "1 mL"}), PumpCalibration(gain=0.5), "pump")
    assert (scale.increments(0.25), scale.increments(0.5)) == (1500, 3000)
    assert scale.speed(0.5 / 6000 * 60 * 123) == 123
    with pytest.raises(ArgumentError, match=r"pump: 0\.6 mL is outside"):
        scale.increments(0.6)


@pytest.mark.parametrize("gain", [1.0, 1.0049, 0.973])
def test_no_rate_is_exceeded(gain: float) -> None:
    """A speed is a whole number, and a rate may be a limit: the next one below it is taken, and a whole one kept."""
    scale = Scale(read_options({"syringe": "1 mL"}), PumpCalibration(gain=gain), "pump")
    step_ml_min = scale.rate_ml_min(1)
    for rate_ml_min in (0.0525, 0.0595, 0.0979, 0.123456, 1.0, 9.999):
        kept_ml_min = scale.rate_ml_min(scale.speed(rate_ml_min))
        assert rate_ml_min - step_ml_min < kept_ml_min <= rate_ml_min * (1 + 1e-6)
        assert kept_rate_ml_min(rate_ml_min, step_ml_min) == pytest.approx(kept_ml_min, rel=1e-6)
    assert [scale.speed(scale.rate_ml_min(speed)) for speed in range(5, 6001)] == list(range(5, 6001))
