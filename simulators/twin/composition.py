"""Renders an elemental analysis of the metals: how much there is of each in a gram, to one percent.

Several determinations scatter independently, so that their mean is surer by the root of their number: a calibration
that is off for all of them alike is not simulated [assumption].
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulators.twin.samples import Dissolved, SolidSample

ELEMENTS = ("Cu", "Ru")
DISSOLVED = ("Cu", "Rh", "Ru")
NOISE_REL = 0.01
"""Spread of one determination [assumption]."""


class Composition:
    """Digests samples and counts their metals."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def render(self, sample: SolidSample | Dissolved, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the metals in mmol/g or mmol/L, with what the mean of the determinations asked for is good for."""
        mean_rel = NOISE_REL / float(np.sqrt(int(settings.get("determinations", 1))))
        if isinstance(sample, Dissolved):
            held = {element: sample.element_mmol_l(element) for element in DISSOLVED}
            seen = {e: value * float(1.0 + self._rng.normal(0.0, mean_rel)) for e, value in held.items() if value > 0.0}
            return {"elements": seen, "unit": "mmol/L", "rel_sd": mean_rel}
        factors = 1.0 + self._rng.normal(0.0, mean_rel, len(ELEMENTS))
        found = {e: sample.element_mmol_g(e) * float(f) for e, f in zip(ELEMENTS, factors, strict=True)}
        return {"elements": found, "unit": "mmol/g", "rel_sd": mean_rel}

    def describe(self) -> dict[str, Any]:
        """Return nothing: a digestion has no hidden numbers."""
        return {}
