"""How sites are shared out between two units: a binomial with coupling and skewness, and what mean and width it has.

The family is the multiplicative binomial (Altham, Applied Statistics 1978, 27, 162) with one term more: p(n) is
proportional to C(N, n) exp(tilt n - coupling n (N - n) - skew n (N - n)(2 n - N) / N). With tilt alone it is binomial;
a positive coupling clusters like with like, a negative one orders, as nearest-neighbour coupling does in mean field. A
composition that drifts during assembly skews it. Those are the numbers that an unresolved envelope can tell.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from autosynth.analysis.arrays import Array


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Fractions with n = 0 ... N sites held by the second unit, shape (N + 1,), and their derivatives."""

    part: Array
    by: Array
    """By tilt, coupling and skew, shape (3, N + 1)."""

    @property
    def mean(self) -> float:
        """Return the mean n."""
        return float(self.part @ np.arange(len(self.part)))

    def moments(self) -> tuple[Array, Array]:
        """Return mean and variance of n, and their derivatives by tilt, coupling and skew, shape (2, 3)."""
        count = np.arange(len(self.part), dtype=np.float64)
        mean = float(self.part @ count)
        away = count - mean
        slope = np.array([[d @ count, d @ away**2] for d in self.by]).T
        return np.array([mean, float(self.part @ away**2)]), slope


def distribution(sites: int, tilt: float, coupling: float, skew: float) -> Distribution:
    """Return the member of the family with a tilt, a coupling and a skew, all without a unit."""
    count = np.arange(sites + 1, dtype=np.float64)
    mixed = count * (sites - count)
    terms = np.array([count, -mixed, -mixed * (2.0 * count - sites) / sites])
    ways = gammaln(sites + 1) - gammaln(count + 1) - gammaln(sites - count + 1)
    power = ways + np.array([tilt, coupling, skew]) @ terms
    part = np.exp(power - power.max())
    part /= part.sum()
    return Distribution(part, part * (terms - (terms @ part)[:, None]))


def dispersion(sites: int, mean: float, variance: float) -> tuple[float, Array]:
    """Return D = variance / (N p (1 - p)), p = mean / N, and its derivatives by mean and variance, shape (2,).

    D is 1 for a binomial, below for ordering, above for clustering or a composition that drifted. Near p = 0 or 1 it
    is not defined; it is infinite there.
    """
    binomial = mean * (1.0 - mean / sites)
    if not binomial > 0.0:
        return np.inf, np.array([np.inf, np.inf])
    value = variance / binomial
    return value, np.array([-value * (1.0 - 2.0 * mean / sites) / binomial, 1.0 / binomial])
