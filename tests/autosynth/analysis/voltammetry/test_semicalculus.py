import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.voltammetry.semicalculus import binomial_weights, half_derivative, half_integral


def test_half_derivative_of_time_is_twice_root_t_over_pi() -> None:
    """The half-derivative of t is 2 sqrt(t/pi), a textbook value."""
    t = np.arange(1500) / 50.0
    assert 2.0 * np.sqrt(t[50:] / np.pi) == pytest.approx(half_derivative(t, 0.02)[50:], rel=2e-4)


@given(st.integers(2, 400), st.floats(1e-3, 10.0))
def test_half_integral_undoes_half_derivative(count: int, step_s: float) -> None:
    """Integrating by half an order what was differentiated by half an order gives the function back."""
    values = np.sin(np.arange(count) / 7.0)
    assert values == pytest.approx(half_integral(half_derivative(values, step_s), step_s), abs=1e-8)


def test_two_half_derivatives_make_one_derivative() -> None:
    """Differentiating by half an order twice is differentiating once."""
    t = 0.01 * np.arange(2000)
    values = 1.0 - np.cos(t)
    twice = half_derivative(half_derivative(values, 0.01), 0.01)
    assert np.sin(t[2:]) == pytest.approx(twice[2:], abs=1e-4)


def test_rows_are_differentiated_one_by_one() -> None:
    """A stack of functions is treated as its rows would be."""
    rows = np.vstack((np.arange(100.0), np.arange(100.0) ** 2))
    assert half_derivative(rows[1], 0.1) == pytest.approx(half_derivative(rows, 0.1)[1])


def test_binomial_weights_of_the_root() -> None:
    """The coefficients of sqrt(1 - z) begin 1, -1/2, -1/8, -1/16."""
    assert pytest.approx(list(binomial_weights(0.5, 4))) == [1.0, -0.5, -0.125, -0.0625]
