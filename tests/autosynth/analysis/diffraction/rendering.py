"""Powder patterns from an independent route: hkl counted here, Voigt lines, Poisson noise, everything a little off.

Lines are true Voigt functions (not pseudo-Voigt) of equal shares of both widths, intensities are random and positive
times the multiplicity, the background falls smoothly. Nothing of the analyser's model is used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import voigt_profile

from autosynth.analysis.diffraction import Pattern
from autosynth.analysis.phases import PhaseLibrary, load_phases

LIBRARY_PATH = Path(__file__).parents[4] / "protocols" / "mof" / "species" / "phases.yaml"
Lengths = tuple[float, float]
PRODUCT: Lengths = (18.781, 26.43)
COPPER: Lengths = (26.36724, 26.36724)
RUTHENIUM: Lengths = (26.7499, 26.7499)


def frameworks() -> PhaseLibrary:
    return load_phases(LIBRARY_PATH)


@dataclass(frozen=True)
class Bench:
    """A diffractometer: range, step and width in degrees, wavelengths in Å with their weights."""

    low: float
    high: float
    step: float
    fwhm: float
    radiation: Sequence[tuple[float, float]]
    zero: float = 0.0


SYNCHROTRON = Bench(1.5, 10.0, 0.003, 0.02, ((0.45411, 1.0),))
LABORATORY = Bench(5.0, 35.0, 0.02, 0.15, ((1.54060, 1.0), (1.54439, 0.5)))


def spacings(lengths: Lengths, least: float) -> dict[float, int]:
    """Return spacing -> number of planes; face-centred where a = c, body-centred otherwise."""
    a, c = lengths
    top = int(max(lengths) / least) + 1
    found: dict[float, int] = {}
    for h in range(-top, top + 1):
        for k in range(-top, top + 1):
            for l in range(-top, top + 1):  # noqa: E741
                odd = [each % 2 for each in (h, k, l)]
                kept = len(set(odd)) == 1 if a == c else sum(odd) % 2 == 0
                inverse = (h * h + k * k) / a**2 + l * l / c**2
                if kept and 0.0 < inverse <= least**-2:
                    key = round(inverse**-0.5, 9)
                    found[key] = found.get(key, 0) + 1
    return found


def shape(bench: Bench, x: NDArray[np.float64], centre: float) -> NDArray[np.float64]:
    """Return a Voigt line whose Lorentzian and Gaussian widths are 0.4 and 0.75 of the whole."""
    return np.asarray(voigt_profile(x - centre, 0.75 * bench.fwhm / 2.3548, 0.2 * bench.fwhm))


def drawn(
    bench: Bench, phases: Mapping[Lengths, float], rng: np.random.Generator, *, counts: float = 2e4,
    background: float = 100.0, extra: Sequence[tuple[float, float]] = (), hump: float = 0.0,
) -> Pattern:  # fmt: skip
    """Return a pattern of phases with their shares of intensity.

    `counts` is the height of the strongest line, `extra` are (2theta, part of all intensity), `hump` a glass's height.
    """
    x = np.arange(bench.low, bench.high, bench.step)
    y = np.zeros(len(x))
    least = bench.radiation[0][0] / (2.0 * np.sin(np.radians(bench.high) / 2.0))
    for lengths, share in phases.items():
        every = spacings(lengths, least)
        strength = np.array([planes * rng.exponential() * (d / 10.0) ** 2 for d, planes in every.items()])
        strength *= share / strength.sum()
        for d, each in zip(every, strength, strict=True):
            y += sum(
                weight * each * shape(bench, x, 2.0 * np.degrees(np.arcsin(wave / (2.0 * d))) + bench.zero)
                for wave, weight in bench.radiation
            )
    for centre, part in extra:
        y += part * sum(w for _, w in bench.radiation) * shape(bench, x, centre)
    if y.max() > 0.0:
        y *= counts / y.max()
    y += background * (1.0 + np.exp(-(x - x[0]) / (0.2 * (x[-1] - x[0]))))
    y += hump * np.exp(-0.5 * ((x - 0.5 * (x[0] + x[-1])) / (0.12 * (x[-1] - x[0]))) ** 2)
    return Pattern(x, rng.poisson(y).astype(float), None, bench.radiation[0][0])
