"""How warm a mill and the jar in it get: friction heats both, air cools both; linear, so in closed form.

Jar: dT/dt = P/C - (T - T_mill)/tau. The mill's own body warms with the cube of its frequency, by about 12.5 K in the
first hour at 30 Hz. All temperatures here are in K above the room's; constants are assumed. Over a ramp the power is
taken as its mean.
"""

from dataclasses import dataclass
from math import exp

from simulators.twin.mechanochemistry import REFERENCE_HZ
from simulators.twin.shaking import Ramp, Shaking, power_integral

JAR_J_K, JAR_TAU_S = 150.0, 1200.0
MILL_TAU_S, MILL_HOUR_K = 3600.0, 12.5
MILL_STEADY_K = MILL_HOUR_K / (1.0 - exp(-3600.0 / MILL_TAU_S))


@dataclass(frozen=True, slots=True)
class Mill:
    """One mill: its frequency over time, and by how much it warms against the nominal one."""

    shaking: Shaking
    warming: float = 1.0

    def above(self, t_s: float) -> float:
        """Return how much warmer than the room it is at a time."""
        above_k = 0.0
        for piece in self.shaking.pieces(0.0, t_s):
            above_k = self.later(above_k, piece)
        return above_k

    def later(self, above_k: float, piece: Ramp) -> float:
        """Return how warm it is after a stretch."""
        steady_k = self.steady_k(piece)
        return steady_k + (above_k - steady_k) * exp(-(piece.t1_s - piece.t0_s) / MILL_TAU_S)

    def steady_k(self, piece: Ramp) -> float:
        """Return how warm it would get in the long run."""
        mean_cube = power_integral(piece, 3.0) / (piece.t1_s - piece.t0_s)
        return MILL_STEADY_K * self.warming * mean_cube / REFERENCE_HZ**3


def jar_above(above_k: float, mill: Mill | None, w_per_hz: float, freq_exp: float, t0_s: float, t1_s: float) -> float:
    """Return how much warmer than the room a jar is after a time in a mill, or out of one (None)."""
    if mill is None:
        return above_k * exp(-max(0.0, t1_s - t0_s) / JAR_TAU_S)
    mill_k = mill.above(t0_s)
    for piece in mill.shaking.pieces(t0_s, t1_s):
        span_s = piece.t1_s - piece.t0_s
        steady_k = mill.steady_k(piece)
        settled = w_per_hz * power_integral(piece, freq_exp) / span_s * JAR_TAU_S / JAR_J_K + steady_k
        lagging = (mill_k - steady_k) / (1.0 - JAR_TAU_S / MILL_TAU_S)
        jar_decay, mill_decay = exp(-span_s / JAR_TAU_S), exp(-span_s / MILL_TAU_S)
        above_k = settled + lagging * mill_decay + (above_k - settled - lagging) * jar_decay
        mill_k = mill.later(mill_k, piece)
    return above_k
