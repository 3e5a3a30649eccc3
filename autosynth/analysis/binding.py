"""A metal that binds one ligand or two, at equilibrium: what part of the ligand is where, and how that moves.

Two constants, K1 and K2, made dimensionless by the ligand's concentration c. The free ligand that goes with a dose is
looked up on a grid and then found by Newton steps on logarithms, so that neither very tight nor very weak binding needs
care. Nothing here is fitted, and dilution by the titrant is not modelled.
"""

import numpy as np

from autosynth.analysis.arrays import Array

NEWTON = 4
GRID: Array = -np.geomspace(1e-7, 60.0, 300)
"""Logarithms of free ligand from which the one that goes with a dose is found."""


def composition(eq: Array, end: float, first: float, second: float) -> Array:
    """Return the ligand's fractions (free, ML, ML2), shape (points, 3), by mass action.

    `eq` is metal per ligand as dosed, `end` the dose of one metal a ligand, `first` and `second` K1 c and K2 c.
    """
    return balanced(np.asarray(eq, dtype=float) / end, first, second)[0]


def balanced(metal: Array, first: float, second: float) -> tuple[Array, Array]:
    """Return the fractions, and their derivatives by ln of end point, K1 c and K2 c, shape (points, 3, 3)."""
    dosed = metal > 0.0
    wanted = np.log(np.where(dosed, metal, 1.0))
    logarithm = -np.exp(np.interp(wanted, _metal(GRID, first, second)[0], np.log(-GRID)))
    for _ in range(NEWTON):
        at, slope, _ = _metal(logarithm, first, second)
        logarithm = np.minimum(logarithm - (at - wanted) / slope, logarithm / 10.0)
    _, slope, by_constant = _metal(logarithm, first, second)
    moved = -np.stack((np.ones_like(slope), *by_constant)) / slope * dosed
    ligand = np.exp(np.where(dosed, logarithm, 0.0))
    bound, pairs = 1.0 - ligand, 2.0 * second * ligand
    part = pairs / (1.0 + pairs)
    by_ligand = ligand * moved
    by_double = bound * part / (1.0 + pairs) * (moved + np.array([[0.0], [0.0], [1.0]])) - part * by_ligand
    fractions = np.stack((ligand, bound * (1.0 - part), bound * part), axis=-1)
    return fractions, np.stack((by_ligand, -by_ligand - by_double, by_double), axis=1).transpose(2, 1, 0)


def _metal(logarithm: Array, first: float, second: float) -> tuple[Array, Array, tuple[Array, Array]]:
    """Return ln of the metal at so much free ligand (ln), its derivative by that, and by ln of K1 c and K2 c."""
    ligand, bound = np.exp(logarithm), -np.expm1(logarithm)
    twice = 1.0 + 2.0 * second * ligand
    held = 1.0 + first * ligand * (1.0 + second * ligand)
    slope = -ligand / bound - 1.0 - (twice - 1.0) / twice + first * ligand * twice / held
    by_first = -1.0 / held
    by_second = first * second * ligand**2 / held - (twice - 1.0) / twice
    return np.log(bound / (first * ligand * twice) * held), slope, (by_first, by_second)
