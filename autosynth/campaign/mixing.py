"""A series of clusters M(n-i)A(i) at equilibrium: what a feed gives, and what no feed can exceed.

Populations are p_i = C(n, i) exp(-g_i + mu i) / Z with mu such that the mean of i is the feed. Since
d ln p_x / d mu = x - <i>, the species x is most where the feed's mean is x itself, and no feed makes more of it. The
free energies (kT at 298 K, statistical factor removed) of the exchange of Ag7 and Cu7 are those fitted to its published
31P ratios in the dossier on intercluster exchange.
"""

from collections.abc import Sequence
from math import comb

import numpy as np
from scipy.optimize import brentq

from autosynth.analysis.arrays import Array
from autosynth.errors import InputError, Problem

AG7_CU7 = (0.0, -2.356, -2.850, -2.543, -1.648, -1.169, -0.575, 0.0)
AG7_CU7_SD = (0.0, 0.029, 0.045, 0.049, 0.049, 0.077, 0.037, 0.0)
"""g_i / kT for i = 0 ... 7 silver, and their standard uncertainties."""


def populations(energies: Sequence[float], mean: float) -> Array:
    """Return the mole fractions (n + 1,) of the species with 0 ... n atoms whose mean number is `mean`.

    Raises:
        InputError: the mean is not between 0 and n, both excluded.
    """
    count = len(energies) - 1
    if not 0.0 < mean < count:
        raise InputError(Problem(f"a mean of {mean:g} is not between 0 and {count}, both excluded", rule="optimiser"))
    logs = np.log([comb(count, i) for i in range(count + 1)]) - np.asarray(energies, dtype=float)
    atoms = np.arange(count + 1.0)

    def shares(mu: float) -> Array:
        raised = logs + mu * atoms
        weights = np.exp(raised - raised.max())
        return np.asarray(weights / weights.sum())

    mu = float(brentq(lambda trial: float(shares(trial) @ atoms) - mean, -200.0, 200.0, xtol=1e-12))
    return shares(mu)


def ceiling(energies: Sequence[float], species: int) -> float:
    """Return the highest mole fraction that mixing can give the species with this many atoms."""
    return float(populations(energies, float(species))[species])
