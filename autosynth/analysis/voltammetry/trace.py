"""What a scan is to the analyser: arrays, an electrode, and a recorder that fills them while points arrive.

Potentials are on the reference scale of the species library: whoever makes a Voltammogram subtracts the declared
offset of the reference electrode. Anodic current is positive. Nothing is smoothed here.
"""

from dataclasses import dataclass, field

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class Electrode:
    """What is known beforehand of the cell: area and uncompensated resistance, with uncertainties [assumed]."""

    area_cm2: float = 0.0707
    area_sd_cm2: float = 0.0014
    resistance_ohm: float = 200.0
    resistance_sd_ohm: float = 40.0


@dataclass(frozen=True, slots=True)
class Voltammogram:
    """One scan: seconds, V on the library's reference scale, A (anodic positive), equally spaced in time."""

    t_s: Array
    potential_v: Array
    current_a: Array
    temperature_c: float = 25.0
    temperature_sd_c: float = 1.0
    electrode: Electrode = field(default_factory=Electrode)
    reference_sd_v: float | None = None
    """Standard uncertainty of the reference's offset; None takes the library's."""

    def __post_init__(self) -> None:
        if not (len(self.t_s) == len(self.potential_v) == len(self.current_a)):
            raise AnalysisError("time, potential and current of a voltammogram differ in length")
        if len(self.t_s) < MIN_POINTS:
            raise AnalysisError(f"a voltammogram of {len(self.t_s)} points is too short; {MIN_POINTS} are needed")
        if not (np.isfinite(self.t_s).all() and np.isfinite(self.potential_v).all()):
            raise AnalysisError("a voltammogram has times or potentials that are not numbers")
        if np.any(np.diff(self.t_s) <= 0):
            raise AnalysisError("the times of a voltammogram do not increase")

    @property
    def step_s(self) -> float:
        """Return the time between points."""
        return float(self.t_s[-1] - self.t_s[0]) / (len(self.t_s) - 1)

    @property
    def rate_v_s(self) -> float:
        """Return the scan rate (median over points, without sign)."""
        return float(np.median(np.abs(np.diff(self.potential_v)))) / self.step_s

    @property
    def vertex(self) -> int:
        """Return the index of the most negative potential: the forward sweep is up to and with it."""
        return int(np.argmin(self.potential_v))

    def uniform(self) -> "Voltammogram":
        """Return the scan on an equally spaced grid; itself when it is so already, interpolated where points are lost.

        Raises:
            AnalysisError: the grid has gaps of more than five steps.
        """
        gaps = np.diff(self.t_s)
        usual = float(np.median(gaps))
        if np.all(np.abs(gaps - usual) <= 0.02 * usual):
            return self
        if gaps.max() > 5.5 * usual:
            raise AnalysisError(
                f"{gaps.max():.3g} s of the voltammogram are missing; it is sampled every {usual:.3g} s"
            )
        grid = np.linspace(self.t_s[0], self.t_s[-1], round(float(self.t_s[-1] - self.t_s[0]) / usual) + 1)
        return Voltammogram(
            grid,
            np.interp(grid, self.t_s, self.potential_v),
            np.interp(grid, self.t_s, self.current_a),
            self.temperature_c,
            self.temperature_sd_c,
            self.electrode,
            self.reference_sd_v,
        )


MIN_POINTS = 50
"""Fewer points cannot carry baseline, capacitance, resistance and one wave."""
