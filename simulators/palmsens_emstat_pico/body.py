"""The potentiostat's front end: cell switch, potential limits, current ranges, and what a converter makes of a current.

The current itself comes from the twin, for a whole sweep at once. A current beyond the range reads as the range's end
with the overload bit set. Ranges are the Pico's; the shares of a range that count as under- or nearly overloaded, and
the potential window, are assumed and configurable.
"""

from dataclasses import dataclass, replace
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
        self._before = rng.bit_generator.state
        self._drift: tuple[float, float] = (0.0, 0.0)

    def drift(self, t_s: float, per_h: float) -> None:
        """Let the reference electrode go so many volts every hour from now on."""
        self._drift = (t_s, per_h)

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
        since_s, per_h = self._drift
        offset_v = self._electrode.reference_offset_v + per_h * (t_s - since_s) / 3600.0
        electrode = replace(self._electrode, reference_offset_v=offset_v)
        return self._twin.voltammogram(self._vessel, potential_v, dt_s, electrode, t_s)

    def read_current(self, current_a: float) -> Value:
        """Return a current as the converter reads it, with status and range."""
        read_a, metadata = self.read_currents(np.array([current_a]))
        return Value(float(read_a[0]), "ba", metadata[0])

    def read_currents(self, current_a: Array) -> tuple[Array, list[str]]:
        """Return currents as the converter reads them one after the other, and the status and range of each."""
        front, indices, full_a = self.front_end, *self._ranges(np.abs(current_a))
        self._before = self._rng.bit_generator.state
        read_a = current_a + front.noise_share * full_a * self._rng.standard_normal(len(current_a))
        share = np.abs(read_a) / full_a
        overload = np.abs(read_a) > full_a
        flags = 2 * overload + 4 * (share < front.underload_share) + 8 * (~overload & (share > front.warning_share))
        pairs = list(zip(flags.tolist(), indices.tolist(), strict=True))
        tokens = {pair: status(*pair) for pair in set(pairs)}
        return np.minimum(np.maximum(read_a, -full_a), full_a), [tokens[pair] for pair in pairs]

    def read_only(self, count: int) -> None:
        """Take back all but the first `count` of the last readings: they were never made, and cost no noise."""
        self._rng.bit_generator.state = self._before
        self._rng.standard_normal(count)

    def read_potential(self) -> Value:
        """Return the potential between working and reference electrode."""
        true_v = self.potential_v if self.cell_on else self.front_end.resting_v
        return Value(true_v + self.front_end.noise_v * float(self._rng.standard_normal()), "ab")

    def _ranges(self, current_a: Array) -> tuple[npt.NDArray[np.intp], Array]:
        """Return index and full scale of the range each current is read in."""
        ranges = np.array(HIGH_SPEED if self.mode == HIGH else LOW_SPEED)
        offset = HIGH_SPEED_INDEX if self.mode == HIGH else 0
        limits_a = self._automatic_a or (self._fixed_a, self._fixed_a)
        low, high = _holding(ranges, np.array(limits_a)).tolist()
        index = np.minimum(np.maximum(_holding(ranges, current_a), low), high)
        return offset + index, ranges[index]


def _holding(ranges: Array, current_a: Array) -> npt.NDArray[np.intp]:
    """Return the index of the smallest range that holds each current, the largest if none does."""
    return np.minimum(np.searchsorted(ranges * (1 + 1e-9), current_a), len(ranges) - 1)
