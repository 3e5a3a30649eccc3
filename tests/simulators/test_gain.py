"""A pump's true gain is about its calibration and never so far off that the calibration would have been noticed."""

import numpy as np
import pytest

from simulators.gain import FARTHEST_SD, true_gain
from simulators.layout import chance


def test_gains_are_normal_about_one_and_cut_off() -> None:
    """Twenty thousand pumps: mean 1, the standard deviation asked for, and the one that was drawn at -5.7 sd not."""
    rng = np.random.default_rng(1)
    gains = np.array([true_gain(0.004, rng) for _ in range(20_000)])
    assert gains.mean() == pytest.approx(1.0, abs=1e-4)
    assert gains.std() == pytest.approx(0.004, rel=0.02)
    far = chance(42828, "device pump")
    assert float(far.standard_normal()) < -5.7
    assert abs(true_gain(0.004, chance(42828, "device pump")) - 1.0) <= FARTHEST_SD * 0.004
