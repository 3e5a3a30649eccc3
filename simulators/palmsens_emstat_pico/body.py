"""The potentiostat's front end: cell switch, potential limits, current ranges, and what a converter makes of a current.

The current itself comes from the twin, for a whole sweep at once. A current beyond the range reads as the range's end
with the overload bit set. Ranges are the Pico's; the shares of a range that count as under- or nearly overloaded, and
the potential window, are assumed and configurable.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from simulators.palmsens_emstat_pico.package import Value, status
from simulators.twin.electrode import Electrode

Array = npt.NDArray[np.float64]

LOW_SPEED = (100e-9, 2e-6, 4e-6, 8e-6, 16e-6, 32e-6, 63e-6, 125e-6, 250e-6, 500e-6, 1e-3, 5e-3)
HIGH_SPEED = (100e-9, 1e-6, 6e-6, 13e-6, 25e-6, 50e-6, 100e-6, 200e-6, 1e-3, 5e-3)
HIGH_SPEED_INDEX = 128
OFF, LOW, HIGH, MAXIMUM = 0, 2, 3, 4


class Cell(Protocol):
    """What the front end asks of the twin."""

    def voltammogram(self, vessel: str, potential_v: Array, dt_s: float, electrode: Electrode, t_s: float) -> Array:
        """Return the current in A at each programmed potential."""
        ...


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """What differs between instruments or is not certain.

    Attributes:
        minimum_v, maximum_v: Potential window.
        resting_v: Open-circuit potential the instrument sees (the twin has none to offer).
        noise_v: Standard deviation of a measured potential.
        noise_share: Noise of a current reading as a share of its range.
        underload_share, warning_share: Below and above these shares of its range a reading is flagged.
        dac_step_v: Resolution of the set potential; 0 for exact.
    """

    minimum_v: float = -1.7
    maximum_v: float = 2.0
    resting_v: float = 0.0
    noise_v: float = 1e-4
    noise_share: float = 1e-5
    underload_share: float = 0.01
    warning_share: float = 0.95
    dac_step_v: float = 0.0


class PotentiostatBody:
    """One working electrode.

    Attributes:
        mode: What set_pgstat_mode chose.
        cell_on: Whether the cell is connected.
        potential_v: The potential applied, or to be applied once the cell is on.
    """

    def __init__(
        self, vessel: str, electrode: Electrode, front_end: FrontEnd, twin: Cell, rng: np.random.Generator
    ) -> None:
        self.front_end = front_end
        self.mode = OFF
        self.cell_on = False
        self.potential_v = 0.0
        self._vessel = vessel
        self._electrode = electrode
        self._twin = twin
        self._rng = rng
        self._fixed_a = max(LOW_SPEED)
        self._automatic_a: tuple[float, float] | None = None

    def reset(self) -> None:
        """Be as after power-up: cell off, largest range."""
        self.mode, self.cell_on, self.potential_v = OFF, False, 0.0
        self._fixed_a, self._automatic_a = max(LOW_SPEED), None

    def allows(self, potential_v: float) -> bool:
        """Tell whether a potential is within the window."""
        slack = 1e-9
        return self.front_end.minimum_v - slack <= potential_v <= self.front_end.maximum_v + slack

    def fix_range(self, current_a: float) -> bool:
        """Choose the smallest range that holds `current_a`; return False if none does."""
        self._fixed_a = current_a
        return current_a <= max(LOW_SPEED)

    def autorange(self, lowest_a: float, highest_a: float) -> bool:
        """Let each reading choose among the ranges holding `lowest_a` to `highest_a`; return False for nonsense."""
        self._automatic_a = (lowest_a, highest_a)
        return 0 <= lowest_a <= highest_a <= max(LOW_SPEED)

    def settable(self, potential_v: Array) -> Array:
        """Return the potentials the converter can make of those asked for."""
        step = self.front_end.dac_step_v
        return np.round(potential_v / step) * step if step > 0 else potential_v

    def sweep(self, potential_v: Array, dt_s: float, t_s: float) -> Array:
        """Return the true current for a whole sweep that starts at `t_s`; none flows with the cell off."""
        if not self.cell_on:
            return np.zeros_like(potential_v)
        return self._twin.voltammogram(self._vessel, potential_v, dt_s, self._electrode, t_s)

    def read_current(self, current_a: float) -> Value:
        """Return a current as the converter reads it, with status and range."""
        index, full_a = self._range(abs(current_a))
        front = self.front_end
        read_a = current_a + front.noise_share * full_a * float(self._rng.standard_normal())
        overload = abs(read_a) > full_a
        share = abs(read_a) / full_a
        flags = status(
            overload=overload,
            underload=share < front.underload_share,
            warning=not overload and share > front.warning_share,
            range_index=index,
        )
        return Value(min(max(read_a, -full_a), full_a), "ba", flags)

    def read_potential(self) -> Value:
        """Return the potential between working and reference electrode."""
        true_v = self.potential_v if self.cell_on else self.front_end.resting_v
        return Value(true_v + self.front_end.noise_v * float(self._rng.standard_normal()), "ab")

    def _range(self, current_a: float) -> tuple[int, float]:
        """Return index and full scale of the range a current is read in."""
        ranges = HIGH_SPEED if self.mode == HIGH else LOW_SPEED
        offset = HIGH_SPEED_INDEX if self.mode == HIGH else 0
        low = high = _holding(ranges, self._fixed_a)
        if self._automatic_a is not None:
            low, high = (_holding(ranges, limit_a) for limit_a in self._automatic_a)
        index = min(max(_holding(ranges, current_a), low), high)
        return offset + index, ranges[index]


def _holding(ranges: tuple[float, ...], current_a: float) -> int:
    """Return the index of the smallest range that holds a current, the largest if none does."""
    return next((index for index, full_a in enumerate(ranges) if current_a <= full_a * (1 + 1e-9)), len(ranges) - 1)
