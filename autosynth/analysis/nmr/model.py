"""The unknowns of a spectrum and what it is made of at given values: lines by species, their priors, rows and sums.

Unknowns that enter nonlinearly stand in one vector: phase (rad), dead time (s), shift of the scale (ppm), ln of the
magnet's broadening, then for each line its shift (ppm), ln of its width and ln of its intensity, then for each line
that neighbours split ln of its couplings, all as deviations from the library. Amounts of species enter linearly, and so
do the values of corrupted first points and of series that stand for signals nobody lists.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autosynth.analysis.arrays import Array
from autosynth.analysis.lines import Compound, Line, LineLibrary
from autosynth.analysis.nmr.coupling import Splitting, powers, splitting
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
    splittings: tuple[Splitting | None, ...]
    j_sd: Array
    """Of the logarithm of the couplings of each line that neighbours split, in the order of these lines."""
    listed: int
    species: int

    @property
    def split(self) -> NDArray[np.int64]:
        """Return the places of lines that neighbours split."""
        return np.flatnonzero([each is not None for each in self.splittings])

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
            (*self.splittings, None),
            self.j_sd,
            self.listed,
            self.species + 1,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Deviations:
    """Of each line: shift (ppm), ln of width, ln of intensity; ln of couplings of those that neighbours split."""

    shift: Array
    width: Array
    intensity: Array
    stretch: Array


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
        return np.concatenate((self.shared_sd, lines.shift_sd_ppm, lines.width_sd, lines.weight_sd, lines.j_sd))

    def parts(self, point: Array) -> "Deviations":
        """Return the deviations of the lines at a point."""
        count = len(self.lines.owner)
        shift, width, intensity = np.split(point[GLOBALS : GLOBALS + 3 * count], 3)
        return Deviations(shift, width, intensity, point[GLOBALS + 3 * count :])

    def rates(self, point: Array) -> tuple[Complex, Array, Array]:
        """Return the rate of each line, its own width and the magnet's share of it, Hz."""
        off = self.parts(point)
        hertz = (self.lines.shift_ppm + off.shift + point[REFERENCE] - self.carrier_ppm) * self.frequency_mhz
        own = self.lines.width_hz * np.exp(off.width)
        shim = self.shim_hz * float(np.exp(point[SHIM]))
        return 2j * np.pi * hertz - np.pi * (own + shim), own, np.full(len(own), shim)

    def shifts(self, point: Array) -> Array:
        """Return where each line lies on the library's scale, ppm."""
        return np.asarray(self.lines.shift_ppm + self.parts(point).shift, dtype=float)

    def strengths(self, point: Array) -> Array:
        """Return the weight of each line with its deviation."""
        return np.asarray(self.lines.weight * np.exp(self.parts(point).intensity), dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """The rows that the spectrum and all its derivatives are sums of, at a point, shape (rows, bins).

    First the transform of each line, then its derivative by the rate, then of each line that is split the derivatives
    by ln of its couplings and by what couplings do in time, then the rows that stand for themselves, one by one.
    """

    rows: Complex
    factor: Complex
    """Weight, intensity and phase of each line."""
    rates: Complex
    own_hz: Array
    shim_hz: Array
    split: NDArray[np.int64]

    def linear(self, lines: Lines) -> Complex:
        """Return the sums that amounts and rows of their own (real parts, then imaginary ones) multiply."""
        count = len(self.factor)
        lonely = 2 * (count + len(self.split))
        early = len(self.rows) - lonely
        out = np.zeros((lines.species + 2 * early, len(self.rows)), dtype=np.complex128)
        out[lines.owner, np.arange(count)] = self.factor
        place = np.arange(early)
        out[lines.species + place, lonely + place] = 1.0
        out[lines.species + early + place, lonely + place] = 1j
        return out

    def moving(self, given: Setting, amounts: Array) -> Complex:
        """Return the sums that are the derivatives by the nonlinear unknowns, at these amounts of species."""
        count, bent = len(self.factor), len(self.split)
        each = amounts[given.lines.owner] * self.factor
        per_ppm = 2j * np.pi * given.frequency_mhz
        out = np.zeros((GLOBALS + 3 * count + bent, len(self.rows)), dtype=np.complex128)
        out[PHASE, :count] = 1j * each
        out[DEAD_TIME, :count] = self.rates * each
        out[DEAD_TIME, 2 * count + bent : 2 * (count + bent)] = each[self.split]
        out[REFERENCE, count : 2 * count] = per_ppm * each
        out[SHIM, count : 2 * count] = -np.pi * self.shim_hz * each
        line = np.arange(count)
        out[GLOBALS + line, count + line] = per_ppm * each
        out[GLOBALS + count + line, count + line] = -np.pi * self.own_hz * each
        out[GLOBALS + 2 * count + line, line] = each
        place = np.arange(bent)
        out[GLOBALS + 3 * count + place, 2 * count + place] = each[self.split]
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
        tuple(splitting(line.couplings, library.partners) for _, line, _ in every),
        np.array([line.j_sd_rel for _, line, _ in every if line.couplings]),
        len(compounds),
        len(compounds),
    )
    spread = library.spread
    dead_sd_s = spread.dead_time_s if fid.dead_time_sd_s is None else fid.dead_time_sd_s
    shared = np.array([PHASE_SD, dead_sd_s, spread.reference_ppm, spread.shim_sd_rel])
    return Setting(lines, fid.dead_time_s, fid.frequency_mhz, fid.carrier_ppm, spread.shim_hz, shared)


def basis_at(given: Setting, point: Array, on: Band, early: Complex) -> Basis:
    """Return the model's rows at a point; `early` are those that stand for themselves."""
    rates, own, shim = given.rates(point)
    count, split = len(rates), given.lines.split
    whole = 2 * (count + len(split))
    rows = np.empty((whole + len(early), len(on.index)), dtype=np.complex128)
    start_s = given.dead_time_s + float(point[DEAD_TIME])
    plain = np.setdiff1d(np.arange(count), split)
    value, slope = transforms(rates[plain], start_s, on)
    rows[plain], rows[count + plain] = value, slope
    if len(split):
        _split_rows(given, point, rates, start_s, on, rows)
    rows[whole:] = early
    factor = given.strengths(point) * np.exp(1j * point[PHASE])
    return Basis(rows, factor, rates, own, shim, split)


def _split_rows(given: Setting, point: Array, rates: Complex, start_s: float, on: Band, rows: Complex) -> None:
    """Fill the rows of lines that neighbours split."""
    lines, split = given.lines, given.lines.split
    count, bent = len(rates), len(split)
    t_s = start_s + on.dwell_s * np.arange(on.points)
    decays = powers(rates[split], start_s, on.dwell_s, on.points)
    for number, (place, decay, stretch) in enumerate(zip(split, decays, given.parts(point).stretch, strict=True)):
        found = lines.splittings[place]
        if found is None:
            continue
        value, slope = found.modulation(start_s, on.dwell_s, on.points, float(stretch))
        sway = decay * slope
        seen = on.of_time(np.stack((decay * value, decay * value * t_s, sway * t_s, sway)))
        rows[place], rows[count + place], rows[2 * count + number], rows[2 * count + bent + number] = seen


def decays_at(
    given: Setting, point: Array, start_s: float, dwell_s: float, points: int, broader_hz: float = 0.0
) -> Complex:
    """Return each line's decay in time, shape (lines, points), `broader_hz` wider than it is."""
    rates, _, _ = given.rates(point)
    decays = powers(rates - np.pi * broader_hz, start_s, dwell_s, points)
    for place, stretch in zip(given.lines.split, given.parts(point).stretch, strict=True):
        found = given.lines.splittings[place]
        if found is not None:
            decays[place] *= found.modulation(start_s, dwell_s, points, float(stretch))[0]
    return decays
