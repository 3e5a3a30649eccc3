"""Where the lines of some phases lie, how broad they are, and how both change with what is unknown.

Unknowns, all 0 at the library's values: zero of 2theta (deg); ln of strain; logit of eta; ln of width of each phase;
ln of each lattice constant over the library's. An unlisted line is a lattice of one line whose constant is its spacing.
Its width is that of the first phase. Intensities and background are linear and not among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.sparse import csr_array

from autosynth.analysis.arrays import Array
from autosynth.analysis.diffraction.lattice import lines_of
from autosynth.analysis.diffraction.profile import Profiles, profiles
from autosynth.analysis.phases import Instrument, Phase, Radiation
from autosynth.errors import AnalysisError

ZERO, STRAIN, ETA, GLOBALS = range(4)
STRAIN_0, STRAIN_SD = 3e-4, 1.0
"""Assumed: median of the strain (delta d over d, as full width), and standard deviation of its logarithm."""
ETA_SD = 1.5
"""Assumed: of logit(eta), about one half."""
UNKNOWN_SD = 0.5
"""Prior standard uncertainty of an unlisted line's place, in widths from where the residual had its top."""
KNOT_WIDTHS = 20.0
"""Distance of the background's knots, in line widths: nothing so broad is a line of a crystal."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Lines to be fitted: arrays of one entry a line, with the place of each line's unknowns in the point."""

    radiation: tuple[Radiation, ...]
    fwhm_deg: float
    plane: Array
    axis: Array
    a: Array
    c: Array
    a_at: Indices
    c_at: Indices
    width_at: Indices
    owner: Indices
    """Which phase, in the order given; unlisted lines have the numbers after."""
    phases: int
    sd: Array
    """Prior standard uncertainties of the unknowns, shape (unknowns,)."""

    def inverse(self, point: Array) -> tuple[Array, Array]:
        """Return the parts of 1/d² (Å⁻²) that come from a and from c."""
        across = self.plane * np.exp(-2.0 * point[self.a_at]) / self.a**2
        return across, self.axis * np.exp(-2.0 * point[self.c_at]) / self.c**2

    def centres(self, point: Array, wavelength: float) -> tuple[Array, Array]:
        """Return centres (degrees), shape (lines,), and their derivatives, shape (unknowns, lines)."""
        across, along = self.inverse(point)
        sine = 0.5 * wavelength * np.sqrt(across + along)
        if not np.all(sine < 1.0):
            raise AnalysisError("a line of the library has left the range of angles")
        slope = np.zeros((len(self.sd), len(sine)))
        slope[ZERO] = 1.0
        lever = -2.0 * np.degrees(sine / np.sqrt(1.0 - sine**2)) / (across + along)
        each = np.arange(len(sine))
        np.add.at(slope, (self.a_at, each), lever * across)
        np.add.at(slope, (self.c_at, each), lever * along)
        return 2.0 * np.degrees(np.arcsin(sine)) + point[ZERO], slope

    def widths(self, point: Array) -> tuple[Array, Array]:
        """Return full widths (degrees) and their derivatives, shaped as those of centres; angles are the library's."""
        sine = 0.5 * self.radiation[0].angstrom * np.sqrt(sum(self.inverse(np.zeros(len(point)))))
        sharp = self.fwhm_deg**2 * np.exp(2.0 * point[self.width_at])
        spread = np.degrees(2.0 * STRAIN_0 * np.exp(point[STRAIN]) * sine / np.sqrt(1.0 - sine**2)) ** 2
        fwhm = np.sqrt(sharp + spread)
        slope = np.zeros((len(self.sd), len(fwhm)))
        slope[STRAIN] = spread / fwhm
        slope[self.width_at, np.arange(len(fwhm))] = sharp / fwhm
        return fwhm, slope

    def with_line(self, spacing: float, sd_ln: float) -> "Setting":
        """Return the setting with an unlisted line at a spacing (Å) of relative prior uncertainty `sd_ln`."""
        place = len(self.sd)
        return replace(
            self,
            plane=np.append(self.plane, 1.0), axis=np.append(self.axis, 0.0),
            a=np.append(self.a, spacing), c=np.append(self.c, spacing),
            a_at=np.append(self.a_at, place), c_at=np.append(self.c_at, place),
            width_at=np.append(self.width_at, GLOBALS), owner=np.append(self.owner, self.owner_count),
            sd=np.append(self.sd, sd_ln),
        )  # fmt: skip

    @property
    def owner_count(self) -> int:
        """Return how many phases and unlisted lines there are."""
        return self.phases + int(np.sum(self.owner >= self.phases))

    def below(self, limit_deg: float) -> "Setting":
        """Return the setting with those lines alone that the library places below an angle."""
        centre, _ = self.centres(np.zeros(len(self.sd)), self.radiation[0].angstrom)
        kept = centre <= limit_deg
        names = ("plane", "axis", "a", "c", "a_at", "c_at", "width_at", "owner")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Lines of unit area at the points of a pattern in units of its noise, shape (lines, points)."""

    rows: Array
    parts: Sequence[tuple[Profiles, float, Array]]
    """Of each wavelength: profiles, weight, derivatives of centres."""
    width_slope: Array
    eta_slope: float
    sd: Array
    """The noise, shape (points,)."""

    def moving(self, areas: Array) -> Array:
        """Return derivatives of the pattern by the unknowns at some areas, shape (unknowns, points)."""
        found = np.zeros((len(self.width_slope), len(self.sd)))
        for part, weight, slope in self.parts:
            size = (len(areas), len(self.sd))
            found += _sum(slope * (areas * weight), part.by_centre, part, size)
            found += _sum(self.width_slope * (areas * weight), part.by_fwhm, part, size)
            found[ETA] += _sum(areas[None, :] * weight * self.eta_slope, part.by_eta, part, size)[0]
        return found / self.sd


def _sum(coefficients: Array, values: Array, part: Profiles, size: tuple[int, int]) -> Array:
    begin = np.concatenate(([0], np.cumsum(np.bincount(part.row, minlength=size[0]))))
    return np.asarray((csr_array((values, part.column, begin), shape=size).T @ coefficients.T).T)


def basis_at(given: Setting, point: Array, x_deg: Array, sd: Array) -> Basis:
    """Return the lines at a point of the unknowns."""
    eta = 1.0 / (1.0 + np.exp(-point[ETA]))
    fwhm, width_slope = given.widths(point)
    rows = np.zeros((len(fwhm), len(x_deg)))
    whole = sum(one.weight for one in given.radiation)
    parts = []
    for one in given.radiation:
        centre, slope = given.centres(point, one.angstrom)
        part = profiles(x_deg, centre, fwhm, eta)
        rows[part.row, part.column] += one.weight / whole * part.value
        parts.append((part, one.weight / whole, slope))
    return Basis(rows / sd, parts, width_slope, eta * (1.0 - eta), sd)


def background(x_deg: Array, sd: Array, fwhm_deg: float) -> Array:
    """Return cubic B-splines in units of the noise, shape (splines, points); knots lie 20 widths apart at least."""
    pieces = max(int((x_deg[-1] - x_deg[0]) / (KNOT_WIDTHS * fwhm_deg)), 1)
    inner = np.linspace(x_deg[0], x_deg[-1], pieces + 1)
    knots = np.concatenate((np.repeat(inner[0], 3), inner, np.repeat(inner[-1], 3)))
    splines = np.asarray(BSpline.design_matrix(x_deg, knots, 3).toarray().T / sd)
    return splines[np.any(splines > 0.0, axis=1)]


def setting(phases: Sequence[Phase], instrument: Instrument, x_deg: Array) -> Setting:
    """Return the setting of some phases for a pattern's range.

    Raises:
        AnalysisError: a phase has no line in the range.
    """
    wavelength = instrument.radiation[0].angstrom
    top = np.radians(min(x_deg[-1] + instrument.fwhm_deg, 179.0)) / 2.0
    lowest = np.radians(max(x_deg[0] - instrument.fwhm_deg, 0.0)) / 2.0
    table: list[tuple[float, ...]] = []
    sd = [instrument.zero_sd_deg, STRAIN_SD, ETA_SD] + [instrument.fwhm_sd_rel] * len(phases)
    for owner, phase in enumerate(phases):
        a, c = phase.a.angstrom, phase.lengths[-1].angstrom
        at = (len(sd), len(sd) + len(phase.lengths) - 1)
        sd += [each.sd_angstrom / each.angstrom for each in phase.lengths]
        found = [
            line
            for line in lines_of(phase, wavelength / (2.0 * float(np.sin(top))))
            if line.spacing(a, c) * 2.0 * np.sin(lowest) <= wavelength
        ]
        if not found:
            raise AnalysisError(f"the pattern's range has no line of {phase.name}")
        table += [(line.plane, line.axis, a, c, *at, GLOBALS + owner, owner) for line in found]
    plane, axis, lengths_a, lengths_c, *places = np.array(table).T
    a_at, c_at, width_at, owner_at = (each.astype(np.intp) for each in places)
    return Setting(
        instrument.radiation, instrument.fwhm_deg, plane, axis, lengths_a, lengths_c, a_at, c_at, width_at, owner_at,
        len(phases), np.array(sd),
    )  # fmt: skip
