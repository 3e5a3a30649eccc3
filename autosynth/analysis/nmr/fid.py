"""A free induction decay as every reader hands it on, and the sum of blocks of scans that grows while they arrive.

Conventions: positive frequencies are higher shifts (readers conjugate where a vendor differs); points are the mean over
the scans of the block, so that blocks of different length are weighted by their scans.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from autosynth.errors import AnalysisError

Complex = NDArray[np.complex128]
FEWEST_POINTS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Fid:
    """One block of scans: `points` is complex, shape (points,), in any unit, the mean over `scans`.

    Raises:
        AnalysisError: fewer than 64 points, a value that is not finite, or a time, frequency or count not above zero.
    """

    points: Complex
    dwell_s: float
    dead_time_s: float
    """From the middle of the pulse to the first point; may be negative where a filter's delay was removed."""
    frequency_mhz: float
    """Of the nucleus at 0 ppm: Hz per ppm."""
    carrier_ppm: float
    scans: int
    nucleus: str
    repetition_s: float
    """From pulse to pulse; 0 where the file does not tell, and then nothing is corrected for saturation."""
    sample: str = ""
    source: str = ""
    dead_time_sd_s: float | None = None
    """Standard uncertainty of the dead time where a file does not tell it; else the library's."""

    def __post_init__(self) -> None:
        where = f"{self.source}: " if self.source else ""
        if self.points.ndim != 1 or len(self.points) < FEWEST_POINTS:
            raise AnalysisError(f"{where}a FID has one dimension and at least {FEWEST_POINTS} points")
        if not np.isfinite(self.points).all():
            raise AnalysisError(f"{where}the FID has values that are not finite")
        if not (self.dwell_s > 0 and self.frequency_mhz > 0 and self.scans > 0 and self.repetition_s >= 0):
            raise AnalysisError(f"{where}dwell time, frequency and number of scans of a FID are above zero")
        numbers = (self.dwell_s, self.dead_time_s, self.frequency_mhz, self.carrier_ppm, self.repetition_s)
        if not np.isfinite(numbers).all():
            raise AnalysisError(f"{where}a time, frequency or carrier of the FID is not finite")

    def hertz(self, shift_ppm: float) -> float:
        """Return the offset of a shift from the carrier, Hz."""
        return (shift_ppm - self.carrier_ppm) * self.frequency_mhz


class Accumulation:
    """Blocks of one sample added up; each block costs one pass over its points, whatever came before."""

    def __init__(self, fids: Sequence[Fid] = ()) -> None:
        self._first: Fid | None = None
        self._sum: Complex = np.zeros(0, dtype=np.complex128)
        self._squares = 0.0
        self._blocks = 0
        self._scans = 0
        for fid in fids:
            self.add(fid)

    def add(self, fid: Fid) -> Self:
        """Add a block.

        Raises:
            AnalysisError: it was not measured like the blocks before (nucleus, points, dwell, frequency, carrier,
                dead time or repetition differ).
        """
        if self._first is None:
            self._first, self._sum = fid, np.zeros(len(fid.points), dtype=np.complex128)
        elif different := _differences(self._first, fid):
            raise AnalysisError(f"blocks of one sample differ in {', '.join(different)}: {fid.source or 'a block'}")
        self._sum += fid.scans * fid.points
        self._squares += fid.scans * float(np.vdot(fid.points, fid.points).real)
        self._blocks += 1
        self._scans += fid.scans
        return self

    @property
    def blocks(self) -> int:
        """Return how many blocks were added."""
        return self._blocks

    @property
    def scans(self) -> int:
        """Return how many scans were added."""
        return self._scans

    @property
    def fid(self) -> Fid:
        """Return the mean over all scans.

        Raises:
            AnalysisError: no block was added.
        """
        if self._first is None:
            raise AnalysisError("no block of scans has arrived")
        return replace(self._first, points=self._sum / self._scans, scans=self._scans)

    @property
    def scatter(self) -> float | None:
        """Return the variance of a point of the mean, real and imaginary part together, by the scatter of blocks.

        None with fewer than three blocks. Drift between blocks adds to it.
        """
        if self._blocks < 3:
            return None
        within = self._squares - float(np.vdot(self._sum, self._sum).real) / self._scans
        return within / (self._blocks - 1) / len(self._sum) / self._scans


def _differences(one: Fid, other: Fid) -> list[str]:
    same = ("dwell_s", "dead_time_s", "frequency_mhz", "carrier_ppm", "repetition_s")
    found = [name for name in same if not np.isclose(getattr(one, name), getattr(other, name), rtol=1e-6, atol=1e-9)]
    if one.nucleus != other.nucleus:
        found.append("nucleus")
    if len(one.points) != len(other.points):
        found.append("points")
    return found
