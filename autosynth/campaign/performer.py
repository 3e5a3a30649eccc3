"""Who makes the runs of a campaign: a simulated bench, anew for each, or the station itself.

Which runs, and when, others decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autosynth.campaign.vials import VialChange
from autosynth.engine.inputs import Inputs
from autosynth.engine.run import RunEnd
from autosynth.station.inventory import Inventory


@dataclass(frozen=True, slots=True)
class RunOrder:
    """One run to be made: of which row, under which id and seed, in a new folder below `runs`."""

    row: str
    run: str
    seed: int
    settings: Mapping[str, str]
    runs: Path
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Changed:
    """Who has changed vials, and how long that took in seconds."""

    who: str
    took_s: float


class Performer(Protocol):
    """Makes runs, one at a time."""

    @property
    def simulated(self) -> bool:
        """Say whether a bench dies with this process, so that a run cut off there cannot be recovered."""
        ...

    def inventory(self) -> Inventory:
        """Return what is where now."""
        ...

    def run_id(self, seed: int) -> str:
        """Return the id of a new run."""
        ...

    def perform(self, order: RunOrder) -> RunEnd:
        """Make a run and return how it came to rest.

        Raises:
            AutosynthError: it could not be begun; nothing was moved.
        """
        ...

    def recover(self, run_id: str, folder: Path) -> RunEnd | None:
        """Go on with a run whose process died, or return how it ended meanwhile; None when nothing had moved.

        Raises:
            AutosynthError: it cannot be gone on with now, and what is to be done first.
        """
        ...

    def change(self, change: VialChange, number: int) -> Changed | None:
        """Have vials changed, the `number`th time; None when nobody is there to ask. What is where takes it over."""
        ...
