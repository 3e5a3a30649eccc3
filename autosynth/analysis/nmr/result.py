"""What an analysis of a spectrum returns: named quantities, unknown peaks, curves to draw, goodness, and a forecast."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate


@dataclass(frozen=True, slots=True)
class UnknownPeak:
    """A line of no listed species: its shift (ppm), width (Hz), and its part of all nuclei seen."""

    shift: Estimate
    width: Estimate
    area_frac: Estimate


@dataclass(frozen=True, slots=True)
class SpectrumCurves:
    """The real part of the phased spectrum in the bins that were fitted, by shift on the library's scale, ascending.

    It is apodised by the usual width, in units of the noise. Components, baseline and residual sum to the measured.
    """

    shift_ppm: Array
    measured: Array
    fitted: Array
    baseline: Array
    residual: Array
    components: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class SpectrumGoodness:
    """How far the fit can be believed; an empty `flags` is a good fit."""

    chi2_reduced: float
    inflation: float
    """Variances were multiplied by this for misfit."""
    blocks: int
    scans: int
    points: int
    """Complex numbers fitted."""
    rounds: int
    converged: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """How uncertainties fall with further scans: the share of noise does, what the library leaves open does not."""

    scans: int
    information: Array
    prior: Array
    gradients: Mapping[str, Array]
    sds: Mapping[str, float]

    def sd_after(self, name: str, scans: int) -> float:
        """Return the standard uncertainty of a quantity after so many scans in all, of this sample as it is.

        Raises:
            KeyError: the quantity was not found.
        """
        gradient = self.gradients[name]
        now, then = (self._spread(gradient, ratio) for ratio in (1.0, scans / self.scans))
        return self.sds[name] * (then / now) if now > 0.0 else self.sds[name]

    def noise_sd(self, name: str) -> float:
        """Return the share of a quantity's uncertainty that is noise, and not what the library leaves open.

        Raises:
            KeyError: the quantity was not found.
        """
        gradient = self.gradients[name]
        leverage = self._solved(gradient, 1.0)
        whole = float(gradient @ leverage)
        noise = float(leverage @ self.information @ leverage)
        return self.sds[name] * float(np.sqrt(max(noise, 0.0) / whole)) if whole > 0.0 else self.sds[name]

    def _spread(self, gradient: Array, ratio: float) -> float:
        return float(np.sqrt(max(float(gradient @ self._solved(gradient, ratio)), 0.0)))

    def _solved(self, gradient: Array, ratio: float) -> Array:
        """Return the covariance of all unknowns, with so many times the scans, times a gradient."""
        matrix = ratio * self.information + np.diag(self.prior)
        scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
        scaled = matrix * scale[:, None] * scale + 1e-12 * np.eye(len(scale))
        return np.asarray(np.linalg.solve(scaled, gradient * scale) * scale, dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class NmrResult:
    """Quantities by name (see `analyse`), unknown peaks, curves, goodness, and what further scans would bring."""

    quantities: Mapping[str, Estimate]
    peaks: tuple[UnknownPeak, ...]
    curves: SpectrumCurves
    goodness: SpectrumGoodness
    species: tuple[str, ...]
    """The observable ones that were fitted, in library order."""
    unobservable: tuple[str, ...]
    """Those that were asked for and show no line: nothing is known of them, which is not that they are absent."""
    covariance: Array
    """Of the fractions of `species`, in their order."""
    forecast: Forecast


def scans_needed(result: NmrResult, asked: Mapping[str, float], at_most: int) -> int | None:
    """Return how many scans in all reach the asked standard uncertainties; None when `at_most` are not enough.

    A quantity that was not found does not keep us. What the library leaves open (relaxation times, intensities) does
    not fall with scans, so that None may mean never.
    """
    scans = result.forecast.scans
    for name, sd in asked.items():
        if name not in result.forecast.gradients or result.forecast.sd_after(name, scans) <= sd:
            continue
        if result.forecast.sd_after(name, at_most) > sd:
            return None
        low, high = scans, at_most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if result.forecast.sd_after(name, middle) <= sd else (middle, high)
        scans = high
    return scans
