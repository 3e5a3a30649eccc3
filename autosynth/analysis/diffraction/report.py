"""What is told of a fit besides its numbers: claims, flags, goodness and curves."""

from collections.abc import Mapping, Sequence

import numpy as np

from autosynth.analysis.diffraction.fit import Data, Fit
from autosynth.analysis.diffraction.hypothesis import Hypothesis
from autosynth.analysis.diffraction.model import GLOBALS
from autosynth.analysis.diffraction.pattern import Pattern
from autosynth.analysis.diffraction.quantities import Posterior
from autosynth.analysis.diffraction.result import Evidence, PatternCurves, PatternGoodness, Verdict
from autosynth.analysis.estimate import Estimate

MISFITTING = 2.0
"""Reduced chi squared above which a flag says so."""


def claims_of(verdict: Verdict, evidence: Sequence[Evidence]) -> Mapping[str, Estimate]:
    """Return each claim as 1, 0, or a number between that decides nothing."""
    if verdict == "unresolved":
        return {one.claim: Estimate(0.5, 0.5, "1") for one in evidence}
    return {one.claim: Estimate(float(one.claim == verdict), 0.0, "1") for one in evidence}


def flags_of(pattern: Pattern, found: Fit, after: Posterior, best: Hypothesis, unknown: Estimate) -> list[str]:
    """Return what is to be known before the fit is believed."""
    flags: list[str] = []
    if len(found.fitted) < len(pattern.intensity):
        end = pattern.two_theta_deg[len(found.fitted) - 1]
        flags.append(f"fitted up to {end:.2f} degrees: beyond, lines crowd and tell little")
    if not pattern.counted:
        flags.append("intensities are no counts: the noise is what scatters from point to point")
    if after.chi2_reduced > MISFITTING:
        flags.append(f"reduced chi squared is {after.chi2_reduced:.1f}, uncertainties are widened by its root")
    if not found.converged:
        flags.append("the fit did not settle")
    place = GLOBALS + len(best.phases)
    for phase in best.phases:
        for axis in "ac"[: len(phase.lengths)]:
            if found.at_limit(place):
                flags.append(f"{phase.name}.{axis} stands at the limit of what the library allows")
            place += 1
    strange = int(np.sum((found.given.owner >= found.given.phases) & found.free))
    if strange:
        flags.append(f"{strange} lines of no listed phase hold {100 * unknown.value:.2g} % of the intensity")
    return flags


def goodness_of(found: Fit, after: Posterior, data: Data, flags: Sequence[str]) -> PatternGoodness:
    """Return how good the fit is."""
    power = float(np.sum((data.y / data.sd) ** 2))
    free = max(len(data.y) - found.unknowns, 1)
    return PatternGoodness(
        after.chi2_reduced, float(np.sqrt(found.chi2 / power)), float(np.sqrt(free / power)), after.inflation,
        len(data.y), found.unknowns, found.rounds, found.converged, tuple(flags),
    )  # fmt: skip


def curves_of(found: Fit, data: Data, names: Sequence[str]) -> PatternCurves:
    """Return the pattern and what it is made of."""
    owner = found.given.owner
    parts = {
        name: np.asarray((found.areas * (owner == number)) @ found.at.rows * data.sd)
        for number, name in enumerate(names)
    }
    if np.any(owner >= len(names)):
        parts["unknown"] = np.asarray((found.areas * (owner >= len(names))) @ found.at.rows * data.sd)
    return PatternCurves(data.x_deg, data.y, found.fitted, found.behind, data.y - found.fitted, parts)
