"""Least squares with amounts that cannot be negative, hundreds of them: block principal pivoting on normal equations.

Kim and Park, SIAM J. Sci. Comput. 33 (2011) 3261, section 3; all amounts of the wrong sign change sides at once, one
at a time when that gets no further, which ends for certain (Júdice and Pires, Comput. Oper. Res. 21 (1994) 587). It
begins from the side each amount was on before, so that a round of a fit costs two or three factorisations.

That end may be far where hundreds of lines of two phases nearly coincide. After `ROUNDS` the active-set method of
Lawson and Hanson (1974) begins anew: it is slower, but its misfit never rises.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import nnls

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError

Side = NDArray[np.bool_]
RIDGE = 1e-9
"""Added to the unit diagonal: lines that coincide share their intensity equally."""
FAINT = 1e-13
"""Lines with less than this part of the strongest's power are as good as not there."""
PATIENCE = 3
ROUNDS = 200
TOLERANCE = 1e-10


def nonnegative(normal: Array, right: Array, free: Side | None = None) -> tuple[Array, Side]:
    """Minimise x'Nx/2 - r'x over x >= 0.

    Args:
        normal: N, positive semidefinite, shape (n, n).
        right: r, shape (n,).
        free: a guess of which are above zero.

    Returns:
        x, and which of it are above zero.

    Raises:
        AnalysisError: the matrix is not finite, or there is no solution.
    """
    if not (np.isfinite(normal).all() and np.isfinite(right).all()):
        raise AnalysisError("the intensities' equations are not finite")
    power = normal.diagonal()
    least = max(FAINT * float(np.max(power, initial=0.0)), 1e-300)
    scale = 1.0 / np.sqrt(np.maximum(power, least))
    matrix, vector = normal * scale[:, None] * scale, right * scale
    matrix[np.diag_indices_from(matrix)] += RIDGE
    side = np.ones(len(right), dtype=bool) if free is None else free.copy()
    limit = TOLERANCE * max(1.0, float(np.max(np.abs(vector), initial=0.0)))
    fewest, patience = len(right) + 1, PATIENCE
    for _ in range(ROUNDS):
        x = _solved(matrix, vector, side)
        slope = matrix @ x - vector
        wrong = (side & (x < -limit)) | (~side & (slope < -limit))
        count = int(wrong.sum())
        if count == 0:
            x[~side] = 0.0
            return np.maximum(x, 0.0) * scale, side & (x > 0.0)
        if count < fewest:
            fewest, patience = count, PATIENCE
        elif patience > 0:
            patience -= 1
        else:
            wrong[: int(np.flatnonzero(wrong)[-1])] = False
        side ^= wrong
    x = _by_active_set(matrix, vector)
    return x * scale, x > 0.0


def _solved(matrix: Array, vector: Array, side: Side) -> Array:
    x = np.zeros(len(vector))
    index = np.flatnonzero(side)
    if len(index):
        try:
            factor = cho_factor(matrix[np.ix_(index, index)], lower=True, check_finite=False)
        except LinAlgError as error:
            raise AnalysisError("the intensities' equations have no solution") from error
        x[index] = cho_solve(factor, vector[index], check_finite=False)
    return x


def _by_active_set(matrix: Array, vector: Array) -> Array:
    try:
        lower = cholesky(matrix, lower=True)
        found, _ = nnls(lower.T, solve_triangular(lower, vector, lower=True), maxiter=100 * len(vector))
    except (LinAlgError, RuntimeError) as error:
        raise AnalysisError("the intensities' equations have no solution") from error
    return np.asarray(found, dtype=np.float64)
