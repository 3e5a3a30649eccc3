"""Blocks of one sample to named quantities: the one entry that the engine and the command line call.

Quantities (0 to 1 where they are parts):
- `<species>`, for each observable species: the part of the counted unit (of all units in observable species) that it
  holds; a species that holds none, such as an internal reference, is told per counted unit, mol/mol;
- the library's `sums` of these parts, and its `means` of components in a counted unit;
- `unknown_frac`: nuclei in lines of no listed species over all nuclei seen, unknown lines taken as fully relaxed; none
  found, its limit is the largest single line that could have been missed;
- `phase_deg` at the carrier, `dead_time` s, `reference_offset` ppm, `linewidth_hz` and `snr` of the strongest line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft as transform_of

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.lines import Compound, LineLibrary
from autosynth.analysis.nmr.blurred import sharpened
from autosynth.analysis.nmr.curves import curves_of
from autosynth.analysis.nmr.fid import Accumulation
from autosynth.analysis.nmr.fit import Data, Fit, fit
from autosynth.analysis.nmr.model import GLOBALS, Setting, setting
from autosynth.analysis.nmr.noise import noise_of
from autosynth.analysis.nmr.posterior import posterior
from autosynth.analysis.nmr.quantities import forecast, told
from autosynth.analysis.nmr.reading import Reading, Spectrum, flags_of
from autosynth.analysis.nmr.relocate import relocated, suspect
from autosynth.analysis.nmr.result import NmrResult, SpectrumGoodness, UnknownPeak
from autosynth.analysis.nmr.shape import Band
from autosynth.analysis.nmr.start import starts
from autosynth.analysis.nmr.unknown import Search, search, with_unknown
from autosynth.analysis.nmr.windows import places_of
from autosynth.analysis.voltammetry.fractions import bounded_estimate
from autosynth.errors import AnalysisError

MOST_UNKNOWN = 6
MOST_MOVES = 3
"""So many times multiplets are moved to other places."""
SAME = 0.5
"""Two fits are one when no amount differs by so many standard uncertainties."""
LEAST_WEIGHT = 0.01
"""An assignment less probable than this is not told of."""


def analyse(accumulation: Accumulation, library: LineLibrary, species: Sequence[str] = ()) -> NmrResult:
    """Fit the spectrum of one sample and return its quantities.

    Args:
        accumulation: all blocks of the sample so far.
        library: what lines species have.
        species: species or stages to expect; all of the library when empty.

    Raises:
        AnalysisError: no block yet, another nucleus than the library's, no species with an observable line, no points
            at its lines, or a fit that is not finite.
        InputError: a species is not in the library.
    """
    asked = _prepared(accumulation, library.of(accumulation.fid.nucleus), species)
    readings = _readings(asked.spectrum, asked.compounds, asked.library)
    return _told(accumulation, asked.spectrum, readings, asked.compounds, asked.hidden)


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """The most probable reading of one nucleus, for a fit together with others."""

    nucleus: str
    scans: int
    names: tuple[str, ...]
    """Species whose amounts are fitted, in order; those of unknown lines follow."""
    spectrum: Spectrum
    found: Fit
    data: Data
    spare: Search
    peaks: tuple[UnknownPeak, ...]
    unknown_frac: Estimate


def fit_alone(accumulation: Accumulation, library: LineLibrary, species: Sequence[str]) -> Alone:
    """Fit one nucleus by itself, species that it does not tell apart each with lines of their own.

    Raises:
        AnalysisError: as `analyse`.
    """
    nucleus = accumulation.fid.nucleus
    seen = library.of(nucleus, apart=True)
    known = {one.name for one in seen.species}
    asked = _prepared(accumulation, seen, [name for name in species if name in known])
    best = _readings(asked.spectrum, asked.compounds, seen)[0]
    names = tuple(one.name for one in asked.compounds)
    said = best.said
    unknown = said.quantities["unknown_frac"]
    return Alone(
        nucleus, accumulation.scans, names, asked.spectrum, best.found, best.data, best.spare, said.peaks, unknown
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    library: LineLibrary
    spectrum: Spectrum
    compounds: tuple[Compound, ...]
    hidden: tuple[str, ...]


def _prepared(accumulation: Accumulation, library: LineLibrary, species: Sequence[str]) -> _Asked:
    """Return spectrum and species to look for; raises what `analyse` does."""
    fid = accumulation.fid
    if fid.nucleus != library.nucleus:
        raise AnalysisError(f"the FID is of {fid.nucleus}, the library {library.title!r} of {library.nucleus}")
    asked = library.expand(species)
    compounds = tuple(one for one in asked if one.seen)
    hidden = tuple(one.name for one in asked if not one.seen)
    if not compounds:
        raise AnalysisError(f"none of the species has an observable line: {', '.join(hidden)}")
    transform = np.asarray(transform_of.fft(fid.points), dtype=np.complex128)
    spectrum = Spectrum(fid, transform, noise_of(accumulation), places_of(library.windows, transform, fid))
    if not spectrum.noise.point_sd > 0.0:
        raise AnalysisError("the FID has no noise: it is empty or not as measured")
    return _Asked(library, spectrum, compounds, hidden)


def _readings(spectrum: Spectrum, compounds: Sequence[Compound], library: LineLibrary) -> list[Reading]:
    """Return the probable ways to assign the lines with their weights, most probable first."""
    given = setting(compounds, library, spectrum.fid)
    data = spectrum.data(given, np.zeros(len(given.sd)))
    begin = starts(given, spectrum.listed(data), spectrum.fid.dwell_s)
    if data.numbers <= 2 * len(begin[0]):
        raise AnalysisError("the spectrum has too few points at the lines of the library")
    on = spectrum.band(given, np.zeros(len(given.sd)))
    fits = [_placed(spectrum, given, data, on, point) for point in begin]
    evidence = np.array([_evidence(one) for one in fits])
    found: list[Reading] = []
    chosen: list[Fit] = []
    for place in np.argsort(evidence)[::-1]:
        same = any(_same(fits[place], one) for one in chosen)
        if same or evidence[place] < evidence.max() + np.log(LEAST_WEIGHT):
            continue
        chosen.append(fits[place])
        found.append(_read(spectrum, fits[place], data, compounds, library, float(evidence[place])))
    best = max(one.weight for one in found)
    shares = np.exp([one.weight - best for one in found])
    weighted = [
        Reading(one.found, one.after, one.spare, one.said, one.data, float(share))
        for one, share in zip(found, shares / shares.sum(), strict=True)
        if share / shares.sum() >= LEAST_WEIGHT
    ]
    return sorted(weighted, key=lambda one: -one.weight)


def _placed(spectrum: Spectrum, given: Setting, data: Data, on: Band, start: Array) -> Fit:
    """Return the fit from a start; where multiplets seem misplaced, it is begun again with what is known by then."""
    found = _settled(given, data, sharpened(spectrum, given, on, start))
    if len(given.lines.split) and suspect(found, data):
        known = np.zeros(len(start))
        known[:GLOBALS] = found.point[:GLOBALS]
        again = _settled(given, data, sharpened(spectrum, given, on, known))
        found = min(found, again, key=lambda one: one.loss)
    return found


def _settled(given: Setting, data: Data, start: Array) -> Fit:
    """Return the fit from a start, begun again where a multiplet had been laid on the wrong place."""
    found = fit(given, data, start)
    for _ in range(MOST_MOVES):
        point = relocated(found, data)
        if point is None:
            break
        again = fit(given, data, point)
        if again.loss >= found.loss:
            break
        found = again
    return found


def _same(one: Fit, other: Fit) -> bool:
    """Tell whether two fits came to the same amounts, within a part of their uncertainties."""
    count = len(one.amounts)
    apart = (one.amounts - other.amounts) * np.sqrt(np.diag(other.information)[:count])
    return bool(np.max(np.abs(apart)) < SAME)


def _evidence(found: Fit) -> float:
    """Return the logarithm of the evidence for a minimum (Laplace), up to a constant."""
    still = len(found.prior) - len(found.point)
    scale = np.concatenate((np.ones(still), 1.0 / np.sqrt(found.prior[still:])))
    normal = (found.information + np.diag(found.prior)) * scale[:, None] * scale
    return -found.loss - 0.5 * float(np.linalg.slogdet(normal[still:, still:])[1])


def _read(
    spectrum: Spectrum, found: Fit, data: Data, compounds: Sequence[Compound], library: LineLibrary, evidence: float
) -> Reading:
    """Look for unknown lines and tell what the fit says; each unknown line found is evidence for the others, too."""
    fid, before = spectrum.fid, found
    spare = search(fid, spectrum.noise.point_sd, found, data)
    for _ in range(MOST_UNKNOWN):
        if spare.shift_ppm is None:
            break
        given, point = with_unknown(found, spare)
        data = spectrum.data(given, point)
        found = fit(given, data, point)
        spare = search(fid, spectrum.noise.point_sd, found, data)
    after = posterior(found, data.numbers)
    if not (np.isfinite(after.mean).all() and np.isfinite(after.covariance).all()):
        raise AnalysisError("the fit of the spectrum is not finite")
    said = told(found, after, compounds, library, spare, spectrum.bin_sd)
    strange = len(found.amounts) - len(before.amounts)
    cost = strange * np.log(len(fid.points))
    gained = 0.5 * float(np.sum(_alone(found) ** 2)) if strange else 0.0
    return Reading(found, after, spare, said, data, evidence + gained - cost)


def _alone(found: Fit) -> Array:
    """Return by how many standard uncertainties each unknown line stands out."""
    first = found.given.lines.listed
    power = np.diag(found.information)[first : len(found.amounts)]
    return np.asarray(found.amounts[first:] * np.sqrt(power))


def _told(
    accumulation: Accumulation,
    spectrum: Spectrum,
    readings: Sequence[Reading],
    compounds: Sequence[Compound],
    hidden: tuple[str, ...],
) -> NmrResult:
    best, names = readings[0], tuple(one.name for one in compounds)
    found, after = best.found, best.after
    coming = forecast(found, after, best.said, accumulation.scans)
    flags = flags_of(spectrum, readings, hidden, coming)
    goodness = SpectrumGoodness(
        after.chi2_reduced, after.inflation, accumulation.blocks, accumulation.scans, len(best.data.bins),
        found.rounds, found.converged, flags,
    )  # fmt: skip
    quantities = _mixed(readings, names)
    return NmrResult(
        quantities,
        best.said.peaks,
        curves_of(spectrum.fid, found, names, best.spare.width_hz, spectrum.bin_sd, best.data),
        goodness,
        names,
        hidden,
        best.said.covariance,
        coming,
    )


def _mixed(readings: Sequence[Reading], names: Sequence[str]) -> Mapping[str, Estimate]:
    """Return the quantities of the best reading, parts of all readings by their weights."""
    quantities = dict(readings[0].said.quantities)
    for name in names:
        every = [(one.weight, one.said.quantities[name]) for one in readings if name in one.said.quantities]
        if len(every) < 2:
            continue
        value = sum(weight * each.value for weight, each in every)
        square = sum(weight * (each.sd**2 + (each.value - value) ** 2) for weight, each in every)
        quantities[name] = bounded_estimate(value, float(np.sqrt(square)))
    return quantities
