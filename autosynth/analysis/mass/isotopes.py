"""Isotope patterns by fast convolution: of each nominal mass its probability and the mean mass of what lies there.

A molecule's pattern is the product of its atoms' in the Fourier domain: the power n for n atoms of an element. Masses
go along as first moments, by the product rule, so every peak has its exact mean mass (fine structure within a nominal
mass is a few millidalton and stays unresolved). All compositions of a series are transformed at once. Nuclides are
those of molmass (IUPAC abundances); aggregation after Rockwood et al., Anal. Chem. 1995, 67, 2699.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from autosynth.analysis.arrays import Array

Wave = NDArray[np.complex128]
TAIL_SD = 12.0
"""Offsets further than this from the mean are taken to be empty."""
LEAST = 1e-9
"""Peaks with a smaller part of the largest are left out."""
ELECTRON_DA = 5.48579909065e-4
"""Mass of the electron in unified atomic mass units, CODATA 2018."""


@dataclass(frozen=True, slots=True, eq=False)
class Nuclides:
    """Of an element: offset of each nuclide from the lightest, mass in Da, abundance; shape (nuclides,)."""

    offset: NDArray[np.int64]
    mass_da: Array
    abundance: Array

    @property
    def excess_da(self) -> Array:
        """Return how much heavier each is than the lightest and its offset say."""
        return np.asarray(self.mass_da - self.mass_da[0] - self.offset)

    @property
    def mean(self) -> float:
        """Return the mean offset."""
        return float(self.abundance @ self.offset)

    @property
    def variance(self) -> float:
        """Return the variance of the offset."""
        return float(self.abundance @ (self.offset - self.mean) ** 2)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Isotope patterns of several compositions over common nominal masses, both of shape (peaks, compositions).

    Attributes:
        mass_da: Mean mass of each peak; a peak that a composition does not have has the mass of its neighbours.
        part: Probability of each peak; columns sum to one but for what was left out.
    """

    mass_da: Array
    part: Array


@functools.lru_cache(maxsize=200)
def nuclides(element: str) -> Nuclides:
    """Return an element's natural nuclides; of an element that has none, the one that molmass takes for it.

    Raises:
        KeyError: there is no such element.
    """
    import molmass  # noqa: PLC0415  # its table of elements is read when it is first looked into

    found = sorted(molmass.ELEMENTS[element].isotopes.items())
    present = [(int(number), float(one.mass), float(one.abundance)) for number, one in found if one.abundance > 0.0]
    number = np.array([one for one, _, _ in present], dtype=np.int64)
    mass = np.array([one for _, one, _ in present], dtype=np.float64)
    abundance = np.array([one for _, _, one in present], dtype=np.float64)
    return Nuclides(np.asarray(number - number[0]), mass, np.asarray(abundance / abundance.sum()))


def pattern(compositions: Sequence[Mapping[str, int]], least: float = LEAST) -> Pattern:
    """Return the isotope patterns of neutral compositions.

    Args:
        compositions: atoms of each element; a series of one molecule, whose patterns lie near each other.
        least: peaks with a smaller part of the largest, in all compositions, are left out.

    Raises:
        KeyError: an element that there is none of.
        ValueError: nothing to do.
    """
    elements = sorted({element for one in compositions for element in one})
    if not elements:
        raise ValueError("there is no composition to make a pattern of")
    known = {element: nuclides(element) for element in elements}
    lightest = [sum(count * float(known[e].mass_da[0]) for e, count in one.items()) for one in compositions]
    nominal = [sum(count * round(float(known[e].mass_da[0])) for e, count in one.items()) for one in compositions]
    first, size = _span(compositions, nominal, known)
    turn = np.asarray(-2j * np.pi * fft.rfftfreq(size), dtype=np.complex128)
    waves = {element: _wave(one, turn) for element, one in known.items()}
    rows = [
        _transformed(one, waves, np.exp(turn * (start - first)), mass - start)
        for one, start, mass in zip(compositions, nominal, lightest, strict=True)
    ]
    part = np.maximum(fft.irfft(np.array([row[0] for row in rows]), size, axis=1), 0.0).T
    excess = fft.irfft(np.array([row[1] for row in rows]), size, axis=1).T
    kept = part > least * part.max()
    there = kept.any(axis=1)
    mean = np.where(kept, excess, 0.0) / np.where(kept, part, 1.0)
    usual = np.sum(np.where(kept, excess, 0.0), axis=1) / np.maximum(np.sum(np.where(kept, part, 0.0), axis=1), 1e-300)
    nominal_da = np.arange(first, first + size, dtype=np.float64)
    mass = np.asarray(nominal_da[:, None] + np.where(kept, mean, usual[:, None]))
    return Pattern(mass[there], np.where(kept, part, 0.0)[there])


def _span(
    compositions: Sequence[Mapping[str, int]], nominal: Sequence[int], known: Mapping[str, Nuclides]
) -> tuple[int, int]:
    """Return the nominal mass that the common axis begins with, and how long it must be."""
    low, high = math.inf, -math.inf
    for one, start in zip(compositions, nominal, strict=True):
        mean = sum(count * known[element].mean for element, count in one.items())
        sd = math.sqrt(sum(count * known[element].variance for element, count in one.items()))
        most = sum(count * int(known[element].offset[-1]) for element, count in one.items())
        low = min(low, start + max(0.0, mean - TAIL_SD * sd - 8.0))
        high = max(high, start + min(float(most), mean + TAIL_SD * sd + 8.0))
    first = math.floor(low)
    return first, int(fft.next_fast_len(math.ceil(high) - first + 2, real=True))


def _wave(one: Nuclides, turn: Wave) -> tuple[Wave, Wave]:
    """Return the transforms of one atom: of probability, and of probability times excess mass."""
    turned = np.exp(turn[:, None] * one.offset)
    both = turned @ np.stack((one.abundance, one.abundance * one.excess_da), axis=1).astype(np.complex128)
    return both[:, 0], both[:, 1]


def _transformed(
    composition: Mapping[str, int], waves: Mapping[str, tuple[Wave, Wave]], start: Wave, excess_da: float
) -> tuple[Wave, Wave]:
    """Return the same of a molecule; `start` is the transform of its lightest isotopologue."""
    part, moment = start.copy(), start * excess_da
    for element, count in composition.items():
        single, heavy = waves[element]
        fewer = single ** (count - 1)
        moment = moment * fewer * single + part * fewer * heavy * count
        part *= fewer * single
    return part, np.asarray(moment, dtype=np.complex128)
