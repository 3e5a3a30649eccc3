"""What one stroke moved, as the ledger tells it."""

from dataclasses import dataclass

from autosynth.station.mixture import Mixture
from autosynth.station.plug import SNAP_ML

NOTHING = Mixture()


@dataclass(frozen=True, slots=True)
class Displacement:
    """What one plunger stroke moved at the vessel's end of its path.

    `volume_ml` is positive out of the syringe. `entered` is what came into `vessel`, gas included; `left` is what
    was taken from it. `shortfall_ml` is the part of the stroke for which there was no liquid but gas.
    """

    vessel: str
    volume_ml: float
    entered: Mixture
    left: Mixture
    shortfall_ml: float = 0.0


def reported(shortfall_ml: float) -> float:
    """Return a shortfall, none where it is rounding."""
    return shortfall_ml if shortfall_ml > SNAP_ML else 0.0
