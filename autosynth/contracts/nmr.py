"""Nuclear magnetic resonance: one block of scans a stroke, in a folder of its own; shims are looked at and made.

A benchtop spectrometer gives no partial free induction decay, so whoever wants to stop early asks for blocks. The
folder's name is chosen by who asks and never used twice: what became of a block can be seen by looking into it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from autosynth.contracts.device import Device, Outcome
from autosynth.errors import ArgumentError

LARGEST_PULSE_DEG = 90.0


class ShimMethod(StrEnum):
    """How much is done about the field: looked at, touched up, or made anew."""

    CHECK = "check"
    QUICK = "quick"
    POWER = "power"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """A block of scans of one nucleus ("31P"): repetition and acquisition times, pulse angle, and where it goes.

    `folder` is below the spectrometer's data folder; `sample` is written into the data.
    """

    nucleus: str
    scans: int
    repetition_s: float
    acquisition_s: float
    pulse_deg: float
    folder: str
    sample: str
    solvent: str = ""

    @property
    def duration_s(self) -> float:
        """Return the time of all scans, in seconds."""
        return self.scans * self.repetition_s


class Nmr(Device, Protocol):
    """A spectrometer; state keys `ready`, `running` (folder or ""), `shim_ready`, `line_width_hz`, `base_width_hz`."""

    nuclei: tuple[str, ...]
    scans_max: int
    line_width_max_hz: float
    """The widest line with which the instrument, by the station, may be used for quantitative work."""

    async def acquire(self, acquisition: Acquisition) -> Outcome:
        """Measure one block; returns when all its files are complete in the folder."""
        ...

    async def shim(self, method: ShimMethod) -> Outcome:
        """Look at, touch up or make the shim; returns with the widths in the state, whatever they are."""
        ...

    async def data(self, folder: str) -> Mapping[str, bytes]:
        """Return a finished block's files exactly as the instrument wrote them.

        Raises:
            GarbledReplyError: a file that belongs to a block is missing or truncated.
        """
        ...


def check_acquisition(acquisition: Acquisition, spectrometer: Nmr) -> None:
    """Refuse a block that a spectrometer cannot do, or that is none.

    Raises:
        ArgumentError: nucleus, number of scans, times or pulse are outside what it can do, or the folder has no name.
    """
    device, asked = spectrometer.name, acquisition
    if asked.nucleus not in spectrometer.nuclei:
        raise ArgumentError(f"{asked.nucleus} is not one of its nuclei, {', '.join(spectrometer.nuclei)}", device)
    if not 1 <= asked.scans <= spectrometer.scans_max:
        raise ArgumentError(f"{asked.scans} scans are outside 1 to {spectrometer.scans_max}", device)
    if not 0 < asked.acquisition_s <= asked.repetition_s:
        message = f"an acquisition of {asked.acquisition_s:g} s does not fit into {asked.repetition_s:g} s"
        raise ArgumentError(message, device)
    if not 0 < asked.pulse_deg <= LARGEST_PULSE_DEG:
        raise ArgumentError(f"a pulse of {asked.pulse_deg:g} degrees is outside 0 to {LARGEST_PULSE_DEG:g}", device)
    if not asked.folder:
        raise ArgumentError("a block needs a folder of its own", device)
