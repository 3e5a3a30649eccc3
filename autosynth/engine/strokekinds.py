"""Kinds of strokes that are accounted for alike."""

from autosynth.contracts.stroke import (
    Acquire,
    HomePlunger,
    HomeSampler,
    MoveLift,
    MovePlunger,
    Shim,
    TurnTo,
)
from autosynth.contracts.stroke_solid import ClearCounter, Collect, StopMill, Weigh

STILL = Acquire | Shim | Collect | Weigh
"""They move nothing: no hold waits for their end."""
HOMING = HomePlunger | HomeSampler | ClearCounter | StopMill
"""They need no axis that knows its place."""
ON_THE_WAY = MovePlunger | TurnTo | MoveLift
"""They rest on where others stand: after a wait, in which hands may have been at the bench, all is looked at anew."""
