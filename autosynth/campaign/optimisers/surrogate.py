"""A Gaussian process of one measured quantity over scaled variables, with the measurements' own uncertainties.

Covariance: Matérn 5/2 with a length for each variable, times a variance, on standardised values (Rasmussen, Williams,
Gaussian Processes for Machine Learning, 2006, chapters 2, 4 and 5; scikit-learn's regressor). Each measurement brings
its own variance; what scatters beyond (doses, temperature) is a common one. The lengths, the variance and the scatter
are the most probable ones under these priors: lengths log-normal with mean ln of sqrt(2) + ln(variables) / 2 and
deviation sqrt(3) (Hvarfner, Hellsten, Nardi, "Vanilla Bayesian optimization performs great in high dimensions", 2024);
the variance log-normal about 1 and the scatter about exp(-4), both with deviation 1 (assumed).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, OptimizeResult, minimize
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from autosynth.analysis.arrays import Array

LENGTHS = (0.05, 50.0)
"""Bounds of a length, in units of the variable's limits."""
VARIANCE = (0.05, 20.0)
SCATTER = (1e-6, 1.0)
"""Bounds of variance and scatter, in units of the values' variance."""
VARIANCE_LN = (0.0, 1.0)
SCATTER_LN = (-4.0, 1.0)
STARTS = (0.3, 1.5)
"""Lengths from which the most probable ones are looked for."""
JITTER = 1e-8
FEWEST = 2


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """A fitted process. Rows are scaled variables; values are `centre + scale *` what the process gives."""

    process: Any
    """scikit-learn's regressor, which has no types; its kernel is variance * Matérn + scatter."""
    centre: float
    scale: float

    @property
    def lengths(self) -> Array:
        """Correlation lengths, shape (variables,), in units of the variables' limits."""
        return np.atleast_1d(np.asarray(self.process.kernel_.k1.k2.length_scale, dtype=float))

    @property
    def scatter(self) -> float:
        """Standard deviation of what scatters beyond the measurements' own uncertainty, in the quantity's unit."""
        return self.scale * float(np.sqrt(self.process.kernel_.k2.noise_level))

    def covariance(self, rows: Array, others: Array) -> Array:
        """Return prior covariances (n, m) of the standardised true values at rows (n, ...) and others (m, ...)."""
        return np.asarray(self.process.kernel_.k1(rows, others), dtype=float)

    def variance(self) -> float:
        """Return the prior variance of a standardised true value."""
        return float(self.process.kernel_.k1.k1.constant_value)

    def joint(self, rows: Array) -> tuple[Array, Array]:
        """Return mean (n,) and covariance (n, n) of the standardised true values at rows, given what was measured."""
        mean, covariance = self.process.predict(rows, return_cov=True)
        scatter = self.process.kernel_.k2.noise_level
        return np.asarray(mean, dtype=float), np.asarray(covariance - scatter * np.eye(len(rows)), dtype=float)

    def predict(self, rows: Array) -> tuple[Array, Array]:
        """Return mean and standard deviation of the true values at rows, each (n,), in the quantity's unit."""
        mean, covariance = self.joint(rows)
        sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        return self.centre + self.scale * mean, self.scale * sd


def fitted(rows: Array, values: Array, sds: Array) -> Surrogate:
    """Return the process of values (n,) with standard uncertainties (n,), measured at scaled rows (n, variables).

    Raises:
        ValueError: fewer than two measurements.
    """
    if len(values) < FEWEST:
        raise ValueError(f"{len(values)} measurements: a process is fitted to {FEWEST} or more")
    centre, spread = float(np.mean(values)), float(np.std(values))
    scale = max(spread, float(np.mean(sds)), 1e-12 * max(abs(centre), 1.0))
    wide = (1e-9, 1e9)
    lengths: Any = np.full(rows.shape[1], STARTS[0])
    matern: Any = Matern(lengths, wide, nu=2.5)
    kernel: Any = ConstantKernel(1.0, wide) * matern + WhiteKernel(0.1, wide)
    options: dict[str, Any] = {"alpha": (sds / scale) ** 2 + JITTER, "optimizer": _most_probable}
    process: Any = GaussianProcessRegressor(kernel, **options)
    process.fit(rows, (values - centre) / scale)
    return Surrogate(process, centre, scale)


def _most_probable(loss: Callable[..., Any], start: Array, bounds: Array) -> tuple[Array, float]:
    """Return the logarithms of the most probable hyperparameters and their loss, for scikit-learn's regressor.

    `loss` gives minus the log likelihood and its gradient; the bounds it comes with are replaced by those above, whose
    ends may be reached without a warning.
    """
    del bounds
    count = len(start) - 2
    centre = np.array([VARIANCE_LN[0], *[np.sqrt(2.0) + 0.5 * np.log(count)] * count, SCATTER_LN[0]])
    width = np.array([VARIANCE_LN[1], *[np.sqrt(3.0)] * count, SCATTER_LN[1]])
    limits = Bounds(*np.log([VARIANCE, *[LENGTHS] * count, SCATTER]).T)

    def posterior(at: Array) -> tuple[float, Array]:
        value, slope = loss(at, eval_gradient=True)
        away = (at - centre) / width
        return float(value) + float(np.sum(0.5 * away**2 + at)), np.asarray(slope) + away / width + 1.0

    found: list[OptimizeResult] = [
        minimize(posterior, np.log([1.0, *[length] * count, 0.02]), jac=True, method="L-BFGS-B", bounds=limits)
        for length in STARTS
    ]
    best = min(found, key=lambda each: float(each.fun))
    return np.asarray(best.x, dtype=float), float(best.fun)
