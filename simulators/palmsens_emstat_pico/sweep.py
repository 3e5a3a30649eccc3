"""The potentials a technique goes through, point by point."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def leg(start_v: float, end_v: float, step_v: float) -> Array:
    """Return the points after `start_v` up to and including `end_v`; a last shorter step lands on it."""
    count = int(np.ceil(abs(end_v - start_v) / step_v - 1e-9))
    points: Array = start_v + np.sign(end_v - start_v) * step_v * np.arange(1, count + 1, dtype=np.float64)
    if count:
        points[-1] = end_v
    return points


def linear(begin_v: float, end_v: float, step_v: float) -> Array:
    """Return a linear sweep from `begin_v` to `end_v`, both included."""
    return np.concatenate(([begin_v], leg(begin_v, end_v, step_v)))


def cyclic(begin_v: float, vertex1_v: float, vertex2_v: float, step_v: float, scans: int) -> tuple[Array, int]:
    """Return all scans' points, and how many each scan after the first has.

    The first scan has one more: its start. A later scan starts one step after where the one before ended (assumed).
    """
    scan = np.concatenate(
        (leg(begin_v, vertex1_v, step_v), leg(vertex1_v, vertex2_v, step_v), leg(vertex2_v, begin_v, step_v))
    )
    return np.concatenate(([begin_v], np.tile(scan, scans))), len(scan)


def points_due(wanted_s: Sequence[float], made: int, scan: int | None, until_s: float, late_s: float) -> int:
    """Return how many points of a stream are made by `until_s` if nothing stops it, `made` of them before.

    With `scan`, the number of points in one, it stops before the first point of the next, which is announced.
    """
    stop = len(wanted_s) if scan is None else min(len(wanted_s), max(made - 1, 0) // scan * scan + scan + 1)
    return bisect_right(wanted_s, until_s, made, stop, key=lambda point_s: point_s + late_s)
