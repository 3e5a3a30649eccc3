"""Reads a station file: every mistake at once, each at its place, or a station that fits together.

A file whose entries are wrong in themselves is not checked for what they are to each other.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.document import Document
from autosynth.language.validation import closest
from autosynth.language.yaml import load_yaml, parse_yaml
from autosynth.station import reading, schema
from autosynth.station.drivers import FindDriver, driver_entry
from autosynth.station.model import HostDeathBound, Station, VesselSpec
from autosynth.station.racks import rack_lines, rack_vessels, read_rack
from autosynth.station.reading import Reader
from autosynth.station.schemaplumbing import PlumbingEntry
from autosynth.station.schemasolid import PowderEntry
from autosynth.station.solids import read_jar, read_powder
from autosynth.station.wiring import wiring_problems


def load_station(path: Path, find: FindDriver = driver_entry) -> Station:
    """Return the station in a file.

    Raises:
        InputError: the file cannot be read or is wrong; all problems found are inside.
    """
    return replace(_read(load_yaml(path), find), path=path)


def parse_station(text: str, file: str, find: FindDriver = driver_entry) -> Station:
    """Return the station that a text describes; `file` is its name in messages.

    Raises:
        InputError: the text is wrong; all problems found are inside.
    """
    return _read(parse_yaml(text, file), find)


def _read(document: Document, find: FindDriver) -> Station:
    reader = Reader(document)
    reader.problems.extend(document.problems)
    if not isinstance(document.data, dict):
        problem = Problem("a station file is a mapping", document.mark(), "begin with station: 1", "station")
        raise InputError(*reader.problems, problem)
    data = cast("dict[str, Any]", document.data)
    parts = schema.StationSections.model_fields.keys() - {"origin"}
    known = {*parts, *schema.StationHeader.model_fields} - {"origin"}
    for key in data.keys() - known:
        reader.note(f"{key!r} is not a key here", document.key_mark([key]), closest(key, known))
    top = {key: value for key, value in data.items() if key in known - parts}
    header = reader.entry(schema.StationHeader, top, document.mark(), data)
    body = {key: value for key, value in data.items() if key in parts}
    sections = reader.entry(schema.StationSections, body, document.mark(), data)
    station = None if sections is None else _station(reader, header, sections)
    if reader.problems or station is None:
        raise _sorted(reader.problems)
    problems = wiring_problems(station, find)
    if problems:
        raise _sorted(problems)
    return station


def _sorted(problems: list[Problem]) -> InputError:
    nowhere = Mark("", 0, 0)
    return InputError(*sorted(problems, key=lambda problem: problem.mark or nowhere))


def _station(reader: Reader, header: schema.StationHeader | None, file: schema.StationSections) -> Station | None:
    plumbing = reader.entry(PlumbingEntry, file.plumbing, file.where("plumbing")) or PlumbingEntry()
    death = reader.entry(schema.HostDeathEntry, file.host_death_bound, file.where("host_death_bound"))
    devices = (
        reading.read_device(reader, name, entry)
        for name, entry in reader.section(schema.DeviceEntry, file.devices, file, "devices").items()
    )
    references = reader.section(schema.ReferenceEntry, file.references, file, "references")
    limits = reader.section(schema.LimitsEntry, file.limits, file, "limits")
    found = {device.name: device for device in devices if device is not None}
    racks = reader.section(schema.RackEntry, file.racks, file, "racks")
    placed = {name: rack for name, entry in racks.items() if (rack := read_rack(reader, name, entry))}
    vessels = _vessels(reader, file, [each for n, rack in placed.items() for each in rack_vessels(rack, racks[n])])
    powders = reader.section(PowderEntry, file.powders, file, "powders")
    lines = reading.read_lines(reader, plumbing)
    push, rinse = reading.read_push(reader, plumbing), reading.read_rinse(reader, plumbing)
    if header is None or death is None:
        return None
    return Station(
        name=header.name,
        devices=found,
        vessels=vessels,
        lines=(*lines, *(drip for rack in placed.values() for drip in rack_lines(rack, push.gas))),
        racks=placed,
        powders={name: lot for name, entry in powders.items() if (lot := read_powder(reader, name, entry))},
        push=push,
        rinse=rinse,
        carry_over=plumbing.carry_over,
        references=tuple(reading.reference(scale, entry) for scale, entry in references.items()),
        roles=dict(file.roles),
        limits={name: reading.limits(entry) for name, entry in limits.items()},
        ambient_c=header.ambient,
        max_stroke_s=header.max_stroke,
        draw_rate_ml_min=header.draw_rate,
        dose_rel_sd_max=header.dose_uncertainty,
        host_death=HostDeathBound(death.volume, death.time),
        mark=file.mark,
    )


def _vessels(reader: Reader, file: schema.StationSections, places: list[VesselSpec]) -> dict[str, VesselSpec]:
    """Vessels, places of racks, stocks, wastes and gases share one space of names."""
    found: list[VesselSpec | None] = [
        _jarred(reader, entry, reading.read_vessel(reader, name, entry))
        for name, entry in reader.section(schema.VesselEntry, file.vessels, file, "vessels").items()
    ]
    stocks = reader.section(schema.StockEntry, file.stocks, file, "stocks")
    wastes = reader.section(schema.WasteEntry, file.waste, file, "waste")
    gases = reader.section(schema.GasEntry, file.gases, file, "gases")
    found += [reading.stock_vessel(name, entry) for name, entry in stocks.items()]
    found += [reading.waste_vessel(name, entry) for name, entry in wastes.items()]
    found += [reading.gas_vessel(name, entry) for name, entry in gases.items()]
    found += places
    vessels: dict[str, VesselSpec] = {}
    for vessel in found:
        if vessel is None:
            continue
        if vessel.name in vessels or vessel.name in file.devices:
            reader.note(f"the name {vessel.name!r} is used twice", vessel.mark or file.mark, "rename one of the two")
        vessels[vessel.name] = vessel
    return vessels


def _jarred(reader: Reader, entry: schema.VesselEntry, vessel: VesselSpec | None) -> VesselSpec | None:
    """Return a vessel with what mills in it."""
    if entry.jar is None or vessel is None:
        return vessel
    jar = read_jar(reader, entry.jar, entry.where("jar"))
    return None if jar is None else replace(vessel, jar=jar)
