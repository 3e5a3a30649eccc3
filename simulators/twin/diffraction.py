"""Renders a powder pattern in counts: lines of every crystalline phase, a hump of what is not, Poisson noise.

Positions follow the lattices, heights the mass of each phase and its crystallinity. A laboratory tube has a second
line (K alpha 2) and cannot resolve the tetragonal splitting; a synchrotron can.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from simulators.twin.lattices import LATTICES, LEAST_SHARE, REACTANT_D, lines
from simulators.twin.samples import SolidSample
from simulators.twin.substances import SUBSTANCES

Array = npt.NDArray[np.float64]
TOP_COUNTS, BACKGROUND_COUNTS, HUMP_COUNTS = 20_000.0, 150.0, 800.0
"""The strongest line of a pure, crystalline phase; background; the hump of a pure amorphous one [assumption]."""
HUMP_D, HUMP_WIDTH = 4.0, 0.25
"""Where the hump is, in Angstrom, and its width against its angle [assumption]."""
WIDTH_REL, SCALE_REL = 0.05, 0.1
WING = 15.0
SHORT_ANGSTROM, SAME_ANGSTROM = 1.0, 2e-3
"""Shorter waves are a synchrotron's here; so close to a known wavelength it is that one."""
KA2_SHARE = 0.5
LORENTZ_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Radiation:
    """A source and its resolution.

    Attributes:
        angstrom: Wavelength; second_angstrom: of K alpha 2, None where there is none.
        fwhm_deg: Width of a line in 2 theta.
        first_deg, last_deg, step_deg: The angles measured.
        zero_deg: Spread of the zero error from one measurement to the next.
        polarised: Whether the beam is, as a synchrotron's.
    """

    angstrom: float
    fwhm_deg: float
    first_deg: float
    last_deg: float
    step_deg: float
    zero_deg: float
    second_angstrom: float | None = None
    polarised: bool = False


RADIATIONS: Mapping[str, Radiation] = MappingProxyType(
    {
        "synchrotron": Radiation(0.45411, 0.02, 1.0, 15.0, 0.004, 0.0005, polarised=True),
        "laboratory": Radiation(1.540593, 0.15, 4.0, 40.0, 0.02, 0.005, 1.544414),
    }
)
"""0.45411 Angstrom [seed]; Cu K alpha [lit]; widths, steps and errors assumed."""


class Diffraction:
    """One bench's diffractometer: how sharp its lines are."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._rng = rng
        self._width = float(np.exp(rng.normal(0.0, WIDTH_REL))) if perturb else 1.0

    def render(self, sample: SolidSample, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return counts over 2 theta in degrees; raises ValueError as `radiation` does."""
        source = radiation(settings)
        angles = np.arange(source.first_deg, source.last_deg + source.step_deg / 2.0, source.step_deg)
        zero_deg = self._rng.normal(0.0, source.zero_deg)
        expected = self._expected(sample, source, angles - zero_deg)
        expected *= float(np.exp(self._rng.normal(0.0, SCALE_REL)))
        counts = self._rng.poisson(expected).astype(np.float64)
        return {
            "x": angles.round(6).tolist(),
            "y": counts.tolist(),
            "x_unit": "deg",
            "y_unit": "counts",
            "wavelength_angstrom": source.angstrom,
        }

    def describe(self) -> dict[str, Any]:
        """Return phase -> [a, c] in Angstrom in the face-centred setting, JSON-able."""
        return {name: [each.a_angstrom, each.c_angstrom] for name, each in LATTICES.items()}

    def _expected(self, sample: SolidSample, source: Radiation, angles: Array) -> Array:
        expected = np.full_like(angles, BACKGROUND_COUNTS) * (1.0 + source.first_deg / angles)
        amorphous = 0.0
        for name, part in sample.parts().items():
            crystalline = sample.crystallinity.get(name, 0.0 if _framework(name) else 1.0)
            spacings, heights = self._lines(name, source)
            for spacing, height in zip(spacings, heights, strict=True):
                self._add(expected, angles, source, spacing, TOP_COUNTS * part * crystalline * height)
            if _framework(name):
                amorphous += part * (1.0 - crystalline)
        at_deg = float(two_theta(HUMP_D, source.angstrom))
        hump = np.exp(-(((angles - at_deg) / (HUMP_WIDTH * at_deg)) ** 2))
        return np.asarray(expected + HUMP_COUNTS * amorphous * hump)

    def _lines(self, name: str, source: Radiation) -> tuple[list[float], list[float]]:
        """Return spacings and heights of a substance's lines, the strongest 1."""
        if name in REACTANT_D:
            return [d for d, _ in REACTANT_D[name]], [height for _, height in REACTANT_D[name]]
        if name not in LATTICES:
            return [], []
        least_d = source.angstrom / (2.0 * np.sin(np.radians(source.last_deg / 2.0)))
        spacings, strengths = lines(LATTICES[name], float(least_d))
        theta = np.arcsin(source.angstrom / (2.0 * spacings))
        polarisation = 1.0 if source.polarised else (1.0 + np.cos(2.0 * theta) ** 2) / 2.0
        heights = strengths * polarisation / (np.sin(theta) ** 2 * np.cos(theta))
        heights = heights / heights.max()
        kept = heights > LEAST_SHARE
        return spacings[kept].tolist(), heights[kept].tolist()

    def _add(self, counts: Array, angles: Array, source: Radiation, spacing: float, height: float) -> None:
        width_deg = source.fwhm_deg * self._width
        for angstrom, share in ((source.angstrom, 1.0), (source.second_angstrom, KA2_SHARE)):
            if angstrom is None or angstrom >= 2.0 * spacing:
                continue
            at_deg = float(two_theta(spacing, angstrom))
            low, high = np.searchsorted(angles, (at_deg - WING * width_deg, at_deg + WING * width_deg))
            away = (angles[low:high] - at_deg) / (width_deg / 2.0)
            gauss = np.exp(-np.log(2.0) * away**2)
            counts[low:high] += height * share * (LORENTZ_SHARE / (1.0 + away**2) + (1.0 - LORENTZ_SHARE) * gauss)


def radiation(settings: Mapping[str, Any]) -> Radiation:
    """Return the source that settings name by "radiation", or by "wavelength_a" in Angstrom; a laboratory's if neither.

    Raises:
        ValueError: there is no such radiation.
    """
    angstrom = float(settings.get("wavelength_a", RADIATIONS["laboratory"].angstrom))
    name = str(settings.get("radiation", "synchrotron" if angstrom < SHORT_ANGSTROM else "laboratory"))
    if name not in RADIATIONS:
        message = f"there is no radiation {name!r}; there are {', '.join(RADIATIONS)}"
        raise ValueError(message)
    source = RADIATIONS[name]
    if "radiation" in settings or abs(angstrom - source.angstrom) < SAME_ANGSTROM:
        return source
    return replace(source, angstrom=angstrom, second_angstrom=None)


def two_theta(spacing: float, angstrom: float) -> float:
    """Return the scattering angle in degrees of a spacing in Angstrom (Bragg)."""
    return float(2.0 * np.degrees(np.arcsin(angstrom / (2.0 * spacing))))


def _framework(name: str) -> bool:
    return name in SUBSTANCES and SUBSTANCES[name].framework
