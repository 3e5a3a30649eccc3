"""Whether each composition's own fraction can be told, and what it is where it can.

Envelopes of neighbouring compositions may overlap so far that their fractions are hardly determined at all, though
mean and width are. The standard uncertainty of freely fitted fractions says so: it is computed, not assumed.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.bounded import least
from autosynth.analysis.mass.fit import SHIFT, WIDTH, Fit, Setting

IDENTIFIABLE_SD = 0.05
"""Fractions are told when none is less sure than this."""
_RIDGE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Fractions:
    """Fractions of each composition, shape (sites + 1,): none negative, and unbounded ones with their covariance."""

    bounded: Array
    unbounded: Array
    covariance: Array

    @property
    def worst_sd(self) -> float:
        """Return the largest standard uncertainty of an unbounded fraction."""
        return float(np.sqrt(np.max(np.diag(self.covariance))))

    @property
    def identifiable(self) -> bool:
        """Tell whether the spectrum says what each fraction is."""
        return self.worst_sd < IDENTIFIABLE_SD

    def moments(self) -> tuple[Array, Array]:
        """Return mean and variance of the number of sites by unbounded fractions, and their covariance, (2, 2)."""
        count = np.arange(len(self.unbounded), dtype=np.float64)
        mean = float(self.unbounded @ count)
        slope = np.array([count, (count - mean) ** 2])
        return np.asarray(slope @ self.unbounded), np.asarray(slope @ self.covariance @ slope.T)


def fractions_of(given: Setting, found: Fit, widened: float) -> Fractions:
    """Return freely fitted fractions; of several views the first is looked at.

    Args:
        given: what was fitted.
        found: the best fit, whose scale and peak width are kept.
        widened: what variances are multiplied by for misfit.
    """
    view, noise = given.views[0], given.noise[0]
    count = given.sites + 1
    rows = np.vstack((view.columns(float(found.point[SHIFT]), float(found.point[WIDTH])), view.baseline)) / noise
    normal, right = rows @ rows.T, rows @ (view.y / noise)
    bounded = least(normal, right, count)[:count]
    scale = 1.0 / np.sqrt(np.diag(normal))
    scaled = normal * scale[:, None] * scale
    scaled[np.diag_indices_from(scaled)] += _RIDGE
    spread = np.linalg.inv(scaled) * scale[:, None] * scale
    free = (spread @ right)[:count]
    whole = max(float(bounded.sum()), 1e-300)
    part = free / whole
    jacobian = (np.eye(count) - part[:, None]) / whole
    covariance = jacobian @ spread[:count, :count] @ jacobian.T * widened
    return Fractions(bounded / whole, part / max(float(part.sum()), 1e-9), np.asarray(covariance))
