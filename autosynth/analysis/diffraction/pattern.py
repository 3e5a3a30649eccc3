"""A powder pattern with what it is uncertain by, and the instrument of the library that measured it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.phases import Instrument, PhaseLibrary, Radiation
from autosynth.errors import AnalysisError

FEWEST = 50
SAME_REL = 2e-3
"""Wavelengths that agree so well are of one instrument."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Points of a powder pattern: 2theta (degrees, ascending), intensity, and its standard uncertainty if told.

    Without one, whole numbers are taken for counts with Poisson noise; other numbers for counts times a factor that the
    scatter from point to point tells.
    """

    two_theta_deg: Array
    intensity: Array
    sd: Array | None = None
    wavelength_angstrom: float | None = None

    def __post_init__(self) -> None:
        x, y = self.two_theta_deg, self.intensity
        if x.ndim != 1 or x.shape != y.shape or (self.sd is not None and self.sd.shape != x.shape):
            raise AnalysisError("a pattern has one intensity, and one uncertainty if any, for each angle")
        if len(x) < FEWEST:
            raise AnalysisError(f"a pattern of {len(x)} points is too short: at least {FEWEST} are wanted")
        if not (np.isfinite(x).all() and np.isfinite(y).all() and np.all(np.diff(x) > 0.0)):
            raise AnalysisError("angles and intensities are finite numbers, angles ascending")
        if not (x[0] > 0.0 and x[-1] < 180.0) or np.any(y < 0.0):
            raise AnalysisError("angles lie between 0 and 180 degrees, and no intensity is negative")
        if self.sd is not None and not (np.isfinite(self.sd).all() and np.all(self.sd > 0.0)):
            raise AnalysisError("standard uncertainties are finite and above zero")

    @property
    def counted(self) -> bool:
        """Tell whether the noise is known: told, or that of counts."""
        return self.sd is not None or bool(np.all(self.intensity == np.round(self.intensity)))

    def noise(self) -> Array:
        """Return the standard uncertainty of each point, shape (points,).

        Variances of counts come from the mean of a point (twice) and its neighbours, and one more count, so that they
        depend little on the point's own noise; a single count's root would pull every fit low.

        Raises:
            AnalysisError: the pattern is empty or has no noise, so that it is not as measured.
        """
        if self.sd is not None:
            return self.sd
        y = np.concatenate((self.intensity[:1], self.intensity, self.intensity[-1:]))
        mean = (y[:-2] + 2.0 * y[1:-1] + y[2:]) / 4.0
        if not np.any(mean > 0.0):
            raise AnalysisError("every intensity is zero: nothing was measured")
        if self.counted:
            return np.asarray(np.sqrt(mean + 1.0))
        there = mean[1:-1] > 0.0
        rough = (2.0 * y[2:-2] - y[1:-3] - y[3:-1])[there] ** 2 / (6.0 * mean[1:-1][there])
        factor = float(np.median(rough)) / 0.455
        if not factor > 0.0:
            raise AnalysisError("the pattern has no noise: it is not as measured")
        return np.asarray(np.sqrt(factor * (mean + factor)))


def instrument_of(pattern: Pattern, library: PhaseLibrary) -> tuple[str, Instrument]:
    """Return the library's instrument of a pattern's wavelength, and its name; without one, the only instrument.

    A single wavelength is that of the pattern, which may be told more exactly; a doublet's are those of the library,
    whichever of the two, or their mean, the pattern tells.

    Raises:
        AnalysisError: no instrument has the wavelength, or it is not told and there are several.
    """
    told = pattern.wavelength_angstrom
    known = ", ".join(f"{name} {one.radiation[0].angstrom:g} Å" for name, one in library.instruments.items())
    if told is None:
        if len(library.instruments) == 1:
            return next(iter(library.instruments.items()))
        raise AnalysisError(f"the wavelength is not told; the library has {known}")
    for name, one in library.instruments.items():
        if min(abs(told / each - 1.0) for each in _wavelengths(one)) <= SAME_REL:
            if len(one.radiation) > 1:
                return name, one
            return name, one.model_copy(update={"radiation": (Radiation(angstrom=told),)})
    raise AnalysisError(f"no instrument of the library has a wavelength of {told:g} Å; it has {known}")


def _wavelengths(instrument: Instrument) -> list[float]:
    every: Mapping[float, float] = {one.angstrom: one.weight for one in instrument.radiation}
    return [*every, sum(each * weight for each, weight in every.items()) / sum(every.values())]
