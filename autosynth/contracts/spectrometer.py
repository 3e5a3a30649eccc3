"""Instruments whose own software measures what a person has put in, and writes a file into a folder.

Nothing is commanded: the file is waited for, under a name that was agreed before, until it is whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from autosynth.contracts.device import Device, Outcome

TECHNIQUES = ("infrared", "diffraction", "uv_vis", "sorption", "composition", "mass")


@dataclass(frozen=True, slots=True)
class Exposure:
    """One measurement: its technique, the name that its file bears, and how long it is waited for."""

    technique: str
    name: str
    wait_s: float


class Spectrometer(Device, Protocol):
    """A file-drop instrument; state key `folder_seen` (its folder can be looked into)."""

    techniques: tuple[str, ...]

    async def collect(self, exposure: Exposure) -> Outcome:
        """Wait for the measurement's file and return when it is whole: of a size that no longer changes.

        Raises:
            DeviceBusyError: no file of that name has come in `wait_s`, or it still grows.
            NotConnectedError: the folder cannot be looked into.
        """
        ...

    async def data(self, name: str) -> Mapping[str, bytes]:
        """Return a collected measurement's files exactly as the instrument wrote them.

        Raises:
            GarbledReplyError: a file is empty, truncated or of another kind than the instrument writes; it is named.
        """
        ...
