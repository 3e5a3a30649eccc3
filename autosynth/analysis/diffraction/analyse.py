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
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from threadpoolctl import ThreadpoolController

from autosynth.analysis.diffraction.fit import Data, Fit, fit, misfit
from autosynth.analysis.diffraction.model import GLOBALS, Setting, setting
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
from autosynth.analysis.diffraction.result import (
    DiffractionResult,
    Evidence,
    PatternCurves,
    PatternGoodness,
    Verdict,
)
from autosynth.analysis.diffraction.unknown import with_unknowns
from autosynth.analysis.diffraction.verdict import diffracts, evidence_of, judged, needed
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.phases import Claim, Instrument, Phase, PhaseLibrary
from autosynth.errors import AnalysisError

ALONE = "of "
"""How the reason begins why a mixture that lacks phases is none."""
MISFITTING = 2.0
"""Reduced chi squared above which a flag says so."""


@dataclass(frozen=True, slots=True, eq=False)
class _Hypothesis:
    claim: Claim
    phases: tuple[Phase, ...]
    given: Setting
    found: Fit

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.phases)


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
    with _libraries().limit(limits=1, user_api="blas"):
        tried = [
            _refined(claim, [expected[each] for each in names if each in expected], instrument, data)
            for claim, names in library.hypotheses.items()
            if any(each in expected for each in names)
        ]
        if not tried:
            raise AnalysisError("no hypothesis of the library has any of the phases expected")
        return _told(pattern, name, instrument, data, tried)


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    """Return the libraries of linear algebra: of matrices this small every thread but one only spends time waiting."""
    return ThreadpoolController()


def _refined(claim: Claim, phases: Sequence[Phase], instrument: Instrument, data: Data) -> _Hypothesis:
    given = setting(phases, instrument, data.x_deg)
    if len(data.y) <= len(given.plane) + len(given.sd) + GLOBALS:
        raise AnalysisError(f"{len(data.y)} points are too few for the {len(given.plane)} lines in their range")
    return _Hypothesis(claim, tuple(phases), given, fit(given, data))


def _told(
    pattern: Pattern, name: str, instrument: Instrument, data: Data, tried: Sequence[_Hypothesis]
) -> DiffractionResult:
    lowest = min(tried, key=lambda one: one.found.chi2).found
    every: list[tuple[Evidence, _Hypothesis]] = []
    for one in tried:
        rivals = [other.given for other in tried if other is not one]
        every.append((evidence_of(one.claim, one.names, one.found, data, lowest, rivals), one))
    every.sort(key=lambda each: each[0].bic)
    best = every[0][1]
    found = with_unknowns(best.found, data)
    after = posterior(found, len(data.y))
    if not (np.isfinite(after.unknowns).all() and np.isfinite(found.areas).all()):
        raise AnalysisError("the fit of the pattern is not finite")
    unknown = unknown_part(found, after, data)
    absent = _absent(best, instrument, data)
    evidence = tuple(each for each, _ in every)
    verdict, why = _verdict(evidence, found, data, unknown.value, best.names, absent)
    flags = [why] if why else []
    flags += _flags(pattern, found, after, best, unknown)
    quantities = {
        **_claims(verdict, evidence),
        **_of_phases(verdict, found, after, best, absent, alone=why.startswith(ALONE)),
        "unknown_frac": unknown,
        "resolved_frac": Estimate(evidence[0].resolved_frac, 0.0, "1"),
        **setting_up(found, after),
    }
    return DiffractionResult(
        verdict, name, quantities, peaks_of(found, after), evidence, _curves(found, data, best.names),
        _goodness(found, after, data, flags),
    )  # fmt: skip


def _absent(best: _Hypothesis, instrument: Instrument, data: Data) -> tuple[str, ...]:
    """Return the phases that the best hypothesis can do without."""
    if len(best.phases) == 1:
        return ()
    found = []
    for one in best.phases:
        rest = [other for other in best.phases if other is not one]
        without = _refined(best.claim, rest, instrument, data).found
        if not needed(best.found, without, len(data.y)):
            found.append(one.name)
    return tuple(found)


def _verdict(
    evidence: Sequence[Evidence], found: Fit, data: Data, unknown_frac: float, names: Sequence[str],
    absent: Sequence[str],
) -> tuple[Verdict, str]:  # fmt: skip
    if not diffracts(found):
        return "neither", "nothing diffracts: no lines of any phase stand out, the powder may be amorphous"
    verdict, why = judged(evidence, misfit(found, data, found), unknown_frac)
    if verdict == evidence[0].claim and absent:
        seen = ", ".join(name for name in names if name not in absent) or "no phase for certain"
        return "neither", f"{ALONE}{', '.join(names)} only {seen} is there"
    return verdict, why


def _claims(verdict: Verdict, evidence: Sequence[Evidence]) -> Mapping[str, Estimate]:
    if verdict == "unresolved":
        return {one.claim: Estimate(0.5, 0.5, "1", upper_bound=1.0) for one in evidence}
    return {one.claim: Estimate(float(one.claim == verdict), 0.0, "1") for one in evidence}


def _of_phases(
    verdict: Verdict, found: Fit, after: Posterior, best: _Hypothesis, absent: Sequence[str], *, alone: bool
) -> Mapping[str, Estimate]:
    lengths = {
        name: each for name, each in lattices(found, after, best.phases).items() if name.partition(".")[0] not in absent
    }
    if verdict == "unresolved" or alone:
        return lengths
    return lengths | fractions(found, after, best.phases, absent) if verdict == best.claim else {}


def _flags(pattern: Pattern, found: Fit, after: Posterior, best: _Hypothesis, unknown: Estimate) -> list[str]:
    flags: list[str] = []
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


def _goodness(found: Fit, after: Posterior, data: Data, flags: Sequence[str]) -> PatternGoodness:
    power = float(np.sum((data.y / data.sd) ** 2))
    free = max(len(data.y) - found.unknowns, 1)
    return PatternGoodness(
        after.chi2_reduced, float(np.sqrt(found.chi2 / power)), float(np.sqrt(free / power)), after.inflation,
        len(data.y), found.unknowns, found.rounds, found.converged, tuple(flags),
    )  # fmt: skip


def _curves(found: Fit, data: Data, names: Sequence[str]) -> PatternCurves:
    owner = found.given.owner
    parts = {
        name: np.asarray((found.areas * (owner == number)) @ found.at.rows * data.sd)
        for number, name in enumerate(names)
    }
    if np.any(owner >= len(names)):
        parts["unknown"] = np.asarray((found.areas * (owner >= len(names))) @ found.at.rows * data.sd)
    return PatternCurves(data.x_deg, data.y, found.fitted, found.behind, data.y - found.fitted, parts)
