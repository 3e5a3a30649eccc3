"""Voltammograms from an independent route: Gruenwald-Letnikov sums on a grid eight times finer than the scan.

Nothing of the analyser's model is used: ladders are summed by brute force, the ohmic drop is found by damped iteration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.species import Library, load_library
from autosynth.analysis.voltammetry import Voltammogram

Array = NDArray[np.float64]
FARADAY = 96485.33212
THERMAL = FARADAY / (8.314462618 * 298.15)
FINER = 8
LIBRARY_PATH = Path(__file__).parents[3] / "protocols" / "pom" / "species" / "pom_a.yaml"


def pom_library() -> Library:
    return load_library(LIBRARY_PATH)


def triangle(begin_v: float = 0.3, vertex_v: float = -1.25, step_v: float = 0.002) -> Array:
    """Return the potentials of one cycle."""
    count = round((begin_v - vertex_v) / step_v)
    out = begin_v - step_v * np.arange(count + 1)
    return np.concatenate((out, out[-2::-1]))


def electrons(potential_v: Array, ladder_v: Sequence[float]) -> Array:
    weights = [np.ones_like(potential_v)]
    for step in ladder_v:
        weights.append(weights[-1] * np.exp(-THERMAL * (potential_v - step)))
    return np.asarray(sum(k * w for k, w in enumerate(weights)) / sum(weights))


def grunwald(values: Array, step_s: float) -> Array:
    index = np.arange(1, len(values))
    weights = np.concatenate(([1.0], np.cumprod((index - 1.5) / index)))
    length = 2 * len(values)
    product = np.fft.irfft(np.fft.rfft(weights, length) * np.fft.rfft(values, length), length)
    return np.asarray(product[: len(values)] / np.sqrt(step_s))


@dataclass(frozen=True)
class Solute:
    """A ladder, its concentration and its diffusion coefficient."""

    ladder_v: Sequence[float]
    mol_l: float
    diffusion_cm2_s: float


def solutes(library: Library, mol_l: Mapping[str, float], shift_v: float = 0.0) -> list[Solute]:
    known = {one.name: one for one in library.all_species}
    return [
        Solute([e + shift_v for e in known[name].potentials_v], c, known[name].diffusion_cm2_s)
        for name, c in mol_l.items()
    ]


def current(
    present: Sequence[Solute],
    potential_v: Array,
    *,
    rate_v_s: float = 0.1,
    ru_ohm: float = 200.0,
    cdl_f: float = 1.4e-6,
    area_cm2: float = 0.0707,
) -> Array:
    """Return the noise-free current at each programmed potential, A."""
    step_s = abs(potential_v[1] - potential_v[0]) / rate_v_s
    coarse = np.arange(len(potential_v))
    fine = np.interp(np.linspace(0, len(coarse) - 1, FINER * (len(coarse) - 1) + 1), coarse, potential_v)
    flowing = np.zeros(len(fine))
    for turn in range(14):
        inside = fine - ru_ohm * flowing
        taken = sum(
            area_cm2 * 1e-3 * s.mol_l * np.sqrt(s.diffusion_cm2_s) * electrons(inside, s.ladder_v) for s in present
        )
        new = cdl_f * np.gradient(fine, step_s / FINER) - FARADAY * grunwald(taken - taken[0], step_s / FINER)
        flowing = new if turn in (0, 13) else (flowing + new) / 2
    return np.asarray(flowing[::FINER])


def scan(clean_a: Array, potential_v: Array, rng: np.random.Generator, rate_v_s: float = 0.1) -> Voltammogram:
    """Add noise of 0.5 % of the largest current and 5 nA."""
    noise = rng.normal(0.0, 0.005 * np.abs(clean_a).max() + 5e-9, len(clean_a))
    step_s = abs(potential_v[1] - potential_v[0]) / rate_v_s
    return Voltammogram(step_s * np.arange(len(clean_a)), potential_v, clean_a + noise)
