"""How likely an experiment is to give a result at all, learnt from those that failed."""

from typing import Any

import numpy as np
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from autosynth.analysis.arrays import Array

VARIANCE = 9.0
LENGTH = 0.5
"""Prior variance of the latent function and its length in units of the variables' limits: assumed."""


class Success:
    """Probability of a result at scaled rows: a Gaussian process classifier with fixed, assumed lengths.

    `succeeded` holds 1 for an experiment with a result and 0 for one that failed, shape (n,). Without any failure, or
    with nothing but failures, there is nothing to tell and the probability is 1 everywhere.
    """

    def __init__(self, rows: Array, succeeded: Array) -> None:
        self._process: Any = None
        if len(np.unique(succeeded)) == 2:
            kernel: Any = ConstantKernel(VARIANCE) * Matern(LENGTH, nu=2.5)
            options: dict[str, Any] = {"optimizer": None}
            self._process = GaussianProcessClassifier(kernel, **options).fit(rows, succeeded)

    def probability(self, rows: Array) -> Array:
        """Return for scaled rows (n, variables) the probability of a result, shape (n,)."""
        if self._process is None:
            return np.ones(len(rows))
        return np.asarray(self._process.predict_proba(rows)[:, 1], dtype=float)
