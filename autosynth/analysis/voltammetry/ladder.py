"""A ladder of reversible one-electron steps: how many electrons a species holds at a potential, and how that moves.

With w_k = exp(-(F/RT) sum_{j<=k} (E - E_j)) the mean number of electrons is sum(k w_k) / sum(w_k). Steps need not be
ordered; equal diffusion of all oxidation states is assumed. Slow electron transfer is not described.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array

FARADAY_C_MOL = 96485.33212
"""CODATA 2018."""
GAS_CONSTANT_J_MOL_K = 8.314462618
"""CODATA 2018."""


ZERO_C_K = 273.15


def thermal_per_v(kelvin: float) -> float:
    """Return F/RT in 1/V."""
    return FARADAY_C_MOL / (GAS_CONSTANT_J_MOL_K * kelvin)


@dataclass(frozen=True, slots=True)
class Filling:
    """How a ladder is filled along a scan; rows are steps, columns are points."""

    steps: Array
    """Mean occupancy of each step; their sum is the number of electrons taken up."""
    slopes: Array
    """Derivative of the number of electrons by each step's potential, 1/V; minus their sum is that by E."""
    warming: Array
    """Derivative of the number of electrons by the logarithm of F/RT."""


def fill(potential_v: Array, ladder_v: Array, thermal: float) -> Filling:
    """Return occupancies and slopes of a ladder at each potential; `thermal` is F/RT in 1/V."""
    if len(ladder_v) == 1:
        reduced = np.clip(thermal * (potential_v - ladder_v[0]), -500.0, 500.0)
        single = 1.0 / (1.0 + np.exp(reduced))
        spread = single * (1.0 - single)
        return Filling(single[None, :], thermal * spread[None, :], -reduced * spread)
    count = np.arange(len(ladder_v) + 1.0)[:, None]
    total = np.concatenate(([0.0], np.cumsum(ladder_v)))[:, None]
    exponent = thermal * (total - count * potential_v)
    exponent -= exponent.max(axis=0)
    weight = np.exp(exponent)
    weight /= weight.sum(axis=0)
    steps = np.cumsum(weight[:0:-1], axis=0)[::-1]
    moments = np.cumsum((count * weight)[:0:-1], axis=0)[::-1]
    warming = np.sum((count - moments[0]) * exponent * weight, axis=0)
    return Filling(steps, thermal * (moments - moments[0] * steps), warming)
