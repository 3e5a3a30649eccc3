"""What an analysis of voltammograms returns: named quantities, waves, curves to draw, goodness, and the next state."""

from collections.abc import Mapping
from dataclasses import dataclass

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.voltammetry.state import CellState


@dataclass(frozen=True, slots=True)
class WaveReport:
    """One step of one species as found in the scan; peaks are those left when all other waves are subtracted."""

    species: str
    step: int
    carrier: str
    e_half: Estimate
    charge: Estimate
    """Cathodic charge of the forward sweep, C."""
    ip_c: Estimate | None
    ip_a: Estimate | None
    """Anodic peak of the return, from the zero line, A; None where the scan has no return or no peak."""
    d_ep: Estimate | None


@dataclass(frozen=True, slots=True)
class Curves:
    """Arrays of one (averaged) scan for drawing; components, baseline and residual sum to what was measured."""

    potential_v: Array
    measured_a: Array
    fitted_a: Array
    baseline_a: Array
    residual_a: Array
    components: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Goodness:
    """How far the fit can be believed; an empty `flags` is a good fit."""

    chi2_reduced: float
    inflation: float
    """Variances were multiplied by this for misfit and serial correlation."""
    noise_a: float
    scans: int
    points: int
    rounds: int
    converged: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoltammetryResult:
    """Quantities by name (see `analyse`), waves, curves, goodness, and the state to hand to the next sample."""

    quantities: Mapping[str, Estimate]
    waves: tuple[WaveReport, ...]
    curves: tuple[Curves, ...]
    goodness: Goodness
    species: tuple[str, ...]
    covariance: Array
    """Covariance of the concentrations of `species`, (mol/L)^2, without the common factor of the electrode's area."""
    state: CellState
