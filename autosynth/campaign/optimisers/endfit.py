"""A titration's end point from one signal that follows what is bound, and what a further point would add.

Signal = start + change * bound fraction, bound by mass action with end point (equivalents), K c, and no second complex
(`analysis.binding`). Four parameters; ln of the end point is expected about 0 and ln(K c) about ln 1e3, each with a
standard deviation that leaves them nearly free (assumed), so that few points already give a finite uncertainty.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from autosynth.analysis.arrays import Array
from autosynth.analysis.binding import balanced

PRIOR_MEAN = np.array([0.0, float(np.log(1e3))])
PRIOR_SD = np.array([1.0, 3.0])
"""Of ln(end point) and ln(K c)."""
SECOND = 1e-9
"""K2 c of a second complex that is not there."""
STARTS = (-0.7, -0.35, 0.0, 0.35, 0.7)


@dataclass(frozen=True, slots=True, eq=False)
class EndFit:
    """Parameters (4,): ln end point, ln K c, start, change; the information (4, 4) on them; reduced chi squared."""

    at: Array
    information: Array
    poor: float

    @property
    def end(self) -> float:
        """End point, in equivalents."""
        return float(np.exp(self.at[0]))

    def end_sd(self) -> float:
        """Return the end point's standard uncertainty, in equivalents."""
        return float(self.end_sds(np.zeros((1, 4, 4)))[0])

    def end_sds(self, further: Array) -> Array:
        """Return the end point's standard uncertainty (n,) with further information (n, 4, 4) still to come."""
        left = np.linalg.inv(self.information + further)[:, 0, 0]
        return np.asarray(self.end * np.sqrt(self.poor * left))

    def signal(self, equivalents: Array) -> tuple[Array, Array]:
        """Return signal (n,) at equivalents (n,) and its derivatives by the parameters (n, 4)."""
        fractions, slopes = balanced(equivalents / self.end, float(np.exp(self.at[1])), SECOND)
        bound, change = 1.0 - fractions[:, 0], float(self.at[3])
        columns = (-change * slopes[:, 0, 0], -change * slopes[:, 0, 1], np.ones_like(bound), bound)
        return float(self.at[2]) + change * bound, np.stack(columns, axis=1)

    def information_of(self, equivalents: Array, sd: float) -> Array:
        """Return what a measurement at each of equivalents (n,) would add, shape (n, 4, 4)."""
        slopes = self.signal(equivalents)[1] / sd
        return slopes[:, :, None] * slopes[:, None, :]


def fit_end(equivalents: Array, signal: Array, sd: Array) -> EndFit:
    """Return the fit of signals (n,) with uncertainties (n,) at equivalents (n,), n being 4 or more.

    What scatters more than the uncertainties say widens the uncertainties in proportion.
    """
    low, high = signal[np.argmin(equivalents)], signal[np.argmax(equivalents)]
    size = float(max(np.ptp(signal), 10.0 * np.max(sd)))
    mean = np.array([*PRIOR_MEAN, low, high - low])
    width = np.array([*PRIOR_SD, 10.0 * size, 10.0 * size])

    def residual(trial: Array) -> Array:
        at = EndFit(trial, np.eye(4), 1.0).signal(equivalents)[0]
        return np.concatenate(((at - signal) / sd, (trial - mean) / width))

    def slopes(trial: Array) -> Array:
        return np.concatenate(
            (EndFit(trial, np.eye(4), 1.0).signal(equivalents)[1] / sd[:, None], np.diag(1.0 / width))
        )

    starts = [mean + np.array([PRIOR_SD[0] * step, 0.0, 0.0, 0.0]) for step in STARTS]
    found: list[Any] = [least_squares(residual, start, slopes, method="lm", x_scale=width) for start in starts]
    best = min(found, key=lambda each: float(each.cost))
    misfit = np.asarray(best.fun)[: len(signal)]
    jacobian = np.asarray(best.jac, dtype=float)
    poor = max(float(misfit @ misfit) / max(len(signal) - 4, 1), 1.0)
    return EndFit(np.asarray(best.x, dtype=float), jacobian.T @ jacobian, poor)
