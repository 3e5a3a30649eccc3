"""What coupled neighbours make of a line, in closed form: all isotopomers and all their multiplets at once.

n equivalent neighbours of spin 1/2, of which the isotope k has abundance p_k and couples with J_k, multiply a decay by
u^n with u = 1 - sum p_k + sum p_k cos(pi J_k t). To first order, and for all kinds of neighbours one after the other.
Derivatives are those of the product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.couplings import Coupling, Partner
from autosynth.analysis.nmr.fid import Complex

BLOCK = 64
FAINT = 0.01
"""Of a line's strength: sticks below it have no window of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """So many equivalent neighbours: abundances and couplings (Hz) of their isotopes, shape (isotopes,)."""

    count: int
    abundance: Array
    hertz: Array


@dataclass(frozen=True, slots=True)
class Splitting:
    """All that splits one line."""

    factors: tuple[Factor, ...]

    def modulation(self, start_s: float, dwell_s: float, points: int, stretch: float) -> tuple[Array, Array]:
        """Return what the decay is multiplied by and its derivative by time, at `points` times from `start_s` on.

        `stretch` is the logarithm of what all couplings are multiplied by.
        """
        value, slope = np.ones(points), np.zeros(points)
        for each in self.factors:
            turn = np.pi * each.hertz * np.exp(stretch)
            wave = powers(1j * turn, start_s, dwell_s, points)
            u = 1.0 - float(each.abundance.sum()) + each.abundance @ wave.real
            lower = u ** (each.count - 1)
            changed = -each.count * lower * ((each.abundance * turn) @ wave.imag)
            value, slope = value * lower * u, slope * lower * u + value * changed
        return value, slope

    def sticks(self) -> tuple[Array, Array]:
        """Return where its lines stand (Hz from the middle) and their parts of the strength, those that count."""
        offsets, parts = np.zeros(1), np.ones(1)
        for each in self.factors:
            halves = np.concatenate(([0.0], each.hertz / 2.0, -each.hertz / 2.0))
            weights = np.concatenate(([1.0 - each.abundance.sum()], each.abundance / 2.0, each.abundance / 2.0))
            for _ in range(each.count):
                offsets, parts = _merged((offsets[:, None] + halves).ravel(), (parts[:, None] * weights).ravel())
        there = parts > FAINT
        return offsets[there], parts[there]


def splitting(couplings: Sequence[Coupling], partners: Mapping[str, Partner]) -> Splitting | None:
    """Return what the couplings of a line do to it; None without any."""
    factors = tuple(
        Factor(
            each.count,
            np.array([one.abundance for one in partners[each.to].isotopes]),
            np.array([one.ratio * each.j_hz for one in partners[each.to].isotopes]),
        )
        for each in couplings
    )
    return Splitting(factors) if factors else None


def powers(rates: Complex, start_s: float, dwell_s: float, points: int) -> Complex:
    """Return exp(rate t) at `points` times from `start_s` on, shape (rates, points), by few exponentials."""
    blocks = -(-points // BLOCK)
    coarse = np.exp(rates[:, None] * (start_s + dwell_s * BLOCK * np.arange(blocks)))
    fine = np.exp(rates[:, None] * (dwell_s * np.arange(BLOCK)))
    every = coarse[:, :, None] * fine[:, None, :]
    return np.asarray(every.reshape(len(rates), blocks * BLOCK)[:, :points])


def _merged(offsets: Array, parts: Array) -> tuple[Array, Array]:
    """Return sticks within a tenth of a hertz of each other as one, and none that is next to nothing."""
    place = np.round(10.0 * offsets)
    _, index = np.unique(place, return_inverse=True)
    total = np.bincount(index, parts)
    middle = np.bincount(index, parts * offsets) / np.maximum(total, 1e-300)
    return np.asarray(middle[total > 1e-6]), np.asarray(total[total > 1e-6], dtype=float)
