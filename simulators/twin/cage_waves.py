"""Where the dimetal units of cages take up electrons: each corner by itself, one electron, Nernstian.

N independent centres show N times the wave of one (Flanagan et al., J. Am. Chem. Soc. 1978, 100, 4248), so that the
waves of Ru2 5+/4+ and Rh2 5+/4+ are as high as there are such units. A ruthenium unit's potential falls by what each
of its four neighbours that is rhodium does, on average over the cage. All numbers are assumed; the bench's own lie a
little off.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulators.twin.cages import RHODIUM, RUTHENIUM
from simulators.twin.corners import CORNERS
from simulators.twin.waves import Ladder

RU_V, RH_V = -0.40, 0.60
"""Formal potentials of Ru2 5+/4+ and Rh2 5+/4+, V vs Fc+/0 [assumption]."""
NEIGHBOUR_V, NEIGHBOURS = -0.010, 4
CAGE_CM2_S, UNIT_CM2_S = 3.0e-6, 6.0e-6
COMMON_V, EACH_V, DIFFUSION_REL = 0.005, 0.002, 0.03


@dataclass(frozen=True, slots=True)
class Sites:
    """Ladders of one unit of each metal in a species, and how many the species has: species -> (ladder, count)."""

    of: Mapping[str, tuple[tuple[Ladder, int], ...]]


def sites(rng: np.random.Generator, *, perturb: bool) -> Sites:
    """Return the sites of all cages and of units in the pool, drawn once for a bench."""
    spread = 1.0 if perturb else 0.0
    common = spread * float(rng.normal(0.0, COMMON_V))
    ru_v, rh_v = (at + common + spread * float(rng.normal(0.0, EACH_V)) for at in (RU_V, RH_V))
    cage, unit = (d * float(np.exp(spread * rng.normal(0.0, DIFFUSION_REL))) for d in (CAGE_CM2_S, UNIT_CM2_S))
    found: dict[str, tuple[tuple[Ladder, int], ...]] = {
        RHODIUM: ((Ladder((rh_v,), unit), 1),),
        RUTHENIUM.unit: ((Ladder((ru_v,), unit), 1),),
    }
    for count in range(CORNERS + 1):
        beside = NEIGHBOURS * (CORNERS - count) / (CORNERS - 1)
        ladders = ((Ladder((ru_v + NEIGHBOUR_V * beside,), cage), count), (Ladder((rh_v,), cage), CORNERS - count))
        found[RUTHENIUM.cage(count)] = tuple(pair for pair in ladders if pair[1])
    return Sites(found)
