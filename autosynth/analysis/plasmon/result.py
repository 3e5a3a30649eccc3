"""What a plasmon's spectrum told."""

from collections.abc import Mapping
from dataclasses import dataclass

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Feature:
    """A band or a shoulder: where, how high above the background, how broad (nm), each with its uncertainty.

    A shoulder has no maximum of its own; its place is that of the strongest curvature, and it has no width.
    """

    position: Estimate
    absorbance: Estimate
    width: Estimate | None
    shoulder: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Absorbance as measured, as smoothed with its background, and the background; all of shape (points,)."""

    axis: Array
    measured: Array
    fitted: Array
    background: Array


@dataclass(frozen=True, slots=True, eq=False)
class PlasmonResult:
    """Quantities by name, the verdict in a word and why, features by position, flags, and what can be drawn.

    `verdict` is "alloy", "core-shell", "undecided", or "" where no band was found or nothing was asked.
    """

    quantities: Mapping[str, Estimate]
    verdict: str
    reason: str
    features: tuple[Feature, ...]
    flags: tuple[str, ...]
    curves: Curves
    noise: float
