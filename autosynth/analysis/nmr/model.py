"""The unknowns of a spectrum and what it is made of at given values: lines by species, their priors, rows and sums.

Unknowns that enter nonlinearly stand in one vector: phase (rad), dead time (s), shift of the scale (ppm), ln of the
magnet's broadening, then for each line its shift (ppm), ln of its width and ln of its intensity, all as deviations
from the library. Amounts of species and the values of corrupted first points enter linearly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array
from autosynth.analysis.lines import Compound, Line, LineLibrary
from autosynth.analysis.nmr.fid import Complex, Fid
from autosynth.analysis.nmr.saturation import Recovery, recovery
from autosynth.analysis.nmr.shape import Band, transforms

PHASE, DEAD_TIME, REFERENCE, SHIM = range(4)
GLOBALS = 4
PHASE_SD = 1e3
"""Nothing is known of the phase."""
INTENSITY_SD = 0.005
"""Of each line's share in its species, besides what relaxation leaves open: an assumption."""
UNKNOWN_WIDTH_SD = 0.4
FIXED = 1e-9
"""The prior of what is not to move."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """All lines to fit, an entry each in every array; `owner` counts species, listed ones first, then unknown ones."""

    owner: NDArray[np.int64]
    shift_ppm: Array
    shift_sd_ppm: Array
    width_hz: Array
    width_sd: Array
    weight: Array
    """Nuclei times what saturation leaves of them."""
    weight_sd: Array
    listed: int
    species: int

    def by_species(self, rows: Complex) -> Complex:
        """Return the sums over each species' lines of one row a line; lines stand in the order of their species."""
        first = np.searchsorted(self.owner, np.arange(self.species))
        return np.asarray(np.add.reduceat(rows, first, axis=0))

    def with_unknown(self, shift_ppm: float, width_hz: float, sd_ppm: float) -> "Lines":
        """Return the lines with one more, of one nucleus, that belongs to no listed species."""
        return Lines(
            np.append(self.owner, self.species),
            np.append(self.shift_ppm, shift_ppm),
            np.append(self.shift_sd_ppm, sd_ppm),
            np.append(self.width_hz, width_hz),
            np.append(self.width_sd, UNKNOWN_WIDTH_SD),
            np.append(self.weight, 1.0),
            np.append(self.weight_sd, FIXED),
            self.listed,
            self.species + 1,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What stays the same while a spectrum is fitted: priors, and how the FID was measured."""

    lines: Lines
    dead_time_s: float
    frequency_mhz: float
    carrier_ppm: float
    shim_hz: float
    shared_sd: Array
    """Prior standard uncertainties of the unknowns that all lines share."""

    @property
    def sd(self) -> Array:
        """Return the prior standard uncertainties of all nonlinear unknowns."""
        lines = self.lines
        return np.concatenate((self.shared_sd, lines.shift_sd_ppm, lines.width_sd, lines.weight_sd))

    def rates(self, point: Array) -> tuple[Complex, Array, Array]:
        """Return the rate of each line, its own width and the magnet's share of it, Hz."""
        shift, width, _ = np.split(point[GLOBALS:], 3)
        hertz = (self.lines.shift_ppm + shift + point[REFERENCE] - self.carrier_ppm) * self.frequency_mhz
        own = self.lines.width_hz * np.exp(width)
        shim = self.shim_hz * float(np.exp(point[SHIM]))
        return 2j * np.pi * hertz - np.pi * (own + shim), own, np.full(len(own), shim)

    def shifts(self, point: Array) -> Array:
        """Return where each line lies on the library's scale, ppm."""
        shift = np.split(point[GLOBALS:], 3)[0]
        return np.asarray(self.lines.shift_ppm + shift, dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """The rows that the spectrum and all its derivatives are sums of, at a point, shape (rows, bins).

    First the transform of each line, then its derivative by the rate, then corrupted first points one by one.
    """

    rows: Complex
    factor: Complex
    """Weight, intensity and phase of each line."""
    rates: Complex
    own_hz: Array
    shim_hz: Array

    def linear(self, lines: Lines) -> Complex:
        """Return the sums that amounts and first points (real parts, then imaginary ones) multiply."""
        count = len(self.factor)
        early = len(self.rows) - 2 * count
        out = np.zeros((lines.species + 2 * early, len(self.rows)), dtype=np.complex128)
        out[lines.owner, np.arange(count)] = self.factor
        place = np.arange(early)
        out[lines.species + place, 2 * count + place] = 1.0
        out[lines.species + early + place, 2 * count + place] = 1j
        return out

    def moving(self, given: Setting, amounts: Array) -> Complex:
        """Return the sums that are the derivatives by the nonlinear unknowns, at these amounts of species."""
        count = len(self.factor)
        each = amounts[given.lines.owner] * self.factor
        per_ppm = 2j * np.pi * given.frequency_mhz
        out = np.zeros((GLOBALS + 3 * count, len(self.rows)), dtype=np.complex128)
        out[PHASE, :count] = 1j * each
        out[DEAD_TIME, :count] = self.rates * each
        out[REFERENCE, count : 2 * count] = per_ppm * each
        out[SHIM, count : 2 * count] = -np.pi * self.shim_hz * each
        line = np.arange(count)
        out[GLOBALS + line, count + line] = per_ppm * each
        out[GLOBALS + count + line, count + line] = -np.pi * self.own_hz * each
        out[GLOBALS + 2 * count + line, line] = each
        return out


def setting(compounds: Sequence[Compound], library: LineLibrary, fid: Fid) -> Setting:
    """Return the priors for the observable lines of these species, measured as this FID was."""
    every: list[tuple[int, Line, Recovery]] = [
        (number, line, recovery(line, fid.repetition_s, library.pulse_deg))
        for number, one in enumerate(compounds)
        for line in one.seen
    ]
    lines = Lines(
        np.array([number for number, _, _ in every], dtype=np.int64),
        np.array([line.shift_ppm for _, line, _ in every]),
        np.array([line.sd_ppm for _, line, _ in every]),
        np.array([line.width_hz for _, line, _ in every]),
        np.array([max(line.width_sd_rel, 1e-6) for _, line, _ in every]),
        np.array([line.nuclei * left.part for _, line, left in every]),
        np.array([float(np.hypot(left.sd_rel, INTENSITY_SD)) for _, _, left in every]),
        len(compounds),
        len(compounds),
    )
    spread = library.spread
    dead_sd_s = spread.dead_time_s if fid.dead_time_sd_s is None else fid.dead_time_sd_s
    shared = np.array([PHASE_SD, dead_sd_s, spread.reference_ppm, spread.shim_sd_rel])
    return Setting(lines, fid.dead_time_s, fid.frequency_mhz, fid.carrier_ppm, spread.shim_hz, shared)


def basis_at(given: Setting, point: Array, on: Band, early: Complex) -> Basis:
    """Return the model's rows at a point; `early` are those of corrupted first points."""
    rates, own, shim = given.rates(point)
    count = len(rates)
    rows = np.empty((2 * count + len(early), len(on.index)), dtype=np.complex128)
    transforms(rates, given.dead_time_s + float(point[DEAD_TIME]), on, rows)
    rows[2 * count :] = early
    factor = given.lines.weight * np.exp(np.split(point[GLOBALS:], 3)[2]) * np.exp(1j * point[PHASE])
    return Basis(rows, factor, rates, own, shim)
