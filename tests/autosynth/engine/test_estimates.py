"""What an analysis found, as a run records it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from autosynth.analysis.estimate import Estimate
from autosynth.analysis.voltammetry import CellState, VoltammetryResult
from autosynth.analysis.voltammetry.result import Goodness
from autosynth.engine.estimates import quantities_to_json, result_to_json, scans_needed
from autosynth.engine.values import measured, named
from autosynth.language.expression import parse_condition
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured

FIT = Goodness(1.5, 1.0, 1e-9, 2, 200, 3, converged=True, flags=("drift",))

NOTHING = np.zeros((0, 0))


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_recorded_as_nothing(odd: float) -> None:
    """A value, uncertainty or limit that JSON cannot say becomes null or is left out, and reads back as not found."""
    found = quantities_to_json({"a": Estimate(odd, odd, "V", odd, odd), "b": Estimate(1.0, 0.1, "V", 2.0, 0.0)})
    assert found["a"] == {"value": None, "sd": None, "unit": "V"}
    assert found["b"] == {"value": 1.0, "sd": 0.1, "unit": "V", "upper": 2.0, "lower": 0.0}
    assert math.isnan(measured(found["a"]).value)


def test_an_uncertainty_without_bounds_asks_for_one_more_scan() -> None:
    """An infinite standard uncertainty is no number of scans: the next scan may tell."""
    assert scans_needed({"a": Estimate(1.0, math.inf, "V")}, {"a": 0.1}, 3) == 4


@pytest.mark.parametrize(("chi2", "kept"), [(1.5, {"chi2": 1.5}), (math.nan, {}), (math.inf, {})])
def test_a_fit_without_a_finite_goodness_can_be_recorded(chi2: float, kept: dict[str, float]) -> None:
    """The reduced chi squared of too few points is left out; its flags and quantities stay."""
    result = VoltammetryResult(
        {}, (), (), replace(FIT, chi2_reduced=chi2), (), NOTHING, CellState((), NOTHING, NOTHING)
    )
    assert {"quantities": {}, "flags": ["drift"], **kept} == result_to_json(result)


def test_a_lattice_constant_is_a_length_in_conditions() -> None:
    """An estimate in angstrom compares with lengths of any unit, within its own uncertainty."""
    names = named("xrd", quantities_to_json({"Ru2Cu4.a": Estimate(18.781, 0.001, "angstrom")}))
    for condition, verdict in (
        ("xrd.Ru2Cu4.a > 18.77 angstrom", Truth.TRUE),
        ("xrd.Ru2Cu4.a > 1.879 nm", Truth.FALSE),
        ("xrd.Ru2Cu4.a > 18.781 angstrom", Truth.UNDECIDED),
    ):
        assert parse_condition(condition).evaluate(names) is verdict


@pytest.mark.parametrize(("value", "sd", "verdict"), [
    (1.0, 0.0, Truth.TRUE), (0.0, 0.0, Truth.FALSE), (0.5, 0.5, Truth.UNDECIDED),
])  # fmt: skip
def test_a_claim_that_is_unresolved_decides_nothing(value: float, sd: float, verdict: Truth) -> None:
    """As powder diffraction tells a solid solution: one, nought, or between."""
    names = named("xrd", quantities_to_json({"solid_solution": Estimate(value, sd, "1")}))
    assert parse_condition("xrd.solid_solution > 90 %").evaluate(names) is verdict


def test_a_change_between_different_products_decides_nothing() -> None:
    """It is recorded as not known, and the difference of both fractions is not taken in its place."""
    quantities = {"product_frac": Estimate(0.9, 0.01, "1"), "change product_frac": Estimate(math.nan, math.nan, "1")}
    recorded = quantities_to_json(quantities)
    names = named("cv", recorded) | {"previous cv.product_frac": Measured(0.9, 0.01, "ratio")}
    assert parse_condition("change(cv.product_frac) < 50 %").evaluate(names) is Truth.UNDECIDED
