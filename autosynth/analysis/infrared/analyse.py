"""From a spectrum to what is left of a functional group: bands fitted jointly, compared with an inert standard.

Conversion is told by the free acid's band over that of the carboxylate on Ru2, which does not exchange: the area of the
former is proportional to the free COOH of a cage, 8 (1 - alpha), and what is weighed into the pellet cancels. Acid set
free by the reaction overlaps with it and is a quantity of its own; what is not listed is told, never added to either.
"""

from collections.abc import Sequence

import numpy as np

from autosynth.analysis.bands import AXIS_UNITS, Band, BandLibrary
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.infrared.fit import Fit, at_limit, fit, setting
from autosynth.analysis.infrared.posterior import Posterior, posterior, reduced
from autosynth.analysis.infrared.quantities import Told, told
from autosynth.analysis.infrared.result import BandCurves, BandGoodness, BandResult
from autosynth.analysis.infrared.shape import profiles
from autosynth.analysis.infrared.spectrum import OPAQUE, Region, Spectrum, region
from autosynth.analysis.infrared.unknown import MOST, Search, search, with_unknown
from autosynth.errors import AnalysisError

MISFIT_SD = 5.0
QUIETER = 0.8
"""A residual with less variance than this part of what was expected is the noise."""
OVERLAPPING = 0.7
"""Residual and acid more correlated than this are told to be."""
STANDING = 10.0
"""Times its standard uncertainty that the standard has to be."""
CORRELATED = 1.5


def analyse(
    spectrum: Spectrum, library: BandLibrary, expect: Sequence[str] = (), initial: Estimate | None = None
) -> BandResult:
    """Fit bands to a spectrum and return what they tell.

    Quantities: `ratio_<position>_<standard>` of every band, areas over the standard's; `residual_frac`, the ratio of
    the residual over `initial`; `detection_limit` of that; `acid_frac`, the acid's area over the standard's;
    `unknown_frac`, that of all unlisted bands. A quantity nearer to zero than three standard uncertainties has
    `upper_bound`, the one-sided 95 % limit.

    Args:
        spectrum: absorbance over the library's axis.
        library: bands with their priors.
        expect: bands or stages to look for; all when empty.
        initial: ratio of residual to standard before the reaction, from an earlier measurement; the library's if None.

    Raises:
        AnalysisError: the spectrum does not suit the library, or shows no standard to compare with.
        InputError: the library does not have what is expected.
    """
    bands = library.expand(expect)
    if initial is None and library.initial_ratio is not None:
        initial = Estimate(library.initial_ratio.value, library.initial_ratio.sd, "1")
    if initial is not None and not (initial.value > 0.0 and initial.sd >= 0.0):
        raise AnalysisError(f"a ratio of {initial.value:g} before the reaction is nothing to compare with")
    data = region(spectrum, library)
    found, noise, spare = _fitted(data, bands, library)
    after = posterior(found, data)
    place = bands.index(library.standard)
    standard, sd = float(after.mean[place]), float(np.sqrt(after.covariance[place, place]))
    if not standard > STANDING * sd:
        msg = (
            f"the standard at {library.standard.position:g} {AXIS_UNITS[library.axis]} does not stand out of the noise"
        )
        raise AnalysisError(msg)
    said = told(found, after, bands, library, initial, spare)
    overlap = _overlap(after, bands)
    flags = _flags(data, found, after, said, library, overlap)
    goodness = BandGoodness(
        after.chi2_reduced, after.inflation, noise, len(data.axis), found.rounds, found.converged, overlap, flags
    )
    curves = _curves(data, found, noise, bands)
    return BandResult(said.quantities, said.bands, said.unknown, curves, goodness, said.covariance)


def _fitted(data: Region, bands: Sequence[Band], library: BandLibrary) -> tuple[Fit, float, Search]:
    """Return the fit with such unknown bands as there are, the noise it was made with, and the last search."""
    given, noise = setting(bands, library.scale_sd), data.noise
    found = fit(given, data, noise, np.zeros(1 + 2 * len(bands)))
    if (quiet := reduced(found)) < QUIETER:
        noise *= max(float(np.sqrt(quiet)), 1e-6)
        found = fit(given, data, noise, found.point)
    spare = search(found, data, noise, 1.0)
    for _ in range(MOST):
        if spare.position is None:
            break
        found = with_unknown(found, data, noise, spare)
        spare = search(found, data, noise, 1.0)
    return found, noise, spare


def _overlap(after: Posterior, bands: Sequence[Band]) -> float | None:
    places = [i for role in ("residual", "acid") for i, one in enumerate(bands) if one.role == role]
    if len(places) < 2:
        return None
    one, other = places
    spread = after.uncut
    return float(spread[one, other] / np.sqrt(spread[one, one] * spread[other, other]))


def _flags(
    data: Region, found: Fit, after: Posterior, said: Told, library: BandLibrary, overlap: float | None
) -> tuple[str, ...]:
    """Return a plain sentence for each thing that is wrong or worth a look; none for a good fit."""
    unit = AXIS_UNITS[library.axis]
    flags = [f"a band at {each.position.value:.0f} {unit} belongs to nothing looked for" for each in said.unknown]
    if overlap is not None and abs(overlap) > OVERLAPPING:
        flags.append(f"residual and acid overlap (correlation {overlap:.2f}): their sum is known better than either")
    if after.chi2_reduced > 1.0 + MISFIT_SD * np.sqrt(2.0 / len(data.axis)):
        flags.append(f"the residual is {np.sqrt(after.chi2_reduced):.2f} times the noise")
    if after.inflation > CORRELATED * max(after.chi2_reduced, 1.0):
        flags.append("neighbouring points are off together: uncertainties are widened for that")
    if data.opaque:
        flags.append(f"{data.opaque} points have an absorbance above {OPAQUE:g}: areas there are too small")
    if at_limit(found):
        flags.append("a position or width is as far off as the library allows: look at it, or at the library")
    if not found.converged:
        flags.append(f"the fit had not settled after {found.rounds} rounds")
    return tuple(flags)


def _curves(data: Region, found: Fit, noise: float, bands: Sequence[Band]) -> BandCurves:
    value = profiles(data.axis, *found.given.places(found.point), found.given.gaussian)[0] * found.areas[:, None]
    components = {one.name: value[i] for i, one in enumerate(bands)}
    if len(value) > len(bands):
        components["unknown"] = np.sum(value[len(bands) :], axis=0)
    baseline = found.baseline @ data.baseline
    left = found.left * noise
    return BandCurves(data.axis, data.absorbance, data.absorbance - left, baseline, left, components)
