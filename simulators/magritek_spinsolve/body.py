"""The magnet, its shims and the probe: line widths that drift, a sample that a sampler put in, decays of the twin.

Widths are those of the proton at half and at 0.55 percent of the height. All numbers are assumed and configurable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from simulators.magritek_spinsolve.protocols import Scanning
from simulators.twin.lines import NUCLEI
from simulators.twin.receiver import Receiver

Complex = npt.NDArray[np.complex128]
BASE_RATIO = 22.0
READING_REL = 0.02
FAILED_FACTOR = 8.0
REMAINING: Mapping[str, float] = {"CheckShim": 1.0, "QuickShim": 0.15, "PowerShim": 0.0}
"""What is left of the excess width after each method."""


class Surroundings(Protocol):
    """What the spectrometer asks of the twin."""

    def inserted(self, device: str, t_s: float) -> str | None:
        """Return the vessel a sampler had in the magnet at a time."""
        ...

    def fid(
        self,
        vessel: str | None,
        nucleus: str,
        receiver: Receiver,
        scans: int,
        repetition_s: float,
        pulse_deg: float,
        t_s: float,
    ) -> Complex:
        """Return the mean decay of a block of scans."""
        ...


@dataclass(frozen=True, slots=True)
class Make:
    """How the instrument is made.

    Attributes:
        b1_1h_mhz: Its proton frequency.
        sampler: The device that puts tubes into it; None has `vessel` in it for good.
        best_hz, first_hz: Proton line width after the best shim, and when the bench opens.
        drift_hz_h: How fast the line grows wider.
        ready_hz, ready_base_hz: The widest lines with which the system calls itself ready.
    """

    b1_1h_mhz: float
    sampler: str | None
    vessel: str | None
    best_hz: float
    first_hz: float
    drift_hz_h: float
    ready_hz: float
    ready_base_hz: float
    bandwidth_khz: float
    carrier_ppm: Mapping[str, float]
    dead_time_s: float
    sensitivity: float


@dataclass(frozen=True, slots=True)
class ShimReading:
    """What a shim procedure found."""

    width_hz: float
    base_hz: float
    ready: bool
    error: str = ""


class SpectrometerBody:
    """One magnet."""

    def __init__(self, make: Make, twin: Surroundings, rng: np.random.Generator) -> None:
        self.make = make
        self._twin = twin
        self._rng = rng
        self._width = (0.0, make.first_hz)
        self._drift_hz_h = make.drift_hz_h

    def drift(self, t_s: float, per_h: float) -> None:
        """Let the line grow so many hertz wider every hour from now on."""
        self._width, self._drift_hz_h = (t_s, self.width_hz(t_s)), per_h

    def width_hz(self, t_s: float) -> float:
        """Return the true proton line width."""
        since_s, width_hz = self._width
        return width_hz + self._drift_hz_h * (t_s - since_s) / 3600.0

    def shim(self, method: str, t_s: float, *, fails: bool) -> ShimReading:
        """Finish a shim procedure; one that fails leaves the field worse than it was."""
        width_hz = self.width_hz(t_s)
        if method != "CheckShim":
            excess_hz = max(width_hz - self.make.best_hz, 0.0) * REMAINING[method]
            width_hz = self.make.best_hz * FAILED_FACTOR if fails else self.make.best_hz + excess_hz
            self._width = (t_s, width_hz)
        seen_hz = width_hz * float(1.0 + self._rng.normal(0.0, READING_REL))
        base_hz = BASE_RATIO * width_hz * float(1.0 + self._rng.normal(0.0, READING_REL))
        ready = not fails and seen_hz <= self.make.ready_hz and base_hz <= self.make.ready_base_hz
        return ShimReading(seen_hz, base_hz, ready, "Shim failed" if fails else "")

    def sample(self, t_s: float) -> str | None:
        """Return the vessel in the magnet at a time."""
        make = self.make
        return make.vessel if make.sampler is None else self._twin.inserted(make.sampler, t_s)

    def receiver(self, scanning: Scanning, t_s: float) -> Receiver:
        """Return how a nucleus is received now."""
        ratio, points = NUCLEI[scanning.nucleus].ratio, scanning.points(self.make.bandwidth_khz)
        return Receiver(
            frequency_mhz=self.make.b1_1h_mhz * ratio,
            carrier_ppm=self.make.carrier_ppm[scanning.nucleus],
            points=points,
            dwell_s=scanning.acquisition_s / points,
            dead_time_s=self.make.dead_time_s,
            field_width_hz=self.width_hz(t_s) * ratio,
            sensitivity=self.make.sensitivity,
        )

    def decay(self, scanning: Scanning, t_s: float) -> tuple[Receiver, Complex]:
        """Return the mean decay of a whole block, from what is in the magnet in its middle, `t_s`."""
        receiver, sample = self.receiver(scanning, t_s), self.sample(t_s)
        decay = self._twin.fid(
            sample,
            scanning.nucleus,
            receiver,
            scanning.scans,
            scanning.repetition_s,
            scanning.pulse_deg,
            t_s,
        )
        return receiver, decay
