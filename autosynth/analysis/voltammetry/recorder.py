"""A scan while it is being measured: points go in one by one, a running estimate of the forward sweep comes out.

Each point costs one scalar product with the points before it (a few thousand multiplications),
which gives the semi-integral without any model: it steps by the same height for every electron, whatever the scan rate.
The full analysis of a partial scan is `analyse` on `voltammogram()`.
"""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.voltammetry.semicalculus import binomial_weights
from autosynth.analysis.voltammetry.trace import Electrode, Voltammogram
from autosynth.errors import AnalysisError

FIRST_ROOM = 1024


@dataclass(frozen=True, slots=True)
class Forward:
    """What the sweep shows so far: its most cathodic current, where that was, and the semi-integral (A s^1/2)."""

    points: int
    potential_v: float
    peak_a: float
    peak_v: float
    semi_integral: float
    returned: bool
    """The sweep has turned; the estimate is final."""


class Recorder:
    """Collects points of one scan in growing arrays; points must be equally spaced for the semi-integral."""

    def __init__(self, step_s: float, electrode: Electrode | None = None, temperature_c: float = 25.0) -> None:
        self._step_s = step_s
        self._electrode = electrode or Electrode()
        self._temperature_c = temperature_c
        self._columns = np.empty((3, FIRST_ROOM))
        self._weights = binomial_weights(-0.5, FIRST_ROOM)[::-1].copy()
        self._count = 0
        self._forward = Forward(0, float("nan"), 0.0, float("nan"), 0.0, False)

    def add(self, t_s: float, potential_v: float, current_a: float) -> None:
        """Take one point; an overloaded one may bear NaN as its current and is then left out of the estimate."""
        if self._count == self._columns.shape[1]:
            self._grow()
        self._columns[:, self._count] = t_s, potential_v, current_a
        self._count += 1
        self._follow(potential_v, current_a)

    def _grow(self) -> None:
        room = 2 * self._columns.shape[1]
        columns = np.empty((3, room))
        columns[:, : self._count] = self._columns[:, : self._count]
        self._columns, self._weights = columns, binomial_weights(-0.5, room)[::-1].copy()

    def _follow(self, potential_v: float, current_a: float) -> None:
        before = self._forward
        returned = before.returned or (before.points > 0 and potential_v > before.potential_v)
        if returned or not np.isfinite(current_a):
            if returned is not before.returned:
                self._forward = Forward(
                    before.points, before.potential_v, before.peak_a, before.peak_v, before.semi_integral, True
                )
            return
        current = np.nan_to_num(self._columns[2, : self._count])
        semi = float(current @ self._weights[-self._count :]) * float(np.sqrt(self._step_s))
        peak_a, peak_v = (current_a, potential_v) if current_a < before.peak_a else (before.peak_a, before.peak_v)
        self._forward = Forward(self._count, potential_v, peak_a, peak_v, semi, False)

    @property
    def forward(self) -> Forward:
        """Return the running estimate of the forward (cathodic) sweep."""
        return self._forward

    def arrays(self) -> tuple[Array, Array, Array]:
        """Return copies of time, potential and current so far."""
        t_s, potential_v, current_a = self._columns[:, : self._count].copy()
        return t_s, potential_v, current_a

    def voltammogram(self, reference_offset_v: float = 0.0, reference_sd_v: float | None = None) -> Voltammogram:
        """Return the scan so far on the library's scale; `reference_offset_v` is subtracted from its potentials.

        Raises:
            AnalysisError: too few points yet, or times that do not increase.
        """
        if self._count == 0:
            raise AnalysisError("no point of the scan has arrived")
        t_s, potential_v, current_a = self.arrays()
        return Voltammogram(
            t_s,
            potential_v - reference_offset_v,
            current_a,
            self._temperature_c,
            electrode=self._electrode,
            reference_sd_v=reference_sd_v,
        )
