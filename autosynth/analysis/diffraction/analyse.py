"""A powder pattern to a verdict and named quantities: the one entry that the engine and the command line call.

Quantities:
- `solid_solution`, `physical_mixture`: 1 where the verdict is that, 0 where it is ruled out, and 0.5 with a standard
  uncertainty of 0.5 where it is unresolved, so that no condition on it is decided; of those hypotheses asked for;
- `<phase>.a`, `<phase>.c` in Å, of the best hypothesis' phases that are there; the wavelength is taken as exact. A fit
  that is neither tells none, but for a single phase that is there alone;
- `<phase>.fraction`, where the verdict is a claim: the share of fitted intensity among the listed phases (of mass,
  where the library says how strongly each scatters). Without structure factors a share of intensity is none of mass;
- `unknown_frac`: intensity in lines of no listed phase over all; `resolved_frac` (see `verdict`);
- `zero` and `fwhm` in degrees of 2theta.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from threadpoolctl import ThreadpoolController

from autosynth.analysis.diffraction.fit import Data, Fit, misfit
from autosynth.analysis.diffraction.hypothesis import Hypothesis, absent, besides, refined, uncrowded
from autosynth.analysis.diffraction.pattern import Pattern, instrument_of
from autosynth.analysis.diffraction.quantities import (
    Posterior,
    fractions,
    lattices,
    peaks_of,
    posterior,
    setting_up,
    unknown_part,
)
from autosynth.analysis.diffraction.report import claims_of, curves_of, flags_of, goodness_of
from autosynth.analysis.diffraction.result import DiffractionResult, Evidence, Verdict
from autosynth.analysis.diffraction.unknown import with_unknowns
from autosynth.analysis.diffraction.verdict import diffracts, evidence_of, judged
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.phases import Claim, Instrument, Phase, PhaseLibrary
from autosynth.errors import AnalysisError

ALONE = "of "
"""How the reason begins why a mixture that lacks phases is none."""


def analyse(pattern: Pattern, library: PhaseLibrary, phases: Sequence[str] = ()) -> DiffractionResult:
    """Refine every hypothesis of the library and return the verdict with the quantities of the best.

    Args:
        pattern: what was measured.
        library: which phases there may be.
        phases: phases or hypotheses to expect; all of the library when empty. A hypothesis is tried with those of its
            phases that are expected, and not at all when none is.

    Raises:
        AnalysisError: the wavelength is of no instrument of the library, a phase has no line in the range, no
            hypothesis has an expected phase, there is no noise, or a fit is not finite.
        InputError: a phase is not in the library.
    """
    expected = {one.name: one for one in library.expand(phases)}
    name, instrument = instrument_of(pattern, library)
    data = Data(pattern.two_theta_deg, pattern.intensity, pattern.noise())
    asked: dict[Claim, list[Phase]] = {
        claim: [expected[each] for each in names if each in expected] for claim, names in library.hypotheses.items()
    }
    asked = {claim: every for claim, every in asked.items() if every}
    if not asked:
        raise AnalysisError("no hypothesis of the library has any of the phases expected")
    with _libraries().limit(limits=1, user_api="blas"):
        data = uncrowded(data, list(asked.values()), instrument)
        tried = [refined(claim, every, instrument, data) for claim, every in asked.items()]
        return _told(pattern, name, instrument, data, tried)


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    """Return the libraries of linear algebra: of matrices this small every thread but one only spends time waiting."""
    return ThreadpoolController()


def _told(
    pattern: Pattern, name: str, instrument: Instrument, data: Data, tried: Sequence[Hypothesis]
) -> DiffractionResult:
    ranked = _ranked(tried, data)
    evidence, best = tuple(each for each, _ in ranked), ranked[0][1]
    found = with_unknowns(best.found, data)
    after = posterior(found, data)
    if not (np.isfinite(after.unknowns).all() and np.isfinite(found.areas).all()):
        raise AnalysisError("the fit of the pattern is not finite")
    unknown = unknown_part(found, after, data)
    missing = absent(best, instrument, data)
    others = [one for other in tried for one in other.phases if one.name not in best.names]
    verdict, why = _verdict(evidence, found, data, unknown.value, missing)
    if verdict in (best.claim, "unresolved") and (more := besides(best, found, others, instrument, data)):
        verdict, why = "neither", f"there is {' and '.join(more)} besides {', '.join(best.names)}"
    flags = [*([why] if why else []), *flags_of(pattern, found, after, best, unknown)]
    quantities = {
        **claims_of(verdict, evidence),
        **_of_phases(verdict, found, after, best, missing, alone=why.startswith(ALONE)),
        "unknown_frac": unknown,
        "resolved_frac": Estimate(evidence[0].resolved_frac, 0.0, "1"),
        **setting_up(found, after),
    }
    goodness, curves = goodness_of(found, after, data, flags), curves_of(found, data, best.names)
    return DiffractionResult(verdict, name, quantities, peaks_of(found, after), evidence, curves, goodness)


def _ranked(tried: Sequence[Hypothesis], data: Data) -> list[tuple[Evidence, Hypothesis]]:
    """Return the hypotheses with their evidence, best first."""
    lowest = min(tried, key=lambda one: one.found.chi2).found
    every: list[tuple[Evidence, Hypothesis]] = []
    for one in tried:
        rivals = [other.given for other in tried if other is not one]
        every.append((evidence_of(one.claim, one.names, one.found, data, lowest, rivals), one))
    return sorted(every, key=lambda each: each[0].bic)


def _verdict(
    evidence: Sequence[Evidence], found: Fit, data: Data, unknown_frac: float, missing: Sequence[str]
) -> tuple[Verdict, str]:
    if not diffracts(found):
        return "neither", "nothing diffracts: no lines of any phase stand out, the powder may be amorphous"
    verdict, why = judged(evidence, misfit(found, data, found), unknown_frac)
    names = evidence[0].phases
    if verdict == evidence[0].claim and missing:
        seen = ", ".join(name for name in names if name not in missing) or "no phase for certain"
        return "neither", f"{ALONE}{', '.join(names)} only {seen} is there"
    return verdict, why


def _of_phases(
    verdict: Verdict, found: Fit, after: Posterior, best: Hypothesis, missing: Sequence[str], *, alone: bool
) -> Mapping[str, Estimate]:
    lengths = {
        name: each
        for name, each in lattices(found, after, best.phases).items()
        if name.partition(".")[0] not in missing
    }
    if verdict == "unresolved" or alone:
        return lengths
    return lengths | fractions(found, after, best.phases, missing) if verdict == best.claim else {}
