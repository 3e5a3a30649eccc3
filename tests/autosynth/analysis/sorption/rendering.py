"""Isotherms from the BET and Langmuir equations, as written in textbooks, with a knee that fills as a real one does."""

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.sorption import Isotherm

Numbers = NDArray[np.float64]


def pressures(points: int = 60) -> Numbers:
    """Return relative pressures from a millionth to 0.95, dense where the monolayer fills."""
    return np.concatenate((np.geomspace(1e-6, 0.02, points // 2), np.linspace(0.025, 0.95, points - points // 2)))


def bet(p: Numbers, monolayer: float, c: float) -> Numbers:
    """Return n = m C p / ((1 - p)(1 + (C - 1) p))."""
    return np.asarray(monolayer * c * p / ((1.0 - p) * (1.0 + (c - 1.0) * p)))


def langmuir(p: Numbers, capacity: float, k: float) -> Numbers:
    """Return n = m K p / (1 + K p)."""
    return np.asarray(capacity * k * p / (1.0 + k * p))


def isotherm(p: Numbers, n: Numbers, gas: str = "N2", kelvin: float = 77.36) -> Isotherm:
    return Isotherm(p, n, gas, kelvin)
