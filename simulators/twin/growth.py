"""Rate laws of co-reduction: binding of free metal by the polyoxometalate, hydrolysis of borohydride, silver chloride.

Pure functions of molar concentrations; `simulators.twin.nanoparticles` integrates them.
"""

from math import inf, log, sqrt

KSP_AGCL = 1.8e-10
"""Solubility product of silver chloride, M2 (25 °C, textbook)."""


def free(total: float, sites: float, binding: float) -> float:
    """Return what is free of a total, with independent sites: total = f + sites K f / (1 + K f), in M and 1/M."""
    if total <= 0.0:
        return 0.0
    b = 1.0 + binding * (sites - total)
    root = sqrt(b * b + 4.0 * binding * total)
    return (root - b) / (2.0 * binding) if b <= 0.0 else 2.0 * total / (b + root)


def hydrolysis_per_s(ph: float, kelvin: float) -> float:
    """Return the first-order rate of BH4- + 2 H2O -> 4 H2: log10 of the half-life in min is pH - (0.034 T - 1.92).

    Textbook (Kreevoy and Oelerich): 6 min at pH 9, 61 min at pH 10 and 101 h at pH 12, at 25 °C.
    """
    half_life_min = 10.0 ** (ph - (0.034 * kelvin - 1.92))
    return log(2.0) / (60.0 * half_life_min) if half_life_min > 0.0 else inf


def precipitated(silver: float, chloride: float, sites: float, binding: float) -> float:
    """Return how much of silver and chloride is solid at equilibrium, M; both totals include what is solid."""
    high = min(silver, chloride)
    if high <= 0.0 or free(silver, sites, binding) * chloride <= KSP_AGCL:
        return 0.0
    low = 0.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if free(silver - middle, sites, binding) * (chloride - middle) > KSP_AGCL:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
