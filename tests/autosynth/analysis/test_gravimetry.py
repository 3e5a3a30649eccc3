"""Weighed doses to a calibration: water's density, weighing in air, gain and scatter with honest uncertainties."""

import random

import pytest

from autosynth.analysis.gravimetry import (
    AIR_G_ML,
    WEIGHT_G_ML,
    Calibration,
    Density,
    WeighedDose,
    calibrate,
    volume_ml,
    water_density,
)
from autosynth.errors import AnalysisError

WATER = water_density(22.0, 0.5)
BALANCE_G = 1e-4


@pytest.mark.parametrize(
    ("temperature_c", "g_ml"),
    [(4.0, 0.9999749), (10.0, 0.9997027), (20.0, 0.9982067), (25.0, 0.9970470), (40.0, 0.9922152)],
)
def test_the_density_of_water_is_the_tabulated_one(temperature_c: float, g_ml: float) -> None:
    """The formula agrees with the table of its publication to the last digit."""
    assert water_density(temperature_c, 0.0).value_g_ml == pytest.approx(g_ml, abs=1e-7)


def test_a_thermometer_half_a_kelvin_off_is_a_hundredth_of_a_percent() -> None:
    """The slope at 22 °C is 0.22 g/L per kelvin; without a thermometer's uncertainty the water's own is left."""
    assert WATER.sd_g_ml == pytest.approx(1.1e-4, rel=0.05)
    assert water_density(22.0, 0.0).sd_g_ml == pytest.approx(2e-5, rel=0.01)


@pytest.mark.parametrize("temperature_c", [-1.0, 40.1, float("nan")])
def test_outside_the_formula_nothing_is_said(temperature_c: float) -> None:
    """A density is not extrapolated."""
    with pytest.raises(AnalysisError, match="0 to 40 °C"):
        water_density(temperature_c, 0.1)


def test_weighing_in_air_hides_a_thousandth() -> None:
    """A gram on the balance is 1.00105 g of water, which at 20 °C is 1.00285 mL."""
    assert volume_ml(1.0, water_density(20.0, 0.0)) == pytest.approx(1.00285, abs=2e-5)


def rendered(seed: int, gain: float, stroke_sd_ml: float, doses: int, *nominal_ml: float) -> list[WeighedDose]:
    """Return doses as a pump of that gain and scatter would make them and a balance would show them."""
    noise, found = random.Random(seed), []
    for number in range(doses):
        nominal, strokes = nominal_ml[number % len(nominal_ml)], 1 + number % len(nominal_ml)
        true_ml = gain * nominal + sum(noise.gauss(0.0, stroke_sd_ml) for _ in range(strokes))
        true_g = true_ml * (WATER.value_g_ml - AIR_G_ML) / (1.0 - AIR_G_ML / WEIGHT_G_ML)
        shown_g = true_g + noise.gauss(0.0, BALANCE_G) - noise.gauss(0.0, BALANCE_G)
        found.append(WeighedDose(nominal, shown_g, strokes))
    return found


def test_gain_and_scatter_are_found() -> None:
    """Ten doses of half a millilitre tell the gain to a tenth of a percent."""
    found = calibrate(rendered(1, 0.996, 5e-4, 10, 0.5), WATER, BALANCE_G)
    assert found.gain == pytest.approx(0.996, abs=3 * found.gain_sd)
    assert found.gain_sd < 1e-3
    assert found.stroke_sd_ml == pytest.approx(5e-4, abs=3 * found.stroke_sd_sd_ml)


def test_stated_uncertainties_cover_what_they_say() -> None:
    """Over 400 calibrations of mixed doses the gain is within one sd about two times in three, within two 95 %."""
    off = []
    for seed in range(400):
        found: Calibration = calibrate(rendered(seed, 1.004, 4e-4, 10, 0.25, 0.5), Density(WATER.value_g_ml, 0.0), 1e-4)
        off.append(abs(found.gain - 1.004) / found.gain_sd)
    assert 0.58 < sum(each < 1.0 for each in off) / 400 < 0.74
    assert 0.89 < sum(each < 2.0 for each in off) / 400 < 0.98


def test_the_scatter_of_the_balance_is_not_the_pump_s() -> None:
    """A pump without scatter comes out with less than the balance's repeatability."""
    found = calibrate(rendered(3, 1.0, 0.0, 40, 0.5), WATER, BALANCE_G)
    assert found.stroke_sd_ml < 1e-4


@pytest.mark.parametrize(
    ("doses", "said"),
    [
        ([WeighedDose(0.5, 0.5)] * 2, "at least 3"),
        ([WeighedDose(0.0, 0.5)] * 3, "dose 1"),
        ([WeighedDose(0.5, -0.5)] * 3, "in order"),
        ([WeighedDose(0.5, float("nan"))] * 3, "is none"),
    ],
)
def test_what_tells_no_calibration_is_refused(doses: list[WeighedDose], said: str) -> None:
    """Too few doses, a dose of nothing, negative weights, no numbers."""
    with pytest.raises(AnalysisError, match=said):
        calibrate(doses, WATER, BALANCE_G)
