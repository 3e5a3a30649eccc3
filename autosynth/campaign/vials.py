"""Places of racks over a campaign: how many are free, and when a person has to put fresh vials in.

A rack with fewer free places than a run may need is changed as a whole before that run: all that has been used comes
out, empty ones go in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.plan.state import State, VesselBounds
from autosynth.plan.tree import Plan
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import Mixture
from autosynth.station.model import RackSpec, Station

RACK_RULE = "RACK"
"""The finding of a check that a rack may have no empty place left."""


@dataclass(frozen=True, slots=True)
class VialChange:
    """What a person does before a run: these places of a rack get empty vials, in about `likely_s` seconds."""

    rack: str
    places: tuple[str, ...]
    likely_s: float

    @property
    def prompt(self) -> str:
        """Return what is asked of them."""
        first, last = self.places[0], self.places[-1]
        several = f"the {len(self.places)} used vials of {self.rack} ({first} to {last})"
        one = f"the used vial of {self.rack} ({first})"
        which, new = (several, "empty ones") if len(self.places) > 1 else (one, "an empty one")
        return f"take {which} out, label and keep them, and put {new} in their places"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"rack": self.rack, "places": list(self.places), "likely_s": self.likely_s}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "VialChange":
        """Return what `to_json` made plain."""
        return cls(str(plain["rack"]), tuple(plain["places"]), float(plain["likely_s"]))


def racks_of(plan: Plan) -> tuple[RackSpec, ...]:
    """Return the racks that a plan's roles name."""
    racks = plan.station.racks
    return tuple(racks[name] for name in dict.fromkeys(plan.roles.values()) if name in racks)


def lacks_places(plan: Plan) -> bool:
    """Say whether a rack may run out of empty places in this plan."""
    return any(problem.rule == RACK_RULE for problem in plan.problems)


def changes_for(plan: Plan, used: Iterable[str], likely_s: float) -> tuple[VialChange, ...]:
    """Return the changes that give a plan fresh places: of each of its racks all places that are in use."""
    taken = set(used)
    found: list[VialChange] = []
    for rack in racks_of(plan):
        places = tuple(place for place in rack.vessels if place in taken)
        if places:
            found.append(VialChange(rack.name, places, likely_s))
    return tuple(found)


def used_places(inventory: Inventory, station: Station) -> tuple[str, ...]:
    """Return the places of all racks that hold something, as the engine looks at them."""
    return tuple(name for rack in station.racks.values() for name in rack.vessels if inventory.volume_ml(name) > 0)


def possibly_used(state: State, station: Station) -> tuple[str, ...]:
    """Return the places of all racks that may hold something, as a check looks at them."""
    vessels = state.vessels
    return tuple(name for rack in station.racks.values() for name in rack.vessels if vessels[name].volume_ml.high > 0)


def renewed(state: State, changes: Iterable[VialChange]) -> State:
    """Return the bounds with empty vials in the places of these changes."""
    after = state.copy()
    for change in changes:
        after.vessels |= dict.fromkeys(change.places, VesselBounds())
    return after


def renew(inventory: Inventory, change: VialChange) -> None:
    """Put empty vials into an inventory, as a person has done on the bench."""
    for place in change.places:
        inventory.set_content(place, Mixture())
