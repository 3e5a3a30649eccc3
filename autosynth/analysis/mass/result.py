"""What an analysis of a mass spectrum returns: quantities, a verdict on the mixture, curves and goodness of the fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate

Anchor = Literal["lock mass", "elements", "none"]
Verdict = Literal["ordering", "binomial", "clustering_or_drift", "undecided"]


@dataclass(frozen=True, slots=True, eq=False)
class MassCurves:
    """The envelope of one ion by m/z, in the spectrum's own intensity; fitted holds the baseline."""

    ion: str
    mz: Array
    measured: Array
    fitted: Array
    baseline: Array


@dataclass(frozen=True, slots=True)
class MassGoodness:
    """How far the fit can be believed; empty `flags` are a good fit."""

    chi2_reduced: float
    inflation: float
    """Variances were multiplied by this for misfit and for noise that neighbours share."""
    points: int
    ways: int
    """In how many ways the envelope can lie on the mass scale, each with a weight above one in a thousand."""
    fraction_sd: float
    """Largest standard uncertainty that a single composition's fraction would have, were it fitted freely."""
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MassResult:
    """Verdict and why, quantities by name (see `analyse`), the anchor of the mass scale, curves and goodness.

    `fractions` is empty unless every composition's own fraction can be told from the spectrum.
    """

    verdict: Verdict
    reason: str
    anchor: Anchor
    quantities: Mapping[str, Estimate]
    fractions: tuple[Estimate, ...]
    curves: tuple[MassCurves, ...]
    goodness: MassGoodness
