"""Renders infrared absorbance of a solid: a Lorentzian for each kind of group, by how many there are in a milligram.

Free carboxylic acid 1725 cm-1, carboxylate on copper 1642 and 1447, on ruthenium 1426, ring 755 [seed]; acetic acid
1710, on which a raw aliquot's residual founders. Everything else, and all strengths, are assumed. Noise is such that
half a percent of the acid groups can just be told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from simulators.twin.samples import SolidSample
from simulators.twin.substances import ACETIC_ACID, CU_ACETATE, RU_ACETATE, SUBSTANCES, WATER

Array = npt.NDArray[np.float64]
FWHM_CM = 18.0
"""Width of every band [seed synthesis, assumption]."""
FIRST_CM, LAST_CM, STEP_CM = 500.0, 4000.0, 2.0
PER_MMOL_G = 0.05
"""Absorbance at a band's top for one mmol/g of groups [assumption]."""
NOISE_AU, CONTACT_REL, OFFSET_AU, SLOPE_AU = 0.001, 0.1, 0.005, 0.004
POSITION_CM, WIDTH_REL = 1.0, 0.05
IMPURITY_CM, IMPURITY_AU, IMPURITY_FWHM_CM = (1500.0, 1580.0), (0.005, 0.02), 25.0


@dataclass(frozen=True, slots=True)
class Band:
    """One band: where, how wide, how strong against the standard."""

    cm: float
    fwhm_cm: float = FWHM_CM
    strength: float = 1.0


BANDS: Mapping[str, Band] = MappingProxyType(
    {
        "free COOH": Band(1725.0),
        "COO-Cu asymmetric": Band(1642.0),
        "COO-Cu symmetric": Band(1447.0, strength=0.8),
        "COO-Ru": Band(1426.0),
        "ring": Band(755.0, strength=1.2),
        "acetic acid": Band(1710.0, strength=1.5),
        "acetate asymmetric": Band(1603.0),
        "acetate symmetric": Band(1440.0, strength=0.8),
        "OH": Band(3300.0, 350.0, 0.4),
    }
)


class Infrared:
    """The bands of one bench's solids."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        """Move the bands, once; an impurity band that no library lists comes with them."""
        self._rng = rng
        self.bands = {name: _moved(band, rng) for name, band in BANDS.items()} if perturb else dict(BANDS)
        self.impurity = (
            Band(float(rng.uniform(*IMPURITY_CM)), IMPURITY_FWHM_CM, float(rng.uniform(*IMPURITY_AU)))
            if perturb
            else None
        )

    def render(self, sample: SolidSample, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return absorbance over wavenumber; the contact differs from one time to the next."""
        cm = np.arange(FIRST_CM, LAST_CM + STEP_CM / 2.0, STEP_CM)
        contact = float(np.exp(self._rng.normal(0.0, CONTACT_REL)))
        absorbance = np.zeros_like(cm)
        for name, mmol_g in groups(sample):
            band = self.bands[name]
            absorbance += PER_MMOL_G * band.strength * mmol_g * contact * lorentzian(cm, band)
        if self.impurity is not None and sample.total_mg() > 0.0:
            absorbance += self.impurity.strength * contact * lorentzian(cm, self.impurity)
        offset, slope = self._rng.normal(0.0, OFFSET_AU), self._rng.normal(0.0, SLOPE_AU)
        absorbance += offset + slope * (cm - FIRST_CM) / (LAST_CM - FIRST_CM)
        absorbance += self._rng.normal(0.0, NOISE_AU, cm.size)
        return {"x": cm.tolist(), "y": absorbance.tolist(), "x_unit": "1/cm", "y_unit": "absorbance"}

    def describe(self) -> dict[str, Any]:
        """Return band -> [cm-1, width in cm-1, strength], JSON-able."""
        shown = dict(self.bands) if self.impurity is None else {**self.bands, "impurity": self.impurity}
        return {name: [band.cm, band.fwhm_cm, band.strength] for name, band in shown.items()}


def groups(sample: SolidSample) -> Iterator[tuple[str, float]]:
    """Yield each band that a sample has and how many mmol/g of groups make it."""
    for name, mmol_g in sample.mmol_g().items():
        substance = SUBSTANCES[name]
        yield "free COOH", substance.free_cooh * mmol_g
        yield "COO-Cu asymmetric", substance.cu_carboxylate * mmol_g
        yield "COO-Cu symmetric", substance.cu_carboxylate * mmol_g
        yield "COO-Ru", substance.ru_carboxylate * mmol_g
        yield "ring", substance.parts.get("C", 0) / 9.0 * mmol_g if substance.btc or substance.framework else 0.0
        if name in {CU_ACETATE, RU_ACETATE}:
            acetates = substance.parts["C"] / 2.0 * mmol_g
            yield "acetate asymmetric", acetates
            yield "acetate symmetric", acetates
        if name == ACETIC_ACID:
            yield "acetic acid", mmol_g
        if name in {ACETIC_ACID, WATER}:
            yield "OH", mmol_g


def lorentzian(cm: Array, band: Band) -> Array:
    """Return a band of height 1."""
    half = band.fwhm_cm / 2.0
    return np.asarray(half**2 / ((cm - band.cm) ** 2 + half**2))


def _moved(band: Band, rng: np.random.Generator) -> Band:
    shift_cm = float(np.clip(rng.normal(0.0, POSITION_CM / 2.0), -POSITION_CM, POSITION_CM))
    return Band(band.cm + shift_cm, band.fwhm_cm * float(np.exp(rng.normal(0.0, WIDTH_REL))), band.strength)
