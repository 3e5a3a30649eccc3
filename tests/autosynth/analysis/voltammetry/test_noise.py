import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.voltammetry.noise import correlation_factor, noise_sd, smoothed

SHAPE_A = 4e-5 * np.sin(np.linspace(0.0, 6.0, 2000))


@given(st.integers(0, 1000))
def test_constant_noise_is_told_from_the_scan_itself(seed: int) -> None:
    """White noise on a smooth curve is estimated within a tenth, without any model."""
    noise = np.random.default_rng(seed).normal(0.0, 2e-7, 2000)
    assert float(np.mean(noise_sd(SHAPE_A + noise))) == pytest.approx(2e-7, rel=0.1)


def test_noise_that_grows_with_the_current_is_seen_as_such() -> None:
    """Where the current is large the noise is estimated larger."""
    noise = np.random.default_rng(3).normal(0.0, 1.0, 2000) * (1e-8 + 0.02 * np.abs(SHAPE_A))
    sd = noise_sd(SHAPE_A + noise)
    top, node = int(np.argmax(SHAPE_A)), int(np.argmin(np.abs(SHAPE_A[500:1500]))) + 500
    assert sd[top] > 2.5 * sd[node]


def test_noise_free_curve_has_a_floor() -> None:
    """A rendering without noise does not lead to infinite weights."""
    assert float(noise_sd(np.zeros(500)).min()) > 0.0


@given(st.integers(0, 1000))
def test_white_residual_costs_nothing(seed: int) -> None:
    """Uncorrelated residuals leave variances nearly as they are."""
    assert 1.0 <= correlation_factor(np.random.default_rng(seed).normal(size=2000)) < 1.4


def test_wavy_residual_inflates_variances() -> None:
    """A residual with a correlation length of many points counts for that many fewer points."""
    white = np.random.default_rng(1).normal(size=2020)
    assert correlation_factor(np.convolve(white, np.ones(21), mode="valid")) == pytest.approx(21.0, rel=0.4)


def test_no_residual_is_not_correlated() -> None:
    """A residual of zero everywhere is no reason to inflate."""
    assert correlation_factor(np.zeros(100)) == 1.0


def test_smoothing_keeps_parabolas() -> None:
    """A parabola passes through unchanged, away from its ends."""
    parabola = np.linspace(-1.0, 1.0, 101) ** 2
    assert smoothed(parabola)[7:-7] == pytest.approx(parabola[7:-7])
