"""What an analysis of a powder pattern returns: a verdict and why, quantities, unknown peaks, curves, goodness."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.phases import Claim

Verdict = Literal["solid_solution", "physical_mixture", "unresolved", "neither"]


@dataclass(frozen=True, slots=True)
class UnknownPeak:
    """A line of no listed phase: its angle (2theta, degrees), spacing (Å), and its part of all fitted intensity."""

    two_theta: Estimate
    spacing: Estimate
    area_frac: Estimate


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a hypothesis' phases fit the pattern; see `verdict` for what is made of it."""

    claim: Claim
    phases: tuple[str, ...]
    chi2: float
    unknowns: int
    bic: float
    """Chi squared over that of a good fit's points, plus ln(points) for each number fitted."""
    misfit_frac: float
    """Root of the part of the pattern above background (as power, in units of the noise) that is not explained."""
    resolved_frac: float
    """Part of its fitted intensity in lines that stand clear of every line of the rival."""


@dataclass(frozen=True, slots=True)
class PatternCurves:
    """The pattern by 2theta (degrees), in its own units of intensity; components, background and residual sum to it."""

    two_theta_deg: Array
    measured: Array
    fitted: Array
    background: Array
    residual: Array
    components: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class PatternGoodness:
    """How far the fit can be believed; empty `flags` are a good fit. Definitions: Young, The Rietveld Method, 1993."""

    chi2_reduced: float
    rwp: float
    """Weighted profile residual, background included."""
    rexp: float
    """What noise alone would make of it."""
    inflation: float
    """Variances were multiplied by this for misfit."""
    points: int
    unknowns: int
    rounds: int
    converged: bool
    flags: tuple[str, ...]

    @property
    def gof(self) -> float:
        """Return the goodness of fit, rwp over rexp."""
        return self.rwp / self.rexp


@dataclass(frozen=True, slots=True, eq=False)
class DiffractionResult:
    """Verdict, quantities by name (see `analyse`), unknown peaks, evidence, curves and goodness of the best fit."""

    verdict: Verdict
    instrument: str
    quantities: Mapping[str, Estimate]
    peaks: tuple[UnknownPeak, ...]
    evidence: tuple[Evidence, ...]
    """Of each hypothesis, best first."""
    curves: PatternCurves
    goodness: PatternGoodness
