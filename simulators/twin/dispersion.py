"""Renders what a dip probe shows of a dispersion: plasmon, light scattered, stray light, noise; nothing of a library.

Each bench has its own shift of the wavelength scale, damping, path and dust, drawn once from the seed. Clumped
particles absorb in the red instead [assumption]; silver chloride scatters [assumption]. All spreads are assumed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulators.twin.johnson_christy import Array
from simulators.twin.nanoparticles import CLUMPED, NUCLEI, SILVER_CL, halves, metal_mol
from simulators.twin.plasmon import Particle, extinction, radius_nm

FIRST_NM, LAST_NM, STEP_NM = 350.0, 850.0, 1.0
PATH_CM = 0.2
NOISE_AU, OFFSET_AU, STRAY = 0.001, 0.002, 0.002
SHIFT_NM, RADIUS_REL, PATH_REL = 1.5, 0.05, 0.01
DUST_AU, CHLORIDE_AU_M = (0.002, 0.01), 4000.0
CLUMP_NM, CLUMP_FWHM_NM, CLUMP_REL = 650.0, 180.0, 0.7
LEAST_M = 1e-8


class Dispersions:
    """How dispersions look on one bench."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._rng = rng
        spread = 1.0 if perturb else 0.0
        self.shift_nm = spread * float(np.clip(rng.normal(0.0, SHIFT_NM), -2 * SHIFT_NM, 2 * SHIFT_NM))
        self.radius_factor = float(np.exp(spread * rng.normal(0.0, RADIUS_REL)))
        self.path_cm = PATH_CM * (1.0 + spread * float(rng.normal(0.0, PATH_REL)))
        self.dust_au = float(rng.uniform(*DUST_AU)) if perturb else 0.0

    def render(self, mol: Mapping[str, float], volume_ml: float) -> dict[str, Any]:
        """Return absorbance over wavelength in nm of so much liquid with these amounts."""
        nm = np.arange(FIRST_NM, LAST_NM + STEP_NM / 2.0, STEP_NM)
        litres = volume_ml * 1e-3
        true = self.true(nm, mol, litres) if litres > 0.0 else np.zeros_like(nm)
        seen = -np.log10((10.0**-true + STRAY) / (1.0 + STRAY))
        seen = seen + self._rng.normal(0.0, OFFSET_AU) + self._rng.normal(0.0, NOISE_AU, nm.size)
        return {"x": nm.tolist(), "y": seen.tolist(), "x_unit": "nm", "y_unit": "absorbance"}

    def true(self, nm: Array, mol: Mapping[str, float], litres: float) -> Array:
        """Return the absorbance without what an instrument adds."""
        chloride_m = mol.get(SILVER_CL, 0.0) / litres
        scattered = (self.dust_au + self.path_cm * CHLORIDE_AU_M * chloride_m) * (500.0 / nm) ** 4
        particles = mol.get(NUCLEI, 0.0) + mol.get(CLUMPED, 0.0)
        metal_m = metal_mol(mol) / litres
        if metal_m < LEAST_M or particles <= 0.0:
            return np.asarray(scattered)
        radius = self.radius_factor * radius_nm(metal_mol(mol), particles)
        inside, outside = halves(mol)
        plasmon = extinction(nm - self.shift_nm, Particle(inside, outside, radius), metal_m, self.path_cm)
        clumped = mol.get(CLUMPED, 0.0) / particles
        band = np.exp(-4.0 * np.log(2.0) * ((nm - CLUMP_NM) / CLUMP_FWHM_NM) ** 2)
        red = CLUMP_REL * float(plasmon[(nm > 380.0) & (nm < 600.0)].max()) * band
        return np.asarray(scattered + (1.0 - clumped) * plasmon + clumped * red)

    def describe(self) -> dict[str, Any]:
        """Return the bench's own numbers, JSON-able."""
        return {
            "shift_nm": self.shift_nm,
            "radius_factor": self.radius_factor,
            "path_cm": self.path_cm,
            "dust_au": self.dust_au,
        }
