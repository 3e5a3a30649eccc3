"""The descent that all fits share, on problems whose answers are known."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.analysis.arrays import Array
from autosynth.analysis.descent import Descent, Quadratic, descend, solve
from autosynth.errors import AnalysisError

X = np.linspace(0.0, 4.0, 60)


@dataclass(frozen=True)
class Trial:
    """A decay's rate, and the amplitude that fits best with it."""

    point: Array
    loss: float
    amplitude: float


class Decay:
    """Amplitude exp(-(1 + rate) x), noise 0.01: the amplitude is linear, the rate has the prior 0 ± 1."""

    subject = "the decay"

    def __init__(self, y: Array, *, furthest: float = 10.0, reach: float = np.inf) -> None:
        self.sd, self.furthest, self.reach = np.ones(1), np.array([furthest]), np.array([reach])
        self.seen = y / 0.01
        self.tried: list[float] = []

    def shape(self, point: Array) -> Array:
        return np.asarray(np.exp(-(1.0 + point[0]) * X) / 0.01)

    def trial(self, point: Array, last: Trial | None) -> Trial:
        self.tried.append(float(point[0]))
        row = self.shape(point)
        amplitude = max(float(row @ self.seen / (row @ row)), 0.0)
        left = self.seen - amplitude * row
        return Trial(point, 0.5 * float(left @ left) + 0.5 * float(point @ point), amplitude)

    def quadratic(self, trial: Trial) -> Quadratic:
        row = self.shape(trial.point)
        rows = np.vstack((row, -trial.amplitude * X * row))
        score = rows @ (self.seen - trial.amplitude * row) - np.append(0.0, trial.point)
        return Quadratic(rows @ rows.T, score, np.array([0.0, 1.0]))

    def free(self, trial: Trial) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        return np.array([trial.amplitude > 0.0])

    def settled(self, trial: Trial) -> float:
        return 1e-9


def found(problem: Decay, start: float = 0.0, rounds: int = 60) -> Descent[Trial]:
    """Return where the descent of a decay ends."""
    return descend(problem, np.array([start]), rounds)


@given(st.floats(-0.8, 2.0), st.floats(0.1, 10.0), st.integers(0, 99))
def test_the_end_is_a_minimum(rate: float, amplitude: float, seed: int) -> None:
    """Nothing pulls any more, amplitude and rate are those of the data, and either side is worse."""
    y = amplitude * np.exp(-(1.0 + rate) * X) + np.random.default_rng(seed).normal(0.0, 0.01, len(X))
    problem = Decay(y)
    end = found(problem)
    spread = np.sqrt(np.diag(np.linalg.inv(end.about.information + np.diag(end.about.prior))))
    assert end.converged
    assert abs(end.trial.amplitude - amplitude) < 6.0 * spread[0] + 2e-3
    assert abs(end.trial.point[0] - rate) < 6.0 * spread[1] + 2e-2
    for step in (-1e-3, 1e-3):
        assert problem.trial(end.trial.point + step, None).loss >= end.trial.loss


def test_nothing_goes_further_than_it_may() -> None:
    """Neither in one round nor in all; who stands at the limit and is pushed outwards is done."""
    y = np.exp(-3.0 * X)
    careful = Decay(y, furthest=0.1)
    assert found(careful).trial.point[0] == pytest.approx(2.0, abs=1e-2)
    assert np.max(np.abs(np.diff(careful.tried))) <= 0.1 + 1e-12
    held = found(Decay(y, reach=0.5))
    assert (held.trial.point[0], held.converged) == (0.5, True)


def test_an_amount_at_zero_stays_there() -> None:
    """A decay upside down has none of it, and then nothing is known of its rate but the prior."""
    end = found(Decay(-np.exp(-X)), start=0.3)
    assert (end.trial.amplitude, end.converged) == (0.0, True)
    assert end.trial.point[0] == pytest.approx(0.0, abs=1e-3)


def test_rounds_may_run_out_and_a_start_may_be_none() -> None:
    """The first is said; the second is an error that names what was fitted."""
    assert not found(Decay(np.exp(-3.0 * X)), rounds=1).converged
    with pytest.raises(AnalysisError, match="the decay"):
        found(Decay(np.full(len(X), np.nan)))


def test_unknowns_of_different_sizes_are_solved() -> None:
    """Amounts of 1e-9 beside shifts of 1e3 lose nothing."""
    scale = np.array([1e-9, 1.0, 1e3])
    matrix = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]) / scale / scale[:, None]
    wanted = np.array([2e-9, -1.0, 5e2])
    assert solve(matrix, matrix @ wanted) == pytest.approx(wanted, rel=1e-6)
    assert solve(matrix, np.column_stack((matrix @ wanted, matrix @ wanted))).shape == (3, 2)
