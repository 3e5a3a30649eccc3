"""Drifts: lines through the last readings, with an uncertainty that holds; nothing before there are enough."""

import numpy as np
import pytest

from autosynth.analysis.plasmon import Reading, drifts


def readings(
    slope_nm_min: float, growth_min: float, seed: int = 1, seconds: float = 400.0, every_s: float = 10.0
) -> list[Reading]:
    rng = np.random.default_rng(seed)
    return [
        Reading(
            float(t_s),
            460.0 + slope_nm_min * t_s / 60.0 + float(rng.normal(0.0, 0.2)),
            0.2,
            0.4 * (1.0 + growth_min * t_s / 60.0) + float(rng.normal(0.0, 0.001)),
            0.001,
        )
        for t_s in np.arange(0.0, seconds + 1.0, every_s)
    ]


@pytest.mark.parametrize(("slope", "growth"), [(0.0, 0.0), (0.2, 0.01), (-1.0, 0.05)])
def test_drifts_are_the_change_over_five_minutes(slope: float, growth: float) -> None:
    """19 of 20 intervals or so hold the truth."""
    inside = [
        abs(drifts(readings(slope, 0.0, seed))["position_drift"].value - 5.0 * slope)
        <= 1.96 * drifts(readings(slope, 0.0, seed))["position_drift"].sd
        for seed in range(40)
    ]
    assert 0.85 <= np.mean(inside) <= 1.0
    found = drifts(readings(slope, growth))["absorbance_drift"]
    middle = 1.0 + growth * 250.0 / 60.0
    assert found.value == pytest.approx(5.0 * growth / middle, abs=0.004)


def test_nothing_is_told_before_five_minutes_or_of_few_readings() -> None:
    """A plateau takes time to be one."""
    assert drifts([]) == {}
    assert drifts(readings(0.0, 0.0, seconds=260.0)) == {}
    assert drifts(readings(0.0, 0.0, every_s=100.0)) == {}
    assert drifts(readings(0.0, 0.0, seconds=280.0)) != {}


def test_scatter_beyond_what_was_told_widens_the_uncertainty() -> None:
    """Readings that jump by ten of their own uncertainties are no plateau that is known."""
    calm = readings(0.0, 0.0)
    wild = [
        Reading(each.t_s, each.position_nm + (-1) ** n * 2.0, each.position_sd, each.absorbance, each.absorbance_sd)
        for n, each in enumerate(calm)
    ]
    assert drifts(wild)["position_drift"].sd > 5.0 * drifts(calm)["position_drift"].sd
