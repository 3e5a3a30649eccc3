"""Half-order derivatives and integrals on a uniform time grid, as fast causal convolutions.

Planar diffusion to an electrode is a half-order operator, so that a reversible voltammogram is the half-derivative of
what the electrode's potential demands. The second-order backward-difference generating function (Lubich, SIAM J. Math.
Anal. 1986, 17, 704) is used instead of Gruenwald and Letnikov's first-order one, which delays a scan by a quarter of
a step. A function must start at zero; non-uniform grids are refused elsewhere.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from autosynth.analysis.arrays import Array

TOGETHER = 8
"""So many rows are transformed at once: as many as stay in the processor's cache take half the time."""


def binomial_weights(order: float, count: int) -> Array:
    """Return the first `count` coefficients of (1 - z) ** order."""
    weights = np.empty(count)
    weights[0] = 1.0
    index = np.arange(1, count)
    weights[1:] = np.cumprod((index - 1.0 - order) / index)
    return weights


@lru_cache(maxsize=32)
def _spectrum(order: float, count: int) -> tuple[int, NDArray[np.complex128]]:
    """Return the transform length and the transform of the weights of (3/2 - 2z + z^2/2) ** order."""
    length = fft.next_fast_len(2 * count, real=True)
    slow = binomial_weights(order, count)
    fast = slow * 3.0 ** -np.arange(count, dtype=float)
    weights = fft.irfft(fft.rfft(slow, length) * fft.rfft(fast, length), length)[:count]
    return length, np.asarray(fft.rfft(1.5**order * weights, length))


def half_derivative(values: Array, step_s: float) -> Array:
    """Differentiate along the last axis by half an order, in 1/sqrt(s); values must start at zero."""
    found = _convolve(values, 0.5)
    found /= float(np.sqrt(step_s))
    return found


def half_integral(values: Array, step_s: float) -> Array:
    """Integrate along the last axis by half an order, in sqrt(s)."""
    found = _convolve(values, -0.5)
    found *= float(np.sqrt(step_s))
    return found


def _convolve(values: Array, order: float) -> Array:
    count = values.shape[-1]
    length, spectrum = _spectrum(order, count)
    found = np.empty(values.shape)
    rows, results = values.reshape(-1, count), found.reshape(-1, count)
    for start in range(0, len(rows), TOGETHER):
        transformed = fft.rfft(rows[start : start + TOGETHER], length, axis=-1)
        transformed *= spectrum
        results[start : start + TOGETHER] = fft.irfft(transformed, length, axis=-1, overwrite_x=True)[:, :count]
    return found
