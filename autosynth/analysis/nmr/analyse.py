"""Blocks of one sample to named quantities: the one entry that the engine and the command line call.

Quantities (0 to 1 where they are parts):
- `<species>`, for each observable species: the part of the counted unit (of all units in observable species) that it
  holds; a species that holds none, such as an internal reference, is told per counted unit, mol/mol;
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
from autosynth.analysis.nmr.curves import curves_of
from autosynth.analysis.nmr.fid import Accumulation, Complex, Fid
from autosynth.analysis.nmr.fit import Data, Fit, at_limit, data_of, fit
from autosynth.analysis.nmr.model import REFERENCE, Setting, setting
from autosynth.analysis.nmr.noise import Noise, noise_of
from autosynth.analysis.nmr.quantities import Posterior, Told, forecast, posterior, told
from autosynth.analysis.nmr.result import Forecast, NmrResult, SpectrumGoodness
from autosynth.analysis.nmr.shape import band
from autosynth.analysis.nmr.start import starts
from autosynth.analysis.nmr.unknown import Search, search, with_unknown
from autosynth.analysis.voltammetry.fractions import bounded_estimate
from autosynth.errors import AnalysisError

MOST_UNKNOWN = 6
WIDTHS = 10.0
"""Bins within so many widths of a line are fitted, and as far as it may be off."""
OFF_SD = 4.0
MISFIT_SD = 5.0
LEAST_WEIGHT = 0.01
"""An assignment less probable than this is not told of."""
FAINT = 5.0
SAME = 0.5
MANY, LIMITING, NOTABLE = 1000, 0.7, 0.005
"""So many times the scans show what noise has no part in; that is told when it is most of what is notable."""


@dataclass(frozen=True, slots=True, eq=False)
class _Spectrum:
    fid: Fid
    transform: Complex
    noise: Noise

    @property
    def bin_sd(self) -> float:
        return self.noise.bin_sd(len(self.fid.points))

    def data(self, given: Setting, at: Array) -> Data:
        """Return the bins around the lines of a setting, wherever between `at` and the library's scale they are."""
        lines, fid = given.lines, self.fid
        hertz = (lines.shift_ppm + at[REFERENCE] / 2.0 - fid.carrier_ppm) * fid.frequency_mhz
        off = np.hypot(lines.shift_sd_ppm, given.shared_sd[REFERENCE]) * OFF_SD * fid.frequency_mhz
        on = band(hertz, off + WIDTHS * (lines.width_hz + given.shim_hz), len(fid.points), fid.dwell_s)
        return data_of(self.transform, on, self.bin_sd)


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """One way to assign the lines: its fit and what it says."""

    found: Fit
    after: Posterior
    spare: Search
    said: Told
    data: Data
    weight: float = 1.0


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
    fid = accumulation.fid
    if fid.nucleus != library.nucleus:
        raise AnalysisError(f"the FID is of {fid.nucleus}, the library {library.title!r} of {library.nucleus}")
    asked = library.expand(species)
    compounds = [one for one in asked if one.seen]
    hidden = tuple(one.name for one in asked if not one.seen)
    if not compounds:
        raise AnalysisError(f"none of the species has an observable line: {', '.join(hidden)}")
    transform = np.asarray(transform_of.fft(fid.points), dtype=np.complex128)
    spectrum = _Spectrum(fid, transform, noise_of(accumulation))
    if not spectrum.noise.point_sd > 0.0:
        raise AnalysisError("the FID has no noise: it is empty or not as measured")
    readings = _readings(spectrum, compounds, library)
    return _told(accumulation, spectrum, readings, compounds, hidden)


def _readings(spectrum: _Spectrum, compounds: Sequence[Compound], library: LineLibrary) -> list[_Reading]:
    """Return the probable ways to assign the lines with their weights, most probable first."""
    given = setting(compounds, library, spectrum.fid)
    begin = starts(given, spectrum.fid.points, spectrum.fid.dwell_s)
    data = spectrum.data(given, np.zeros(len(begin[0])))
    if data.numbers <= 2 * len(begin[0]):
        raise AnalysisError("the spectrum has too few points at the lines of the library")
    fits = [fit(given, data, point) for point in begin]
    evidence = np.array([_evidence(one) for one in fits])
    found: list[_Reading] = []
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
        _Reading(one.found, one.after, one.spare, one.said, one.data, float(share))
        for one, share in zip(found, shares / shares.sum(), strict=True)
        if share / shares.sum() >= LEAST_WEIGHT
    ]
    return sorted(weighted, key=lambda one: -one.weight)


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
    spectrum: _Spectrum, found: Fit, data: Data, compounds: Sequence[Compound], library: LineLibrary, evidence: float
) -> _Reading:
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
    after = posterior(found, data)
    if not (np.isfinite(after.mean).all() and np.isfinite(after.covariance).all()):
        raise AnalysisError("the fit of the spectrum is not finite")
    said = told(found, after, compounds, library, spare, spectrum.bin_sd)
    strange = len(found.amounts) - len(before.amounts)
    cost = strange * np.log(len(fid.points))
    gained = 0.5 * float(np.sum(_alone(found) ** 2)) if strange else 0.0
    return _Reading(found, after, spare, said, data, evidence + gained - cost)


def _alone(found: Fit) -> Array:
    """Return by how many standard uncertainties each unknown line stands out."""
    first = found.given.lines.listed
    power = np.diag(found.information)[first : len(found.amounts)]
    return np.asarray(found.amounts[first:] * np.sqrt(power))


def _told(
    accumulation: Accumulation,
    spectrum: _Spectrum,
    readings: Sequence[_Reading],
    compounds: Sequence[Compound],
    hidden: tuple[str, ...],
) -> NmrResult:
    best, names = readings[0], tuple(one.name for one in compounds)
    found, after = best.found, best.after
    coming = forecast(found, after, best.said, accumulation.scans)
    flags = _flags(spectrum, readings, hidden, coming)
    goodness = SpectrumGoodness(
        after.chi2_reduced, after.inflation, accumulation.blocks, accumulation.scans, len(best.data.bins),
        found.rounds, found.converged, flags,
    )  # fmt: skip
    quantities = _mixed(readings, names)
    return NmrResult(
        quantities,
        best.said.peaks,
        curves_of(spectrum.fid, found, names, best.spare.width_hz, spectrum.bin_sd, best.data.on),
        goodness,
        names,
        hidden,
        best.said.covariance,
        coming,
    )


def _mixed(readings: Sequence[_Reading], names: Sequence[str]) -> Mapping[str, Estimate]:
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


def _flags(
    spectrum: _Spectrum, readings: Sequence[_Reading], hidden: Sequence[str], coming: Forecast
) -> tuple[str, ...]:
    best = readings[0]
    found, after, said = best.found, best.after, best.said
    flags = [f"a line at {peak.shift.value:.2f} ppm belongs to no species looked for" for peak in said.peaks]
    flags += [f"{name} is not observable: nothing is known of it" for name in hidden]
    if len(readings) > 1:
        flags.append(f"lines can be assigned in {len(readings)} ways, the best with probability {best.weight:.2f}")
    if after.chi2_reduced > 1.0 + MISFIT_SD * np.sqrt(2.0 / best.data.numbers):
        flags.append(f"the residual is {np.sqrt(after.chi2_reduced):.2f} times the noise")
    if said.quantities["snr"].value < FAINT:
        flags.append("no listed line stands out of the noise")
    if at_limit(found):
        flags.append("a shift, width or intensity is as far off as the library allows: look at it, or at the library")
    if not found.converged:
        flags.append(f"the fit had not settled after {found.rounds} rounds")
    if spectrum.noise.drifting:
        flags.append("blocks differ by more than noise: the field or the sample drifts")
    worst = max(coming.sds, key=lambda name: coming.sds[name])
    if coming.sd_after(worst, MANY * coming.scans) > LIMITING * coming.sds[worst] > LIMITING * NOTABLE:
        flags.append(f"relaxation times, not noise, limit what is known of {worst}: repeat pulses more slowly")
    if spectrum.fid.repetition_s <= 0.0:
        flags.append("the repetition time is not told: saturation is not corrected")
    return tuple(flags)
