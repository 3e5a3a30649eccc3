"""One resonance: where, how many nuclei, how it relaxes, and what its coupled neighbours make of it in time.

n equivalent neighbours of spin 1/2, each of which is the isotope k with probability p_k and couples with J_k, multiply
the decay by (sum p_k cos(pi J_k t))^n: all isotopomers and all lines of their multiplets at once. First order; isotopes
that do not couple have J = 0.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coupling:
    """So many equivalent neighbours; `isotopes` are (probability, J in Hz) pairs whose probabilities sum to one."""

    count: int
    isotopes: tuple[tuple[float, float], ...]

    def stretched(self, factor: float) -> "Coupling":
        """Return the coupling with every J multiplied."""
        return Coupling(self.count, tuple((part, j_hz * factor) for part, j_hz in self.isotopes))

    def modulation(self, t_s: Array) -> Array:
        """Return what the decay is multiplied by at each time."""
        one = sum((part * np.cos(np.pi * j_hz * t_s) for part, j_hz in self.isotopes), np.zeros(len(t_s)))
        return np.asarray(one**self.count)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `nuclei` equivalent nuclei in a formula unit, at `shift_ppm`.

    `width_hz` is the natural full width at half height, without what the magnet adds.
    """

    shift_ppm: float
    nuclei: int
    t1_s: float
    width_hz: float
    couplings: tuple[Coupling, ...] = ()

    def row(self) -> list[float]:
        """Return shift, nuclei, T1 and width, as truth is told."""
        return [self.shift_ppm, self.nuclei, self.t1_s, self.width_hz]

    def modulation(self, t_s: Array) -> Array | float:
        """Return what couplings multiply the decay by at each time; 1 without any."""
        found: Array | float = 1.0
        for each in self.couplings:
            found = found * each.modulation(t_s)
        return found
