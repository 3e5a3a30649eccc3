"""From a spectrum to a plasmon: its band, what warns of clumps, chloride or saturation, and the structure's verdict."""

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.infrared.spectrum import Spectrum
from autosynth.analysis.plasmon.background import Background, background_of, noise_of
from autosynth.analysis.plasmon.features import features
from autosynth.analysis.plasmon.result import Curves, Feature, PlasmonResult
from autosynth.analysis.plasmon.verdict import beside, judge
from autosynth.analysis.plasmons import PlasmonLibrary
from autosynth.errors import AnalysisError

MAIN_FROM_NM = 380.0
"""The main band lies above this wavelength: below it silver's interband transitions begin."""
LEAST = 0.02
"""A band of less absorbance is none."""


def analyse(
    spectrum: Spectrum,
    library: PlasmonLibrary,
    blank: Spectrum | None = None,
    frac: float | None = None,
    frac_sd: float = 0.0,
) -> PlasmonResult:
    """Return what a spectrum of particles tells.

    `blank` is that of the same vessel before anything was reduced, and gives the background; without it there is none.
    `frac` is what was charged of the library's metal. Quantities: `position` and `width` (nm), `absorbance`,
    `alloy_frac` (what an alloy with this band would have), `off_line` (nm from the line, where `frac` is given),
    `red_ratio` (absorbance in the red over the band's), `bands` (a count). A spectrum without a band has `scatter`
    (absorbance at 500 nm) and `bands` alone.

    Raises:
        AnalysisError: a spectrum is over wavenumbers, not finite, not ascending, or does not cover the library.
    """
    for each in (spectrum,) if blank is None else (spectrum, blank):
        _check(each, library)
    nm, absorbance = spectrum.axis, spectrum.absorbance
    noise = noise_of(absorbance)
    background = Background(0.0, 0.0, 0.0) if blank is None else background_of(blank.axis, blank.absorbance)
    net = absorbance - background.values(nm)
    found = features(nm, net, noise, library.low, library.high)
    main = _main(found)
    highest = float(absorbance[nm >= library.low].max())
    if main is None:
        return _without(spectrum, library, found, highest, noise)
    ratio = _ratio(nm, net, library, main, noise)
    flags = (*_saturated(highest, library), *_clumped(ratio, library))
    verdict, reason = judge(found, main, frac, frac_sd, library, flags)
    count = {"bands": Estimate(float(1 + len(beside(found, main))), 0.0, "")}
    quantities = {**_of_band(main, library, found), "red_ratio": ratio, **count}
    if frac is not None:
        sd_nm = (main.position.sd**2 + library.line_sd**2 + (frac_sd * library.slope_nm(frac)) ** 2) ** 0.5
        quantities["off_line"] = Estimate(main.position.value - library.position_nm(frac), sd_nm, "nm")
    curves = Curves(nm, absorbance, absorbance, background.values(nm))
    return PlasmonResult(quantities, verdict, reason, found, flags, curves, noise)


def _without(
    spectrum: Spectrum, library: PlasmonLibrary, found: tuple[Feature, ...], highest: float, noise: float
) -> PlasmonResult:
    """Return what a spectrum without a band tells: how much is scattered."""
    nm, absorbance = spectrum.axis, spectrum.absorbance
    background = background_of(nm, absorbance)
    told = {"scatter": Estimate(background.scatter, background.scatter_sd, ""), "bands": Estimate(0.0, 0.0, "")}
    flags = list(_saturated(highest, library))
    if background.scatter - 1.96 * background.scatter_sd > library.scatter:
        flags.append(f"scattering: {background.scatter:.3f} at 500 nm, something solid: silver chloride, or dust")
    curves = Curves(nm, absorbance, background.values(nm), background.values(nm))
    return PlasmonResult(told, "", "there is no band", found, tuple(flags), curves, noise)


def _main(found: tuple[Feature, ...]) -> Feature | None:
    """Return the highest band that is not too far in the blue; a shoulder where there is none."""
    candidates = [f for f in found if f.position.value >= MAIN_FROM_NM and f.absorbance.value >= LEAST]
    return max(candidates, key=lambda each: (not each.shoulder, each.absorbance.value), default=None)


def _check(spectrum: Spectrum, library: PlasmonLibrary) -> None:
    nm, absorbance = spectrum.axis, spectrum.absorbance
    if spectrum.kind != "wavelength":
        raise AnalysisError(f"the spectrum is over {spectrum.kind}, the library {library.title!r} over wavelength")
    if nm.shape != absorbance.shape or not (np.isfinite(nm).all() and np.isfinite(absorbance).all()):
        raise AnalysisError("the spectrum has points that are not finite, or not as many values as places")
    if not np.all(np.diff(nm) > 0.0) or nm[0] > library.low or nm[-1] < library.red:
        raise AnalysisError(f"the spectrum does not ascend from {library.low:g} to {library.red:g} nm")


def _of_band(main: Feature, library: PlasmonLibrary, found: tuple[Feature, ...]) -> dict[str, Estimate]:
    """Return what the main band tells; its width only where nothing else absorbs on its red side."""
    frac = library.frac(main.position.value)
    sd_nm = (main.position.sd**2 + library.line_sd**2) ** 0.5
    told = {
        "position": main.position,
        "absorbance": main.absorbance,
        "alloy_frac": Estimate(frac, sd_nm / library.slope_nm(frac), "1"),
    }
    alone = all(each.position.value <= main.position.value for each in beside(found, main))
    return {**told, "width": main.width} if main.width is not None and alone else told


def _ratio(nm: Array, net: Array, library: PlasmonLibrary, main: Feature, noise: float) -> Estimate:
    """Return the absorbance in the red, a mean over 10 nm, over the band's."""
    red = net[np.abs(nm - library.red) <= 5.0]
    value = float(red.mean()) / main.absorbance.value
    sd = float(np.hypot(noise / np.sqrt(len(red)), value * main.absorbance.sd)) / main.absorbance.value
    return Estimate(value, sd, "1")


def _saturated(highest: float, library: PlasmonLibrary) -> tuple[str, ...]:
    over = highest > library.beer
    return (f"beer: the absorbance reaches {highest:.2f}, above {library.beer:g}",) if over else ()


def _clumped(ratio: Estimate, library: PlasmonLibrary) -> tuple[str, ...]:
    over = ratio.value - 1.96 * ratio.sd > library.clumped_ratio
    told = f"clumped: {ratio.value:.2f} of the band's absorbance is in the red, {library.clumped_ratio:g} is much"
    return (told,) if over else ()
