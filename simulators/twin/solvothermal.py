"""Solids in a closed vessel with hot solvent in an oven: how warm it is, and what dissolves, meets and grows.

What can grow in solution is decided by groups, as in a mill, and by one thing more: a framework from solution corrects
its errors by taking bonds apart again, so every carboxylate of its linker has to exchange. Those on ruthenium do not
[seed: Ru-O inert, the metalloligand fails solvothermally]; those of the free acid and of copper do [lit: HKUST-1 is
made this way]. How the ruthenium ligand fails is not published: here it stays as it is [assumption].

First order in the limiting reagent, with Arrhenius' temperature dependence. Rate, energy, order of what forms, the
least liquid and how fast an oven cools are assumptions: HKUST-1 is usually left in the oven for half a day or a day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import Any

import numpy as np

from simulators.twin.substances import REACTIONS, SUBSTANCES, SolidReaction

GAS_J_MOL_K, KELVIN = 8.314462618, 273.15
RATE_PER_S, RATE_AT_C, ACTIVATION_J_MOL = 2.0e-4, 85.0, 80_000.0
"""Rate constant, the temperature that it is of, and its activation energy [assumption: 99 % in 6.4 h at 85 C]."""
ORDERED = 0.95
"""Crystalline part of what grows from solution [assumption]."""
SOLUTION_UL_MG = 5.0
"""Liquid over solid from which there is a solution to grow from; what wets a powder for milling is not [assumption]."""
COOLING_S = 1800.0
"""Time constant of an autoclave that cools [assumption]."""
PIECE_S = 600.0
"""Longest stretch that one quadrature spans."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)


@dataclass(frozen=True, slots=True)
class Solvothermal:
    """How fast frameworks grow from hot solution on one bench; the defaults are assumed."""

    rate_per_s: float = RATE_PER_S
    rate_at_c: float = RATE_AT_C
    activation_j_mol: float = ACTIVATION_J_MOL
    ordered: float = ORDERED
    solution_ul_mg: float = SOLUTION_UL_MG
    cooling_s: float = COOLING_S

    def describe(self) -> dict[str, float]:
        """Return all numbers, JSON-able."""
        return {name: float(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Oven:
    """One stay in an oven: warmed from `base_c` by `ramp_k_s` up to `target_c`, held until `end_s`, left to cool."""

    base_c: float
    target_c: float
    ramp_k_s: float
    start_s: float
    end_s: float
    cooling_s: float = COOLING_S

    def above_k(self, t_s: float) -> float:
        """Return how much warmer than `base_c` it is at a time."""
        most_k = self.target_c - self.base_c
        if t_s <= self.end_s:
            return min(max(t_s - self.start_s, 0.0) * self.ramp_k_s, most_k)
        return self.above_k(self.end_s) * exp((self.end_s - t_s) / self.cooling_s)

    def corners_s(self, t0_s: float, t1_s: float) -> list[float]:
        """Return times from `t0_s` to `t1_s` between which it is smooth and short enough to integrate."""
        reached_s = self.start_s + (self.target_c - self.base_c) / self.ramp_k_s
        inner = sorted(each for each in (self.start_s, reached_s, self.end_s) if t0_s < each < t1_s)
        corners = [t0_s]
        for until_s in (*inner, t1_s):
            pieces = max(1, int(np.ceil((until_s - corners[-1]) / PIECE_S)))
            corners += np.linspace(corners[-1], until_s, pieces + 1)[1:].tolist()
        return corners


def solvothermal(options: Mapping[str, Any]) -> Solvothermal:
    """Return how a bench's frameworks grow, from its description's "solvothermal".

    Raises:
        ValueError: a number is not known, or not above zero.
    """
    unknown = sorted(set(options) - set(Solvothermal.__slots__))
    if unknown or any(not float(each) > 0.0 for each in options.values()):
        known = ", ".join(Solvothermal.__slots__)
        raise ValueError(f"no solvothermal {', '.join(unknown) or dict(options)}: it has {known}, all above zero")
    return Solvothermal(**{name: float(each) for name, each in options.items()})


def exposure(growth: Solvothermal, oven: Oven, t0_s: float, t1_s: float) -> float:
    """Return the integral of the rate constant over a time in the oven and after it: -ln of the part that is left."""
    corners = oven.corners_s(t0_s, t1_s)
    total = 0.0
    for low_s, high_s in pairwise(corners):
        half_s = 0.5 * (high_s - low_s)
        at_s = low_s + half_s * (NODES + 1.0)
        rates = [rate_per_s(growth, oven.base_c + oven.above_k(float(each))) for each in at_s]
        total += half_s * float(np.dot(WEIGHTS, rates))
    return total


def rate_per_s(growth: Solvothermal, temperature_c: float) -> float:
    """Return the rate constant at a temperature, by Arrhenius."""
    inverse = 1.0 / (temperature_c + KELVIN) - 1.0 / (growth.rate_at_c + KELVIN)
    return growth.rate_per_s * exp(-growth.activation_j_mol / GAS_J_MOL_K * inverse)


def grows(reaction: SolidReaction) -> bool:
    """Tell whether a reaction makes its framework in solution too: all carboxylates of what it takes exchange."""
    return all(SUBSTANCES[name].ru_carboxylate == 0 for name in reaction.reactants)


GROWING: frozenset[int] = frozenset(i for i, reaction in enumerate(REACTIONS) if grows(reaction))
"""Reactions that happen in hot solution, by their place in `REACTIONS`."""
