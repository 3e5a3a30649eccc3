"""Reflections of cubic and tetragonal lattices: which are not extinct by centring, how many, and at what spacing.

1/d² = (h² + k²)/a² + l²/c² (tetragonal; c = a when cubic). Extinction by centring: P none; I keeps h + k + l even; F
keeps indices all even or all odd (International Tables A, section 2.1.3.13). Glide planes and screws are not looked at:
their extinctions are lines of zero intensity here, which a fit finds by itself. Multiplicities are those of the Laue
class. Reflections whose spacings agree whatever a and c are, such as (333) and (511), are one line.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.phases import Centring, Laue, Phase, System
from autosynth.errors import AnalysisError

Index = tuple[int, int, int]
MOST_INDICES = 200_000
"""So many triples of indices are looked at; more means that lattice and wavelength do not belong together."""


@dataclass(frozen=True, slots=True)
class Line:
    """Reflections of one spacing: 1/d² = `plane`/a² + `axis`/c² (`axis` = 0 when cubic), in the order of h, k, l."""

    plane: int
    axis: int
    reflections: tuple[tuple[Index, int], ...]
    """Each unique reflection with its multiplicity."""

    @property
    def multiplicity(self) -> int:
        """Return how many planes lie at this spacing."""
        return sum(count for _, count in self.reflections)

    def spacing(self, a: float, c: float) -> float:
        """Return d, in the unit of a and c."""
        return float((self.plane / a**2 + self.axis / c**2) ** -0.5)


def allowed(centring: Centring, h: int, k: int, l: int) -> bool:  # noqa: E741
    """Tell whether a reflection is not extinct by the lattice's centring."""
    if centring == "I":
        return (h + k + l) % 2 == 0
    return centring == "P" or h % 2 == k % 2 == l % 2


def unique(laue: Laue, index: Index) -> Index:
    """Return the reflection that stands for all that are equivalent to one in a Laue class."""
    h, k, l = map(abs, index)  # noqa: E741
    if laue == "m-3m":
        return tuple(sorted((h, k, l), reverse=True))  # type: ignore[return-value]
    if laue == "m-3":
        return max((h, k, l), (k, l, h), (l, h, k))
    if laue == "4/mmm":
        return (max(h, k), min(h, k), l)
    turned = [index[:2]]
    for _ in range(3):
        turned.append((-turned[-1][1], turned[-1][0]))
    return (*max(turned), l)


def lines(system: System, centring: Centring, laue: Laue, a: float, c: float, least_d: float) -> tuple[Line, ...]:
    """Return the lines of a lattice with spacings of at least `least_d`, largest spacing first.

    Args:
        system: cubic (`c` is not looked at) or tetragonal.
        centring: of the lattice.
        laue: Laue class, for multiplicities.
        a: lattice constant, in any unit of length.
        c: lattice constant, in the same unit.
        least_d: in the same unit.

    Raises:
        AnalysisError: there would be too many.
    """
    longest = a if system == "cubic" else c
    most = (int(a / least_d), int(longest / least_d))
    if (2 * most[0] + 1) ** 2 * (2 * most[1] + 1) > 64 * MOST_INDICES:
        raise AnalysisError(f"a lattice of {a:g} has too many lines down to a spacing of {least_d:g}")
    found: dict[tuple[int, int], dict[Index, int]] = {}
    plane, axis = np.arange(-most[0], most[0] + 1), np.arange(-most[1], most[1] + 1)
    h, k, l = (each.ravel() for each in np.meshgrid(plane, plane, axis, indexing="ij"))  # noqa: E741
    inverse = (h**2 + k**2) / a**2 + l**2 / longest**2
    for each in np.flatnonzero((inverse <= least_d**-2.0) & (inverse > 0.0)):
        index = (int(h[each]), int(k[each]), int(l[each]))
        if not allowed(centring, *index):
            continue
        across, along = index[0] ** 2 + index[1] ** 2, index[2] ** 2
        key = (across + along, 0) if system == "cubic" else (across, along)
        family = found.setdefault(key, {})
        name = unique(laue, index)
        family[name] = family.get(name, 0) + 1
    told = [Line(*key, tuple(sorted(family.items()))) for key, family in found.items()]
    return tuple(sorted(told, key=lambda line: -line.spacing(a, longest)))


def lines_of(phase: Phase, least_d: float) -> tuple[Line, ...]:
    """Return the lines of a library's phase at its prior lattice constants (Å) with spacings of at least `least_d`."""
    a, c = phase.a.angstrom, phase.lengths[-1].angstrom
    return lines(phase.system, phase.centring, phase.laue, a, c, least_d)


def two_theta_deg(spacing: Array, wavelength: float) -> Array:
    """Return Bragg angles 2theta in degrees of spacings, in the unit of the wavelength.

    Raises:
        AnalysisError: a spacing is less than half the wavelength.
    """
    sine = wavelength / (2.0 * spacing)
    if np.any(sine > 1.0):
        raise AnalysisError("a spacing is less than half the wavelength: it has no angle")
    return np.asarray(2.0 * np.degrees(np.arcsin(sine)))
