"""What a powder is: a solid solution, a physical mixture, neither, or not to be told at this resolution.

Intensities are free, so a fit can hide a wrong line under a right one. A claim therefore needs all of these:
- something diffracts: three lines stand out by five standard uncertainties;
- its phases explain the pattern but for `MOST_MISFIT` of it, unlisted lines holding less than `MOST_UNKNOWN` of it;
- the rival fits decisively worse (Bayesian information criterion), and leaves more than `SHAPE_MISFIT` unexplained: so
  much the true shape of lines differs from a pseudo-Voigt, whatever the counts;
- `LEAST_RESOLVED` of its intensity lies in lines that stand `SPARROW` widths from every line of the rival: less is one
  maximum to this instrument, and what a fit tells then hangs on the width assumed;
- every phase it names is needed, and where lines are left over, no phase of another hypothesis explains them all.
Failing the first two it is neither; failing one of the next two it is unresolved; failing the last it is neither, and
what is there, or there besides, is named in the flags. Each threshold is an assumption.
"""

from collections.abc import Sequence

import numpy as np

from autosynth.analysis.diffraction.fit import Data, Fit, misfit
from autosynth.analysis.diffraction.model import Setting
from autosynth.analysis.diffraction.result import Evidence, Verdict
from autosynth.analysis.phases import Claim

SPARROW = 0.85
"""Two equal Gaussians show two maxima from this many full widths on."""
LEAST_RESOLVED = 0.4
MOST_MISFIT, MOST_UNKNOWN = 0.25, 0.5
SHAPE_MISFIT = 0.1
DECISIVE = 10.0
"""Difference of the Bayesian information criterion that Kass and Raftery (JASA 90 (1995) 773) call very strong."""
FEWEST_LINES, STANDING_OUT = 3, 5.0


def evidence_of(
    claim: Claim, names: tuple[str, ...], found: Fit, data: Data, best: Fit, rivals: Sequence[Setting]
) -> Evidence:
    """Return how well a hypothesis fits; `best` is the fit that says what is signal and how good a fit can be."""
    points = len(data.y)
    good = max(best.chi2 / max(points - best.unknowns, 1), 1.0)
    bic = found.chi2 / good + found.unknowns * float(np.log(points))
    return Evidence(
        claim, names, found.chi2, found.unknowns, bic, misfit(found, data, best), resolved(found, rivals)
    )  # fmt: skip


def resolved(found: Fit, rivals: Sequence[Setting]) -> float:
    """Return the part of the intensity in lines `SPARROW` widths from all that the library gives the rivals."""
    given = found.given
    wavelength = given.radiation[0].angstrom
    centre, _ = given.centres(found.point, wavelength)
    fwhm, _ = given.widths(found.point)
    listed = given.owner < given.phases
    clear = listed.copy()
    for rival in rivals:
        other, _ = rival.centres(np.zeros(len(rival.sd)), wavelength)
        clear &= np.min(np.abs(centre[:, None] - other - found.point[0]), axis=1) > SPARROW * fwhm
    whole = float(np.sum(found.areas[listed]))
    return float(np.sum(found.areas[clear])) / whole if whole > 0.0 else 0.0


def diffracts(found: Fit) -> bool:
    """Tell whether enough lines stand out from the background, beyond what misfit alone could make of it."""
    count = len(found.areas)
    widened = max(found.chi2 / max(len(found.fitted) - found.unknowns, 1), 1.0)
    power = np.sqrt(np.maximum(found.information.diagonal()[:count], 0.0) / widened)
    return int(np.sum(found.areas * power > STANDING_OUT)) >= FEWEST_LINES


def judged(every: Sequence[Evidence], last_misfit: float, unknown_frac: float) -> tuple[Verdict, str]:
    """Return the verdict on diffracting phases, and why it is not a claim where it is none.

    Args:
        every: evidence of the hypotheses, best first.
        last_misfit: of the best fit with its unlisted lines.
        unknown_frac: part of the intensity in those.
    """
    best = every[0]
    if last_misfit > MOST_MISFIT or unknown_frac > MOST_UNKNOWN:
        share = max(last_misfit, unknown_frac)
        return "neither", f"no hypothesis explains the pattern: {best.claim} leaves {100 * share:.0f} % of it"
    if len(every) == 1:
        return "unresolved", f"{best.claim} fits, but nothing was asked for that it could be told from"
    for other in every[1:]:
        worse = other.misfit_frac**2 - best.misfit_frac**2
        if other.bic - best.bic < DECISIVE or worse <= SHAPE_MISFIT**2:
            return "unresolved", f"{other.claim} explains the pattern about as well as {best.claim}"
    if best.resolved_frac < LEAST_RESOLVED:
        share = 100 * best.resolved_frac
        return "unresolved", f"lines are too broad: {share:.0f} % of {best.claim} stands clear of its rival's lines"
    return best.claim, ""


def needed(found: Fit, without: Fit, points: int) -> bool:
    """Tell whether a phase is there: leaving it out is decisively worse, even for fewer numbers fitted."""
    good = max(found.chi2 / max(points - found.unknowns, 1), 1.0)
    gain = (without.chi2 - found.chi2) / good
    return gain - (found.unknowns - without.unknowns) * float(np.log(points)) > DECISIVE
