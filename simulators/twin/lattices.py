"""Lattices of the twin's solids and the lines they give: positions exact, intensities from one shell of metal atoms.

A body-centred tetragonal cell is described as the face-centred one of edge sqrt(2) a, so all frameworks have the same
indices. Their structure factor is that of the copper site (0, y, y) of the copper framework alone: a simple law, right
about which lines are strong [assumption]. Reactants have a few low-angle lines of their own [assumption]. Lattices are
the materials' own: they do not differ from bench to bench, as zero, scale and width of a diffractometer do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from simulators.twin.substances import CU_ACETATE, CU_CU, CU_NITRATE, RU_ACETATE, RU_CU, RU_LIGAND, RU_RU, TRIMESIC

Array = npt.NDArray[np.float64]
METAL_Y, DEBYE_A2 = 0.285, 8.0
LEAST_SHARE = 1e-3
"""Lines weaker than this part of the strongest are left out."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A lattice in its face-centred setting: edges a = b and c in Angstrom."""

    a_angstrom: float
    c_angstrom: float


LATTICES: Mapping[str, Lattice] = MappingProxyType(
    {
        RU_CU: Lattice(18.781 * sqrt(2.0), 26.43),
        CU_CU: Lattice(26.36724, 26.36724),
        RU_RU: Lattice(26.7499, 26.7499),
    }
)
"""I4/mmm a = 18.781, c = 26.43; Fm-3m 26.36724 and 26.7499 [seed]."""
REACTANT_D: Mapping[str, tuple[tuple[float, float], ...]] = MappingProxyType(
    {
        RU_LIGAND: ((11.20, 1.0), (9.10, 0.6), (7.05, 0.45), (5.60, 0.3), (4.22, 0.35)),
        CU_ACETATE: ((6.91, 1.0), (6.18, 0.15), (5.39, 0.3), (4.70, 0.2), (3.56, 0.25)),
        TRIMESIC: ((8.31, 0.7), (4.84, 0.5), (3.42, 1.0)),
        RU_ACETATE: ((8.90, 1.0), (6.60, 0.4), (4.45, 0.3)),
        CU_NITRATE: ((7.80, 0.8), (6.05, 1.0), (3.95, 0.5)),
    }
)
"""Spacing in Angstrom and height against the strongest [assumption]."""


def lines(lattice: Lattice, least_d: float) -> tuple[Array, Array]:
    """Return the spacings in Angstrom of a framework's lines, and multiplicity times squared structure factor."""
    reach = int(max(lattice.a_angstrom, lattice.c_angstrom) / least_d) + 1
    h, k, m = np.meshgrid(*(np.arange(-reach, reach + 1),) * 3, indexing="ij")
    inverse = (h**2 + k**2) / lattice.a_angstrom**2 + m**2 / lattice.c_angstrom**2
    allowed = ((h + k) % 2 == 0) & ((k + m) % 2 == 0) & (inverse > 0.0) & (inverse <= least_d**-2)
    keys = np.round(inverse[allowed], 9)
    waves = [np.cos(2.0 * np.pi * METAL_Y * index[allowed]) for index in (h, k, m)]
    factor = waves[0] * waves[1] + waves[1] * waves[2] + waves[2] * waves[0]
    found, at = np.unique(keys, return_inverse=True)
    strength = np.bincount(at, weights=factor**2 * np.exp(-DEBYE_A2 * inverse[allowed] / 2.0))
    kept = strength > 0.0
    return np.asarray(1.0 / np.sqrt(found[kept])), np.asarray(strength[kept], dtype=np.float64)
