"""What an analysis of a spectrum's bands returns: named quantities, unknown bands, curves to draw, and goodness."""

from collections.abc import Mapping
from dataclasses import dataclass

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate


@dataclass(frozen=True, slots=True)
class FittedBand:
    """A band's maximum and full width at half height (unit of the axis) and its area over the standard's.

    `name` is the library's, or `unknown` for a band that no listed one explains.
    """

    name: str
    position: Estimate
    width: Estimate
    area_frac: Estimate


@dataclass(frozen=True, slots=True)
class BandCurves:
    """Absorbance over the axis, all of shape (points,); components, baseline and residual sum to the measured."""

    axis: Array
    measured: Array
    fitted: Array
    baseline: Array
    residual: Array
    components: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class BandGoodness:
    """How far the fit can be believed; an empty `flags` is a good fit."""

    chi2_reduced: float
    inflation: float
    """Variances were multiplied by this for misfit and for noise that neighbouring points share."""
    noise: float
    """Standard deviation of one point, absorbance."""
    points: int
    rounds: int
    converged: bool
    overlap: float | None
    """Correlation of residual and acid; None unless both were looked for."""
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BandResult:
    """Quantities by name (see `analyse`), bands fitted, unknown ones, curves and goodness."""

    quantities: Mapping[str, Estimate]
    bands: tuple[FittedBand, ...]
    unknown: tuple[FittedBand, ...]
    curves: BandCurves
    goodness: BandGoodness
    covariance: Array
    """Of the areas over the standard's, in the order of `bands`."""
