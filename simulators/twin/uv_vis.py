"""Renders a diffuse reflectance spectrum (Kubelka-Munk): copper's d-d band at 700 nm, the diruthenium's at 440 nm.

Positions are the seed's; widths, strengths and the scattering background are assumed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulators.twin.samples import SolidSample

FIRST_NM, LAST_NM, STEP_NM = 350.0, 900.0, 1.0
BANDS: Mapping[str, tuple[float, float, float]] = {"Cu": (700.0, 130.0, 0.12), "Ru": (440.0, 90.0, 0.35)}
"""Element -> centre and full width at half height in nm, height for one mmol/g."""
NOISE, SHIFT_NM, WIDTH_REL, BACKGROUND = 0.002, 2.0, 0.05, 0.03


class UvVis:
    """The colours of one bench's solids."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._rng = rng
        spread = 1.0 if perturb else 0.0
        self.bands = {
            element: (
                nm + spread * float(rng.normal(0.0, SHIFT_NM)),
                width * float(np.exp(spread * rng.normal(0.0, WIDTH_REL))),
                height,
            )
            for element, (nm, width, height) in BANDS.items()
        }

    def render(self, sample: SolidSample, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the Kubelka-Munk function over wavelength in nm."""
        nm = np.arange(FIRST_NM, LAST_NM + STEP_NM / 2.0, STEP_NM)
        shown = BACKGROUND * (FIRST_NM / nm) ** 2
        for element, (centre_nm, width_nm, height) in self.bands.items():
            away = (nm - centre_nm) / (width_nm / 2.0)
            shown = shown + height * sample.element_mmol_g(element) * np.exp(-np.log(2.0) * away**2)
        shown = shown + self._rng.normal(0.0, NOISE, nm.size)
        return {"x": nm.tolist(), "y": shown.tolist(), "x_unit": "nm", "y_unit": "Kubelka-Munk"}

    def describe(self) -> dict[str, Any]:
        """Return element -> [nm, width in nm, height], JSON-able."""
        return {element: list(band) for element, band in self.bands.items()}
