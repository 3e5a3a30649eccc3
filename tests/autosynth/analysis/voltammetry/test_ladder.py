import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.voltammetry.ladder import fill, fill_singly, thermal_per_v
from tests.autosynth.analysis.rendering import electrons

POTENTIAL_V = np.linspace(0.4, -1.4, 60)
LADDERS = st.lists(st.floats(-1.2, 0.2), min_size=1, max_size=6)


@given(LADDERS)
def test_electrons_agree_with_the_sum_over_states(ladder: list[float]) -> None:
    """The steps' occupancies add up to the mean of the Boltzmann sum."""
    filling = fill(POTENTIAL_V, np.array(ladder), thermal_per_v(298.15))
    assert electrons(POTENTIAL_V, ladder) == pytest.approx(filling.steps.sum(axis=0), abs=1e-9)


@given(LADDERS)
def test_slopes_are_derivatives_by_each_step(ladder: list[float]) -> None:
    """Slopes agree with central differences of the number of electrons."""
    thermal, small = thermal_per_v(298.15), 1e-5
    filling = fill(POTENTIAL_V, np.array(ladder), thermal)
    for step in range(len(ladder)):
        moved = small * (np.arange(len(ladder)) == step)
        up = fill(POTENTIAL_V, np.array(ladder) + moved, thermal).steps.sum(axis=0)
        down = fill(POTENTIAL_V, np.array(ladder) - moved, thermal).steps.sum(axis=0)
        assert (up - down) / (2 * small) == pytest.approx(filling.derivatives()[0][step], abs=1e-4)


@given(LADDERS)
def test_warming_is_the_derivative_by_the_logarithm_of_thermal_voltage(ladder: list[float]) -> None:
    """Warming agrees with a central difference by ln(F/RT)."""
    thermal, small = thermal_per_v(298.15), 1e-5
    up = fill(POTENTIAL_V, np.array(ladder), thermal * np.exp(small)).steps.sum(axis=0)
    down = fill(POTENTIAL_V, np.array(ladder), thermal * np.exp(-small)).steps.sum(axis=0)
    _, warming = fill(POTENTIAL_V, np.array(ladder), thermal).derivatives()
    assert (up - down) / (2 * small) == pytest.approx(warming, abs=1e-4)


def test_far_from_its_potential_a_step_is_full_or_empty() -> None:
    """Hundreds of volts away nothing overflows."""
    filling = fill(np.array([200.0, -200.0]), np.array([0.0]), thermal_per_v(298.15))
    assert pytest.approx(list(filling.steps[0])) == [0.0, 1.0]


def test_single_steps_are_filled_like_ladders_of_one() -> None:
    """Many steps at once are each what `fill` makes of a ladder of one, to the last bit."""
    steps_v = np.array([-300.0, -1.0, -0.2, 0.0, 300.0])
    thermal = thermal_per_v(298.15)
    singly = [fill(POTENTIAL_V, steps_v[i : i + 1], thermal).steps[0].tolist() for i in range(len(steps_v))]
    assert fill_singly(POTENTIAL_V, steps_v, thermal).tolist() == singly
