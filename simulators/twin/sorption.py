"""Renders a nitrogen isotherm at 77 K: micropores that fill at once and a little outer surface (type I).

The pores follow the BET equation for few layers, scaled so that a BET plot over low pressures gives back the area
asked for, and a Langmuir area comes out larger. Pores that were not emptied take next to nothing.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from simulators.twin.samples import SolidSample
from simulators.twin.substances import CU_CU, RU_CU, RU_RU

Array = npt.NDArray[np.float64]
AREA_M2_G: Mapping[str, float] = MappingProxyType({RU_CU: 1051.0, CU_CU: 1500.0, RU_RU: 900.0})
"""BET area of a perfect crystal; 1051 [seed], the others assumed."""
M2_PER_ML = 4.353
"""Area in m2 that one mL (STP) of nitrogen covers at 0.162 nm2 a molecule [lit]."""
AREA_SD, OUTER_M2_G, SHUT_SHARE = 60.0, 30.0, 0.03
"""Spread of the area at 1051 from seed to seed; outer surface; what pores take that were not emptied [assumption]."""
PORE_C, PORE_LAYERS, OUTER_C, OUTER_LAYERS = 1500.0, 1.73, 100.0, 4.0
BET_LOW, BET_HIGH = 0.005, 0.05
NOISE_REL = 0.002
POINTS = 48


class Sorption:
    """How porous one bench's frameworks are."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._rng = rng
        self.factor = 1.0 + float(rng.normal(0.0, AREA_SD / AREA_M2_G[RU_CU])) if perturb else 1.0

    def render(self, sample: SolidSample, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the adsorbed volume in cm3(STP)/g over p/p0."""
        pressure = np.concatenate([np.geomspace(5e-4, 0.1, POINTS // 2), np.linspace(0.12, 0.99, POINTS // 2)])
        volume = isotherm(pressure, self.area_m2_g(sample))
        volume *= 1.0 + self._rng.normal(0.0, NOISE_REL, pressure.size)
        return {"x": pressure.tolist(), "y": volume.tolist(), "x_unit": "p/p0", "y_unit": "cm3(STP)/g"}

    def area_m2_g(self, sample: SolidSample) -> float:
        """Return the true BET area."""
        areas = (
            AREA_M2_G[name] * part * sample.crystallinity.get(name, 0.0)
            for name, part in sample.parts().items()
            if name in AREA_M2_G
        )
        return sum(areas) * self.factor * (1.0 if sample.activated else SHUT_SHARE)

    def describe(self) -> dict[str, Any]:
        """Return by how much the areas differ, JSON-able."""
        return {"area_factor": self.factor}


def isotherm(pressure: Array, area_m2_g: float) -> Array:
    """Return a noiseless isotherm whose BET plot from 0.005 to 0.05 gives the area, in cm3(STP)/g."""
    outer_m2_g = min(OUTER_M2_G, area_m2_g)
    outer = _layers(pressure, OUTER_C, OUTER_LAYERS) * outer_m2_g / M2_PER_ML
    pores = _layers(pressure, PORE_C, PORE_LAYERS) * (area_m2_g - outer_m2_g) / (M2_PER_ML * _apparent())
    return np.asarray(outer + pores)


@cache
def _apparent() -> float:
    """Return what a BET plot makes of pores of monolayer 1."""
    pressure = np.linspace(BET_LOW, BET_HIGH, 20)
    slope, intercept = np.polyfit(pressure, pressure / (_layers(pressure, PORE_C, PORE_LAYERS) * (1.0 - pressure)), 1)
    return float(1.0 / (slope + intercept))


def _layers(pressure: Array, c: float, layers: float) -> Array:
    """Return the BET equation for so many layers, of monolayer 1."""
    high = pressure ** (layers + 1.0)
    upper = 1.0 - (layers + 1.0) * pressure**layers + layers * high
    return np.asarray(c * pressure / (1.0 - pressure) * upper / (1.0 + (c - 1.0) * pressure - c * high))
