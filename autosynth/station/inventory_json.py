"""An inventory as JSON and back, bit for bit.

Liquids are written once and referred to by number, so plugs that share one still do after reading and later
strokes give the same numbers as if nothing had been written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autosynth.errors import InputError, Problem
from autosynth.station.content import Content
from autosynth.station.doubt import Doubt
from autosynth.station.inventory import Inventory
from autosynth.station.model import Station
from autosynth.station.plug import PURE_GAS, Errors, Liquid, Plug
from autosynth.station.solids import Jar, Solids
from autosynth.station.tube import Column, Tube

SCHEMA = 1


class _Liquids:
    """The table of liquids while writing."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self.table: list[Liquid] = []

    def number(self, liquid: Liquid) -> int:
        if id(liquid) not in self._numbers:
            self._numbers[id(liquid)] = len(self.table)
            self.table.append(liquid)
        return self._numbers[id(liquid)]

    def plug(self, plug: Plug) -> list[Any]:
        return [self.number(plug.liquid), plug.volume_ml, plug.gain_ml, list(map(list, plug.errors.items()))]


def inventory_to_json(inventory: Inventory) -> dict[str, Any]:
    """Return the inventory as plain data."""
    liquids = _Liquids()
    vessels = {
        name: {
            "volumes": {part: list(numbers) for part, numbers in content.volumes.items()},
            "amounts": {part: list(numbers) for part, numbers in content.amounts.items()},
            "liquid": None if (known := content.known_liquid) is None else liquids.number(known),
            "cuts": [
                [liquids.number(liquid), list(map(list, errors.items()))] for liquid, errors in content.cuts.values()
            ],
        }
        for name, content in inventory.vessels.items()
    }
    lines = {
        name: {
            "volume_ml": tube.capacity_ml,
            "plugs": [liquids.plug(plug) for plug in tube.plugs],
            "film": liquids.plug(tube.film),
        }
        for name, tube in inventory.lines.items()
    }
    syringes = {name: [liquids.plug(plug) for plug in column.plugs] for name, column in inventory.syringes.items()}
    return {
        "schema": SCHEMA,
        "vessels": vessels,
        "lines": lines,
        "syringes": syringes,
        "positions": dict(inventory.positions),
        "strokes": inventory.strokes,
        "last_liquid": dict(inventory.last_liquid),
        "origins": dict(inventory.origins),
        "solids": inventory.solids.to_json(),
        "doubts": [list(map(inventory_to_json, doubt)) for doubt in inventory.doubts],
        "liquids": [
            {
                "volumes": {name: list(part) for name, part in liquid.volumes.items()},
                "amounts": {name: list(part) for name, part in liquid.amounts.items()},
            }
            for liquid in liquids.table
        ],
    }


def inventory_from_json(data: Mapping[str, Any], station: Station) -> Inventory:
    """Return the inventory that `inventory_to_json` wrote, on this station.

    What the station has gained since is as declared; what it has lost is forgotten when it was empty.

    Raises:
        InputError: the data are of another schema, or something that held liquid or solids, or a line of
            another volume, is no longer on the station.
    """
    _refuse_mismatch(data, station)
    table = [_liquid(entry) for entry in data["liquids"]]
    inventory = Inventory.full(station)
    for name, entry in data["vessels"].items():
        if name in inventory.vessels:
            inventory.vessels[name] = _content(entry, table)
    for name, entry in data["lines"].items():
        if name in inventory.lines:
            inventory.lines[name] = Tube(entry["volume_ml"], _plugs(entry["plugs"], table), _plug(entry["film"], table))
    for name, entry in data["syringes"].items():
        if name in inventory.syringes:
            inventory.syringes[name] = Column(_plugs(entry, table))
    inventory.last_liquid.update(data.get("last_liquid", {}))
    inventory.origins.update(data.get("origins", {}))
    solids = Solids.from_json(data.get("solids", {"jars": {}, "powders": {}}))
    inventory.solids.jars.update({name: jar for name, jar in solids.jars.items() if name in station.jars})
    inventory.solids.powders.update({n: mass for n, mass in solids.powders.items() if n in station.powders})
    for name, port in data["positions"].items():
        if name in inventory.positions:
            inventory.turn(name, port)
    inventory.strokes = data["strokes"]
    for least, most in data.get("doubts", ()):
        inventory.doubts.append(Doubt(inventory_from_json(least, station), inventory_from_json(most, station)))
    return inventory


def _refuse_mismatch(data: Mapping[str, Any], station: Station) -> None:
    if data.get("schema") != SCHEMA:
        raise InputError(Problem(f"the inventory has schema {data.get('schema')}, this version reads {SCHEMA}"))
    volumes = {line.name: line.volume_ml for line in station.lines}
    devices, problems = station.devices, list[Problem]()
    hint = "correct the ledger, or give the station what it had"
    for name, entry in data["vessels"].items():
        if name not in station.vessels and entry["volumes"]:
            problems.append(
                Problem(f"the ledger has liquid in vessel {name!r}, the station has no such vessel", hint=hint)
            )
    for name, jar in data.get("solids", {}).get("jars", {}).items():
        if name not in station.jars and Jar.from_json(jar).solid_mg > 0:
            problems.append(Problem(f"the ledger has solids in jar {name!r}, the station has no such jar", hint=hint))
    for name, entry in data["lines"].items():
        if name in volumes and volumes[name] != entry["volume_ml"]:
            problems.append(
                Problem(
                    f"line {name!r} had {entry['volume_ml']} mL in the ledger and has {volumes[name]} mL", hint=hint
                )
            )
    for name, entry in data["syringes"].items():
        if name not in devices and entry:
            problems.append(Problem(f"the ledger has liquid in pump {name!r}, the station has no such pump", hint=hint))
    if problems:
        raise InputError(*problems)


def _liquid(entry: Mapping[str, Mapping[str, Sequence[float]]]) -> Liquid:
    volumes, amounts = (
        {name: (part[0], part[1], part[2], part[3]) for name, part in entry[kind].items()}
        for kind in ("volumes", "amounts")
    )
    liquid = Liquid(volumes, amounts)
    return PURE_GAS if liquid == PURE_GAS else liquid


def _errors(entry: Sequence[Sequence[Any]]) -> Errors:
    return {int(stroke): float(ml) for stroke, ml in entry}


def _plug(entry: Sequence[Any], table: Sequence[Liquid]) -> Plug:
    number, volume_ml, gain_ml, errors = entry
    return Plug(table[int(number)], volume_ml, gain_ml, _errors(errors))


def _plugs(entries: Sequence[Sequence[Any]], table: Sequence[Liquid]) -> list[Plug]:
    return [_plug(entry, table) for entry in entries]


def _content(entry: Mapping[str, Any], table: Sequence[Liquid]) -> Content:
    content = Content()
    content.volumes = {name: list(part) for name, part in entry["volumes"].items()}
    content.amounts = {name: list(part) for name, part in entry["amounts"].items()}
    content.known_liquid = None if entry["liquid"] is None else table[entry["liquid"]]
    content.cuts = {id(table[number]): (table[number], _errors(errors)) for number, errors in entry["cuts"]}
    return content
