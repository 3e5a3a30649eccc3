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


FURTHEST = 500.0
"""A step further away than so many thermal voltages is full or empty."""


@dataclass(frozen=True, slots=True)
class Filling:
    """How a ladder is filled along a scan; rows are steps, columns are points."""

    steps: Array
    """Mean occupancy of each step; their sum is the number of electrons taken up."""
    states: Array
    """Share of the species with 0, 1, 2, ... electrons; of a single step only that with one."""
    exponent: Array
    """What these shares are the exponentials of, up to a common factor; of a single step that of the share without."""
    thermal: float
    """F/RT in 1/V."""

    def derivatives(self) -> tuple[Array, Array]:
        """Return the derivatives of the number of electrons by each step's potential, 1/V, and by ln(F/RT).

        Minus the sum of the former is the derivative by the electrode's potential.
        """
        if len(self.steps) == 1:
            spread = self.states * (1.0 - self.states)
            return self.thermal * spread[None, :], -self.exponent * spread
        count = _counts(len(self.steps))
        moments = _from_each_on(count * self.states)
        weighted = (count - moments[0]) * self.exponent
        weighted *= self.states
        moments -= moments[0] * self.steps
        moments *= self.thermal
        return moments, np.sum(weighted, axis=0)


def fill(potential_v: Array, ladder_v: Array, thermal: float) -> Filling:
    """Return how a ladder is filled at each potential; `thermal` is F/RT in 1/V."""
    if len(ladder_v) == 1:
        reduced = np.clip(thermal * (potential_v - ladder_v[0]), -FURTHEST, FURTHEST)
        single = 1.0 / (1.0 + np.exp(reduced))
        return Filling(single[None, :], single, reduced, thermal)
    total = np.concatenate(([0.0], np.cumsum(ladder_v)))[:, None]
    exponent = total - _counts(len(ladder_v)) * potential_v
    exponent *= thermal
    exponent -= exponent.max(axis=0)
    weight = np.exp(exponent)
    weight /= weight.sum(axis=0)
    return Filling(_from_each_on(weight), weight, exponent, thermal)


def fill_singly(potential_v: Array, steps_v: Array, thermal: float) -> Array:
    """Return the occupancy of each of many steps, none of which knows of the others; rows are steps."""
    filled = thermal * (potential_v - steps_v[:, None])
    np.clip(filled, -FURTHEST, FURTHEST, out=filled)
    np.exp(filled, out=filled)
    filled += 1.0
    return np.asarray(np.divide(1.0, filled, out=filled))


def _counts(steps: int) -> Array:
    """Return the possible numbers of electrons, as a column."""
    return np.arange(steps + 1.0)[:, None]


def _from_each_on(rows: Array) -> Array:
    """Return for every row but the first the sum of it and all that follow."""
    found = np.empty((len(rows) - 1, rows.shape[1]))
    found[-1] = rows[-1]
    for row in range(len(found) - 1, 0, -1):
        np.add(found[row], rows[row], out=found[row - 1])
    return found
