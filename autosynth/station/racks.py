"""Racks as vessels and lines: each place is a vessel that the sampler's needle drips into, through no tube."""

from collections.abc import Callable, Container

from autosynth.station import schema
from autosynth.station.model import LineSpec, RackSpec, VesselSpec
from autosynth.station.reading import Reader


def read_rack(reader: Reader, name: str, entry: schema.RackEntry) -> RackSpec | None:
    """Return a rack; None when its identities are not one for each place, or one is there twice."""
    if entry.identities and len(entry.identities) != entry.places:
        told = f"{len(entry.identities)} identities for {entry.places} places"
        reader.note(told, entry.where("identities"), "name each tube once, in order")
        return None
    if len(set(entry.identities)) != len(entry.identities):
        reader.note("two tubes bear the same name", entry.where("identities"), "name each tube once, in order")
        return None
    places = tuple(place_name(name, position) for position in range(1, entry.places + 1))
    return RackSpec(name, entry.kind, entry.sampler, entry.spectrometer, places, entry.mark)


def rack_vessels(rack: RackSpec, entry: schema.RackEntry) -> list[VesselSpec]:
    """Return the places of a rack as vessels, empty when fresh."""
    return [
        VesselSpec(
            vessel,
            "vessel",
            entry.kind,
            entry.capacity,
            fill_min_ml=entry.fill.low if entry.fill else 0.0,
            fill_max_ml=entry.fill.high if entry.fill else None,
            material=entry.material,
            spectrometer=entry.spectrometer,
            sampler=entry.sampler,
            rack=rack.name,
            position=position,
            identity=entry.identities[position - 1] if entry.identities else vessel,
            mark=entry.mark,
        )
        for position, vessel in enumerate(rack.vessels, start=1)
    ]


def rack_lines(rack: RackSpec, gas: str) -> list[LineSpec]:
    """Return the way from the sampler's needle into each place: a drop's fall, no tube."""
    return [
        LineSpec(f"{vessel}_drip", f"{rack.sampler}:{position}", vessel, 0.0, gas, rack.mark)
        for position, vessel in enumerate(rack.vessels, start=1)
    ]


def next_place(rack: RackSpec, taken: Container[str], used: Callable[[str], bool]) -> str | None:
    """Return the next place of a rack that nobody has taken and nothing is in, by position; None when there is none.

    Plan, engine and campaign all ask here; what `used` looks at is theirs: the ledger, or what may be in a place.
    """
    return next((place for place in rack.vessels if place not in taken and not used(place)), None)


def place_name(rack: str, position: int) -> str:
    """Return the name of the vessel at a position of a rack."""
    return f"{rack}_{position}"
