"""The JSON Schema of a station file, for editors that complete and check while one writes.

It describes the shape and how quantities are written; what entries are to each other (`autosynth.station.wiring`) and
a driver's own options are checked by the loader alone.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from autosynth.language.jsonschema import joined, model_schema
from autosynth.station import schema as entries
from autosynth.station import schemaplumbing
from autosynth.station.schemasolid import JarEntry, PowderEntry
from autosynth.wire.address import AddressKind

_NAMED: dict[str, type[BaseModel]] = {
    "devices": entries.DeviceEntry,
    "vessels": entries.VesselEntry,
    "racks": entries.RackEntry,
    "stocks": entries.StockEntry,
    "powders": PowderEntry,
    "waste": entries.WasteEntry,
    "gases": entries.GasEntry,
    "references": entries.ReferenceEntry,
    "limits": entries.LimitsEntry,
}
_INNER: dict[tuple[type[BaseModel], str], type[BaseModel]] = {
    (entries.DeviceEntry, "calibration"): entries.CalibrationEntry,
    (entries.VesselEntry, "safe"): entries.SafeEntry,
    (entries.VesselEntry, "jar"): JarEntry,
    (schemaplumbing.PlumbingEntry, "push"): schemaplumbing.PushEntry,
    (schemaplumbing.PlumbingEntry, "rinse"): schemaplumbing.RinseEntry,
}
_LINE: dict[str, Any] = {
    "baud": {"type": ["integer", "string"], "description": "Bits a second; the driver's if not given."},
    "framing": {
        "enum": ["8N1", "8N2", "8E1", "7E1", "7O1", 70, 80],
        "description": "Bits, parity, stop bits (7E1 without quotes is a number to YAML, and understood).",
    },
    "folder": {
        "type": "string",
        "description": "Where this computer sees what the instrument's software writes; alone when nothing else is.",
    },
    "pty": {"type": "boolean", "description": "A simulator's pseudo-terminal, on which parity does not work."},
    "bus": {"type": "string", "description": "Devices of one bus share its port and its lock."},
}
_TARGETS: dict[str, dict[str, Any]] = {
    "serial": {"description": "A port.", "examples": ["/dev/serial/by-id/..."]},
    "tcp": {"description": "A target.", "pattern": "^.+:[0-9]+$", "examples": ["host:port"]},
    "visa": {"description": "A resource.", "examples": ["TCPIP0::host::5025::SOCKET"]},
}


def station_schema(drivers: Iterable[str] = ()) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of station files; `drivers` are the names that `driver:` may have."""
    definitions: dict[str, Any] = {}
    whole = model_schema(entries.StationHeader, definitions)
    sections = model_schema(entries.StationSections, definitions)["properties"]
    for name, model in _NAMED.items():
        definitions[model.__name__] = _entry(model, definitions)
        sections[name]["additionalProperties"] = {"$ref": f"#/$defs/{model.__name__}"}
    plumbing = _entry(schemaplumbing.PlumbingEntry, definitions)
    plumbing["properties"]["lines"]["items"] = _entry(schemaplumbing.LineEntry, definitions)
    sections["plumbing"] = plumbing | {"description": sections["plumbing"]["description"]}
    death = _entry(entries.HostDeathEntry, definitions)
    sections["host_death_bound"] = death | {"description": sections["host_death_bound"]["description"]}
    _of_devices_and_vessels(definitions, sorted(drivers))
    whole["properties"] |= sections
    return joined(whole, definitions, "autosynth station")


def _entry(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an entry with those of the mappings in it."""
    schema = model_schema(model, definitions)
    for (owner, field), inner in _INNER.items():
        if owner is model:
            said = schema["properties"][field].get("description", "")
            schema["properties"][field] = _entry(inner, definitions) | {"title": field, "description": said}
    return schema


def _of_devices_and_vessels(definitions: dict[str, Any], drivers: list[str]) -> None:
    device = definitions["DeviceEntry"]["properties"]
    device["address"] |= _address()
    if drivers:
        device["driver"] |= {"enum": drivers}
    contents = definitions["VesselEntry"]["properties"]["contents"]
    said = contents.get("description", "")
    inner = _entry(entries.ContentsEntry, definitions)
    definitions["VesselEntry"]["properties"]["contents"] = {
        "title": "contents",
        "description": said,
        "anyOf": [{"const": "empty"}, inner],
    }


def _address() -> dict[str, Any]:
    """Return the schema of an address: one target, and how bytes travel there."""
    kinds = [kind.value for kind in AddressKind if kind is not AddressKind.MEMORY]
    targets = {kind: {"type": "string", "description": "A target.", **_TARGETS.get(kind, {})} for kind in kinds}
    return {
        "type": "object",
        "description": f"Where it answers: one of {', '.join(kinds)}; a folder beside a port, or alone.",
        "properties": {name: {"title": name, **part} for name, part in (targets | _LINE).items()},
        "anyOf": [{"required": [kind]} for kind in kinds],
        "additionalProperties": False,
    }
