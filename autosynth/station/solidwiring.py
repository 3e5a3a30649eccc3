"""What the entries for solids are to each other: mills, heads, guards and syringes that exist and can."""

from collections.abc import Iterator, Mapping

from autosynth.contracts.driver import DriverEntry
from autosynth.errors import Problem
from autosynth.language.validation import closest
from autosynth.station.model import Station


def solid_problems(station: Station, entries: Mapping[str, DriverEntry]) -> Iterator[Problem]:
    """Yield what does not fit together about jars, powders and syringes."""
    for name, jar in station.jars.items():
        served = (
            (jar.milled_by, ("mill",)),
            (jar.guarded_by, ("inputs", "sensor")),
            (jar.dosed_by, ("doser", "balance")),
        )
        for device, kinds in served:
            if device is not None:
                yield from _device(station, entries, name, device, kinds)
    for stock in station.vessels.values():
        if stock.loaded_in is not None:
            yield from _device(station, entries, stock.name, stock.loaded_in, ("infuser",))
    heads = [powder.head for powder in station.powders.values() if powder.head]
    for powder in station.powders.values():
        if powder.head and heads.count(powder.head) > 1:
            yield Problem(f"{powder.name}: two powders are in the head {powder.head}", powder.mark, rule="station")
        if powder.name in station.vessels or powder.name in station.devices:
            yield Problem(f"the name {powder.name!r} is used twice", powder.mark, "rename one of the two", "station")


def _device(
    station: Station, entries: Mapping[str, DriverEntry], owner: str, device: str, kinds: tuple[str, ...]
) -> Iterator[Problem]:
    mark = station.vessels[owner].mark
    if device not in station.devices:
        yield Problem(f"{owner}: there is no device {device!r}", mark, closest(device, station.devices), "station")
    elif device in entries and not set(kinds) & set(entries[device].kinds):
        yield Problem(f"{owner}: {device} is no {' or '.join(kinds)}", mark, rule="station")
