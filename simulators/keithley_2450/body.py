"""A source-measure unit on a cell: it sources a voltage, measures a current, limits it, and steps through sweeps.

A sweep's currents are asked of the twin once, when it starts; how far it has come follows from the time alone. Assumed
and configurable: the overhead per reading, the automatic delay, whether the output goes off after a sweep, and which
way round the cell is connected (`polarity` -1 turns both signs). With the output off only the high-impedance off state
leaves the cell open; in the others the unit still holds it at 0 V (guard taken for the same).
"""

import math
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from simulators.twin.electrode import Electrode

Array = npt.NDArray[np.float64]
RANGES_A = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
OVERRANGE = 1.05
OVERFLOW_A = 9.9e37
NOT_A_NUMBER = 9.91e37


class Cell(Protocol):
    """What the unit asks of the twin."""

    def voltammogram(self, vessel: str, potential_v: Array, dt_s: float, electrode: Electrode, t_s: float) -> Array:
        """Return the current in A at each programmed potential."""
        ...


@dataclass(frozen=True, slots=True)
class Manner:
    """What is not certain about the instrument.

    Attributes:
        polarity: 1, or -1 for a cell connected the other way round.
        line_hz: Mains frequency, the unit of NPLC.
        overhead_s: Time a reading takes besides its integration and delay.
        auto_delay_s: Delay when the automatic one is chosen.
        output_off_after_sweep: Whether a sweep ends with the output off.
    """

    polarity: int = 1
    line_hz: float = 50.0
    overhead_s: float = 0.0015
    auto_delay_s: float = 0.001
    output_off_after_sweep: bool = True


@dataclass(slots=True)
class Settings:
    """What *RST resets."""

    level_v: float = 0.0
    source_range_v: float = 0.02
    source_autorange: bool = True
    limit_a: float = 1.05e-4
    delay_s: float = 0.0
    auto_delay: bool = True
    readback: bool = True
    sense_range_a: float = 1e-8
    sense_autorange: bool = True
    nplc: float = 1.0
    remote_sense: bool = False
    off_state: str = "NORM"
    list_v: list[float] = field(default_factory=list[float])


@dataclass(frozen=True, slots=True)
class Reading:
    """One point in a buffer."""

    source_v: float
    current_a: float
    t_s: float
    limited: bool


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep under way: its source levels and true currents, one every `interval_s` from `start_s` on."""

    level_v: Array
    current_a: Array
    start_s: float
    interval_s: float

    @property
    def end_s(self) -> float:
        """When its last reading is there."""
        return self.start_s + len(self.level_v) * self.interval_s

    def done(self, t_s: float) -> int:
        """Return how many readings are there at `t_s`."""
        return min(len(self.level_v), int((t_s - self.start_s) / self.interval_s + 1e-9))


class SmuBody:
    """One channel.

    Attributes:
        settings: What is programmed.
        output: Whether the output is on.
        sweep: The sweep under way.
    """

    def __init__(self, vessel: str, electrode: Electrode, manner: Manner, twin: Cell) -> None:
        self.settings = Settings()
        self.output = False
        self.sweep: Sweep | None = None
        self._vessel = vessel
        self._electrode = electrode
        self._manner = manner
        self._twin = twin
        self._drift: tuple[float, float] = (0.0, 0.0)

    def drift(self, t_s: float, per_h: float) -> None:
        """Let the reference electrode go so many volts every hour from now on."""
        self._drift = (t_s, per_h)

    @property
    def cell_v(self) -> float | None:
        """What the unit holds the cell at; None when it leaves the cell open."""
        if self.output:
            return self._manner.polarity * self.settings.level_v
        return None if self.settings.off_state == "HIMP" else 0.0

    def reset(self) -> None:
        """Take the power-up settings: output off."""
        self.settings = Settings()
        self.output, self.sweep = False, None

    def reading_s(self, delay_s: float) -> float:
        """Return how long one source-delay-measure cycle takes; a negative delay is the automatic one."""
        delay_s = self._manner.auto_delay_s if delay_s < 0 else delay_s
        return delay_s + self.settings.nplc / self._manner.line_hz + self._manner.overhead_s

    def measure(self, t_s: float) -> Reading:
        """Take one reading at the present level, there one cycle after `t_s`."""
        settings = self.settings
        delay_s = -1.0 if settings.auto_delay else settings.delay_s
        interval_s = self.reading_s(delay_s)
        current_a = self._currents(np.array([settings.level_v]), interval_s, t_s)[0] if self.output else math.nan
        return self._reading(settings.level_v, float(current_a), t_s + interval_s)

    def start(self, level_v: Array, delay_s: float, t_s: float) -> None:
        """Start a sweep; it switches the output on."""
        interval_s = self.reading_s(delay_s)
        self.output = True
        self.sweep = Sweep(level_v, self._currents(level_v, interval_s, t_s), t_s, interval_s)

    def readings(self, first: int, last: int) -> list[Reading]:
        """Return readings `first` (from 0) up to `last` of the sweep under way."""
        sweep = self.sweep
        if sweep is None:
            return []
        return [
            self._reading(
                float(sweep.level_v[index]),
                float(sweep.current_a[index]),
                sweep.start_s + (index + 1) * sweep.interval_s,
            )
            for index in range(first, last)
        ]

    def end(self, t_s: float, *, aborted: bool) -> None:
        """Leave the sweep at the level reached."""
        sweep, self.sweep = self.sweep, None
        if sweep is not None:
            done = sweep.done(t_s)
            self.settings.level_v = float(sweep.level_v[max(0, done - 1)])
            self.output = aborted or not self._manner.output_off_after_sweep

    def _currents(self, level_v: Array, interval_s: float, t_s: float) -> Array:
        polarity = self._manner.polarity
        cell_v = polarity * level_v
        since_s, per_h = self._drift
        offset_v = self._electrode.reference_offset_v + per_h * (t_s - since_s) / 3600.0
        electrode = replace(self._electrode, reference_offset_v=offset_v)
        return polarity * self._twin.voltammogram(self._vessel, cell_v, interval_s, electrode, t_s)

    def _reading(self, level_v: float, current_a: float, t_s: float) -> Reading:
        """Make a reading of a true current: none with the output off, limited, or beyond a fixed range."""
        settings = self.settings
        if math.isnan(current_a):
            return Reading(level_v, NOT_A_NUMBER, t_s, limited=False)
        limited = abs(current_a) >= settings.limit_a
        read_a = math.copysign(min(abs(current_a), settings.limit_a), current_a)
        if not settings.sense_autorange and abs(read_a) > OVERRANGE * settings.sense_range_a:
            read_a = math.copysign(OVERFLOW_A, current_a)
        return Reading(level_v, read_a, t_s, limited)
