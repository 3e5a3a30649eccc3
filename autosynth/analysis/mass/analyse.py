"""From a mass spectrum to how many sites hold the second unit: the whole envelope over all compositions at once.

Where the two units differ by less than an envelope is wide, no composition has a line of its own: what can be told
are mean and width of the mixture, and each only as surely as the mass scale is known. A lock mass tells the scale, or
elemental analysis the mean; without either the uncertainty is that of the scale.
"""

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.assemblies import AssemblyLibrary
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.mass.fit import Fit, Setting
from autosynth.analysis.mass.fractions import Fractions, fractions_of
from autosynth.analysis.mass.lines import Lines, ion_lines, lock_lines
from autosynth.analysis.mass.modes import MOST_MODES, Mode, Told, settled, starts, told
from autosynth.analysis.mass.noise import even
from autosynth.analysis.mass.quantities import compared, flags_of, quantities_of, verdict_of
from autosynth.analysis.mass.result import Anchor, MassCurves, MassGoodness, MassResult
from autosynth.analysis.mass.scale import Scale, scale_of
from autosynth.analysis.mass.spectrum import MassSpectrum, check
from autosynth.analysis.mass.strays import Stray, stray, without
from autosynth.analysis.mass.view import Profile, View, peaks, profile
from autosynth.analysis.quantification import require_quantified
from autosynth.errors import AnalysisError

MARGIN_DA = 12.0
"""Of the baseline to either side of an envelope, beyond what the scale may be off."""
EXPLAINED = 0.9
"""Part of the intensity of centroids that has to belong to peaks, of the most that any shift of the scale makes."""
MOST_STRAYS = 4
"""So many signals that no listed ion explains are left out; what is left then is in the residual."""
STANDING = 20.0
"""Times its standard uncertainty that the envelope has to stand out."""


def analyse(spectrum: MassSpectrum, library: AssemblyLibrary, elements: Estimate | None = None) -> MassResult:
    """Fit the mixture of compositions to the envelope of every ion that the spectrum covers.

    Quantities: `x`, the mean number of sites with the second unit; `width`, the standard deviation of that number;
    `dispersion`, its variance over that of a binomial; `second_frac`, x over all sites; `scale_shift` (ppm); with a
    lock mass and `elements` also `elements_difference`, by how much x exceeds that of the elements. With `elements`
    and no lock mass the elements anchor the fit and there is nothing to compare.

    What a profile shows beside and no listed ion explains is left out of the fit, and a flag names it.

    Args:
        spectrum: intensities over m/z.
        library: the series, its ions, lock masses and what is known of the instrument.
        elements: mean number of sites with the second unit by elemental analysis, with its standard uncertainty.

    Raises:
        AnalysisError: the spectrum is none, covers no ion of the library, or shows nothing there; or the library says
            why mass spectra do not tell what the solution held.
    """
    require_quantified(library, "mass")
    check(spectrum)
    if elements is not None and not elements.sd > 0.0:
        raise AnalysisError(f"elements with an uncertainty of {elements.sd:g} anchor nothing: say how sure they are")
    scale = scale_of(spectrum, library)
    anchor: Anchor = "lock mass" if scale.by else ("none" if elements is None else "elements")
    seen, strays = _told(spectrum, library, scale, elements if anchor == "elements" else None)
    given, best = seen.given, seen.best
    if not float(best.linear[0]) > STANDING / float(np.sqrt(best.information[0, 0])):
        raise AnalysisError(f"no envelope of {library.title} stands out of the noise")
    parts = fractions_of(given, best, seen.inflation)
    found = quantities_of(seen, parts, library)
    if elements is not None and scale.by:
        found["elements_difference"] = compared(found["x"], elements)
    fractions = _listed(parts) if parts.identifiable else ()
    found |= {f"fraction_{number}": one for number, one in enumerate(fractions)}
    verdict, reason = verdict_of(found["dispersion"])
    ways = sum(weight > 1e-3 for weight in seen.weights)
    flags = (*flags_of(seen, parts, found, anchor != "none"), *map(str, strays))
    goodness = MassGoodness(seen.chi2_reduced, seen.inflation, len(best.left), ways, parts.worst_sd, flags)
    names = [ion.name for ion in library.ions]
    curves = tuple(_curves(names[i], given.views[i], best, i, given) for i in range(len(given.views)))
    return MassResult(verdict, reason, anchor, found, fractions, curves, goodness)


def _told(
    spectrum: MassSpectrum, library: AssemblyLibrary, scale: Scale, elements: Estimate | None
) -> tuple[Told, tuple[Stray, ...]]:
    """Return what the envelopes of all ions tell that the spectrum covers, and what signals no listed ion explains."""
    series = [ion_lines(library, ion) for ion in library.ions]
    reach = 3.5 * scale.sd + abs(scale.shift)
    spans = [
        (one.low * (1.0 - reach) - MARGIN_DA / one.charge, one.high * (1.0 + reach) + MARGIN_DA / one.charge)
        for one in series
    ]
    seen = [(one, *span) for one, span in zip(series, spans, strict=True) if spectrum.covers(*span)]
    if not seen:
        wanted = ", ".join(f"{low:.0f} to {high:.0f}" for low, high in spans)
        raise AnalysisError(f"the spectrum does not cover m/z {wanted}, where {library.title} lies")
    for lock in library.lock_masses:
        if lock.name in scale.by and any(low < lock_lines(lock).low < high for _, low, high in seen):
            raise AnalysisError(f"the lock mass {lock.name} lies within an envelope: name another in the library")
    resolution = library.calibration.resolution
    tooth = min(one.spacing / one.high for one, _, _ in seen)
    if spectrum.mode == "profile":
        views: list[View] = [profile(one, spectrum, low, high, resolution) for one, low, high in seen]
        return _explained(views, library, scale, elements, tooth)
    found: list[Mode] = []
    for shift in _teeth(spectrum, seen[0][0], scale, tooth, resolution):
        views = [peaks(one, spectrum, shift, resolution) for one, _, _ in seen]
        given = _setting(views, library, scale, elements)
        mean = float(np.clip(_mean_of(views[0])[0], 0.03 * library.sites, 0.97 * library.sites))
        start = np.array([np.log(mean / (library.sites - mean)), 0.0, 0.0, shift, 0.0])
        found += settled(given, [start], tooth)
    return told(found), ()


def _explained(
    views: list[View], library: AssemblyLibrary, scale: Scale, elements: Estimate | None, tooth: float
) -> tuple[Told, tuple[Stray, ...]]:
    """Return what profiles tell once what no listed ion explains has been left out, and what that was."""
    strays: list[Stray] = []
    while True:
        given = _setting(views, library, scale, elements)
        seen = told(settled(given, starts(given, tooth, _mean_of(views[0])), tooth))
        one = stray(seen.given, seen.best) if len(strays) < MOST_STRAYS else None
        view = None if one is None else views[one.view]
        if one is None or not isinstance(view, Profile):
            return seen, tuple(strays)
        strays.append(one)
        views[one.view] = without(view, one)


def _setting(views: list[View], library: AssemblyLibrary, scale: Scale, elements: Estimate | None) -> Setting:
    width = (0.0, library.calibration.resolution_sd_rel)
    noise = [even(view.y) for view in views]
    return Setting(views, noise, library.sites, (scale.shift, scale.sd), width, elements)


def _teeth(spectrum: MassSpectrum, lines: Lines, scale: Scale, tooth: float, resolution: float) -> list[float]:
    """Return the shifts, near what is known of the scale, at which the comb of centroids fits that of the lines.

    Of a shift that is half a tooth off, few centroids belong to any peak: it is none of them.
    """
    reach = 3.5 * scale.sd
    trials = np.arange(scale.shift - reach - tooth, scale.shift + reach + 1.001 * tooth, tooth / 4.0)
    seen = [peaks(lines, spectrum, float(trial), resolution) for trial in trials]
    most = max(float(one.y.sum()) for one in seen)
    found: list[float] = []
    for one in seen:
        if one.seen is None or one.y.sum() < EXPLAINED * most:
            continue
        if all(abs(one.seen[0] - other) > 0.5 * tooth for other in found):
            found.append(one.seen[0])
    if not found:
        raise AnalysisError("no centroids lie where peaks should be")
    return sorted(found, key=lambda shift: abs(shift - scale.shift))[:MOST_MODES]


def _mean_of(view: View) -> Array:
    """Return the mean number of sites that the envelope's centre of mass tells, and its change with the scale's shift.

    Mean masses of a series lie on a straight line.
    """
    lines = view.lines
    centres = np.sum(lines.part * lines.mz, axis=0) / np.sum(lines.part, axis=0)
    weight = np.maximum(view.y - float(np.median(view.y)), 0.0)
    weight[weight < 0.05 * float(weight.max())] = 0.0
    where = view.mz if isinstance(view, Profile) else lines.mz[:, lines.compositions // 2]
    seen = float(weight @ where / max(float(weight.sum()), 1e-300))
    step = float(centres[-1] - centres[0]) / (lines.compositions - 1)
    return np.array([(seen - float(centres[0])) / step, -seen / step])


def _listed(parts: Fractions) -> tuple[Estimate, ...]:
    sds = np.sqrt(np.diag(parts.covariance))
    return tuple(
        Estimate(
            float(value), float(sd), "1", upper_bound=float(max(value, 0.0) + 1.645 * sd) if value < 3 * sd else None
        )
        for value, sd in zip(parts.bounded, sds, strict=True)
    )


def _curves(name: str, view: View, best: Fit, place: int, given: Setting) -> MassCurves:
    where = view.mz if isinstance(view, Profile) else view.lines.mz[:, view.lines.compositions // 2]
    first = sum(1 + len(each.baseline) for each in given.views[:place]) + 1
    baseline = best.linear[first : first + len(view.baseline)] @ view.baseline
    return MassCurves(name, where, view.y, best.values[place], np.asarray(baseline))
