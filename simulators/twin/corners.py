"""The cuboctahedron: twelve corners, 24 edges, and how many ways there are of giving corners to one of two metals.

All 4096 ways are counted by how many corners the second metal holds and how many edges join unlike corners, so that a
coupling J (kT for each unlike edge) is exact. Corners hold metal-metal units, edges are ligands.
"""

from functools import lru_cache
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
CORNERS = 12
CORNER_AT: tuple[tuple[int, int, int], ...] = tuple(
    (x, y, z) for x, y, z in product((-1, 0, 1), repeat=3) if abs(x) + abs(y) + abs(z) == 2
)
EDGES: tuple[tuple[int, int], ...] = tuple(
    (i, j)
    for i, j in combinations(range(CORNERS), 2)
    if sum((a - b) ** 2 for a, b in zip(CORNER_AT[i], CORNER_AT[j], strict=True)) == 2
)
_LEAST, _MOST = -200.0, 200.0
_ROUNDS, _EXACT = 200, 1e-14


@lru_cache(maxsize=1)
def ways() -> Array:
    """Return how many of the 4096 ways have n corners of the second metal and U unlike edges, shape (13, 25)."""
    held = (np.arange(2**CORNERS)[:, None] >> np.arange(CORNERS)) & 1
    unlike = np.sum([held[:, i] != held[:, j] for i, j in EDGES], axis=0)
    found = np.zeros((CORNERS + 1, len(EDGES) + 1))
    np.add.at(found, (held.sum(axis=1), unlike), 1.0)
    return np.asarray(found)


def shared(part: float, coupling: float) -> Array:
    """Return the fractions of cages with 0 to 12 corners of the second metal, shape (13,), whose mean is 12 `part`.

    Each way has a weight exp(-J U + mu n); mu is found for the mean. Without coupling that is binomial.

    Raises:
        ValueError: `part` is not from 0 to 1.
    """
    if not 0.0 <= part <= 1.0:
        message = f"{part:g} is no part of the corners"
        raise ValueError(message)
    if part in {0.0, 1.0}:
        return np.asarray(np.eye(CORNERS + 1)[CORNERS if part else 0])
    count = np.arange(CORNERS + 1, dtype=np.float64)
    weight = _weights(coupling)
    tilt, low, high = np.log(part) - np.log1p(-part), _LEAST, _MOST
    found = np.zeros(CORNERS + 1)
    for _ in range(_ROUNDS):
        power = weight + tilt * count
        found = np.exp(power - power.max())
        found /= found.sum()
        mean = float(found @ count)
        low, high = (tilt, high) if mean < CORNERS * part else (low, tilt)
        if abs(mean - CORNERS * part) <= _EXACT * min(mean, CORNERS - mean):
            break
        tilt += (CORNERS * part - mean) / max(float(found @ (count - mean) ** 2), 1e-300)
        tilt = tilt if low < tilt < high else 0.5 * (low + high)
    return np.asarray(found)


@lru_cache(maxsize=16)
def _weights(coupling: float) -> Array:
    """Return the logarithm of the summed weights of all ways with n corners of the second metal."""
    return np.asarray(np.log(ways() @ np.exp(-coupling * np.arange(len(EDGES) + 1))))


def dispersion(fractions: Array) -> float:
    """Return the variance of n over that of a binomial of the same mean; one for an equal sharing by chance."""
    count = np.arange(CORNERS + 1)
    mean = float(fractions @ count) / float(fractions.sum())
    variance = float(fractions @ (count - mean) ** 2) / float(fractions.sum())
    return variance / (mean * (1.0 - mean / CORNERS))
