"""Alloy, core and shell, or not to be told: from the bands and from how far the main one is off the alloy line."""

from collections.abc import Sequence

from autosynth.analysis.plasmon.result import Feature
from autosynth.analysis.plasmons import PlasmonLibrary

ALLOY, CORE_SHELL, UNDECIDED = "alloy", "core-shell", "undecided"
SURE = 1.96
LEAST_SHARE = 0.2
"""A second band counts when it has this part of the main one's height [assumed]."""


def beside(features: Sequence[Feature], main: Feature) -> list[Feature]:
    """Return the bands and shoulders beside the main one that are high enough to count."""
    least = LEAST_SHARE * main.absorbance.value
    return [each for each in features if each is not main and each.absorbance.value >= least]


def judge(
    features: Sequence[Feature],
    main: Feature,
    frac: float | None,
    frac_sd: float,
    library: PlasmonLibrary,
    warned: Sequence[str],
) -> tuple[str, str]:
    """Return the verdict and why; `frac` is what was charged of the library's metal, None when nobody said.

    An alloy has one band, within `alloy_within` of the line at 95 %; two bands, or one certainly farther off, are a
    core and a shell. What was `warned` of (Beer's limit, clumps) leaves it undecided.
    """
    if warned:
        return UNDECIDED, f"not to be told: {warned[0]}"
    if others := beside(features, main):
        places = " and ".join(f"{each.position.value:.0f} nm" for each in (main, *others))
        return CORE_SHELL, f"there is more than one band: {places}"
    if frac is None:
        return "", "nobody said what was charged"
    line_nm = library.position_nm(frac)
    off_nm = main.position.value - line_nm
    sd_nm = (main.position.sd**2 + library.line_sd**2 + (frac_sd * library.slope_nm(frac)) ** 2) ** 0.5
    told = f"one band, {off_nm:+.1f} nm from the alloy line's {line_nm:.0f} nm (standard uncertainty {sd_nm:.1f} nm)"
    if abs(off_nm) + SURE * sd_nm < library.alloy_within:
        return ALLOY, told
    if abs(off_nm) - SURE * sd_nm > library.alloy_within:
        return CORE_SHELL, told
    return UNDECIDED, f"{told}: neither certainly within {library.alloy_within:g} nm nor beyond"
