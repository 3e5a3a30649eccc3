"""From the entries of a station file to frozen values, one section at a time, every mistake kept with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import Limits
from autosynth.errors import InputError, Mark, Problem
from autosynth.language.document import Document, Node
from autosynth.language.validation import Located, build, closest
from autosynth.station import schema, schemaplumbing
from autosynth.station.model import (
    Concentration,
    DeviceSpec,
    LineSpec,
    Push,
    Reference,
    Rinse,
    SafeState,
    VesselSpec,
)
from autosynth.units import Uncertain
from autosynth.wire.address import OPTIONS, Address, AddressKind, parse_address

E = TypeVar("E", bound=Located)
STATION_RULE = "station"
READ_AS_NUMBERS = {70.0: "7E1", 80.0: "8E1"}
"""YAML takes these framings for numbers in exponent notation."""


class Reader:
    """Builds the entries of one document and collects what is wrong with them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._written = dict(_mappings(document, document.data))
        self.problems: list[Problem] = []

    def entry(
        self, model: type[E], body: Mapping[str, Any], mark: Mark, source: dict[str, Any] | None = None
    ) -> E | None:
        """Return the entry, or None after noting what is wrong with it; `source` is what `body` is a part of."""
        if source is None:  # models copy mappings, and only those of the file know where their keys stand
            there = self._written.get(mark)
            source = there if there is not None and there.keys() == body.keys() else None
        found: list[Problem] = []
        built = build(model, self._document, body, mark, found, source)
        self.problems.extend(replace(p, rule=STATION_RULE) if p.rule == "recipe" else p for p in found)
        return built

    def section(self, model: type[E], section: schema.Section, owner: Located, key: str) -> dict[str, E]:
        """Return the entries of a section by name; what does not build is left out."""
        built = ((name, self.entry(model, body, owner.where(key, name))) for name, body in section.items())
        return {name: entry for name, entry in built if entry is not None}

    def note(self, message: str, mark: Mark, hint: str = "") -> None:
        """Add a problem."""
        self.problems.append(Problem(message, mark, hint, STATION_RULE))


def _mappings(document: Document, node: Node) -> Iterator[tuple[Mark, dict[str, Any]]]:
    """Yield every mapping inside a node of a document with the place where it begins."""
    if isinstance(node, (dict, list)):
        for key in node if isinstance(node, dict) else range(len(node)):
            inner = node[key]  # type: ignore[index]
            if isinstance(inner, dict):
                yield document.value_of(node, key), inner
            yield from _mappings(document, inner)


def read_device(reader: Reader, name: str, entry: schema.DeviceEntry) -> DeviceSpec | None:
    """Return a device; None when its address or calibration is wrong."""
    address = _address(reader, entry)
    calibration: PumpCalibration | None = PumpCalibration()
    if entry.calibration is not None:
        calibration = _calibration(reader, entry)
    if address is None or calibration is None:
        return None
    return DeviceSpec(
        name,
        entry.driver,
        address,
        entry.options,
        calibration,
        entry.calibration is not None,
        entry.serial_number,
        entry.firmware,
        entry.mark,
    )


def _address(reader: Reader, entry: schema.DeviceEntry) -> Address | None:
    written = dict(entry.address)
    known = {*OPTIONS, *AddressKind} - {AddressKind.MEMORY}
    unknown = [key for key in written if key not in known and key != AddressKind.MEMORY]
    for key in unknown:
        reader.note(f"{key!r} is no part of an address", entry.where("address", key), closest(key, known))
    if unknown:
        return None
    if isinstance(framing := written.get("framing"), float):
        written["framing"] = READ_AS_NUMBERS.get(framing, framing)
    try:
        parsed = parse_address(written)
    except InputError as error:
        for problem in error.problems:
            reader.note(problem.message, entry.where("address"), problem.hint)
        return None
    if parsed.kind is AddressKind.MEMORY:
        reader.note("a station file names real ports", entry.where("address"), "--sim opens them in memory by itself")
        return None
    return parsed


def _calibration(reader: Reader, entry: schema.DeviceEntry) -> PumpCalibration | None:
    read = reader.entry(schema.CalibrationEntry, entry.calibration or {}, entry.where("calibration"))
    if read is None:
        return None
    if not (0.5 < read.gain < 2.0 and read.gain_sd >= 0 and read.stroke_sd >= 0):
        hint = "gain between 0.5 and 2, uncertainties not negative"
        reader.note("the calibration is not one of a working pump", read.mark, hint)
        return None
    return PumpCalibration(read.gain, read.gain_sd, read.stroke_sd, read.date, read.replicates, read.method)


def read_vessel(reader: Reader, name: str, entry: schema.VesselEntry) -> VesselSpec | None:
    """Return a vessel; None when its safe state or contents are wrong."""
    safe = reader.entry(schema.SafeEntry, entry.safe, entry.where("safe"))
    contents = None
    if entry.contents is not None:
        contents = reader.entry(schema.ContentsEntry, entry.contents, entry.where("contents"))
    if safe is None or (entry.contents is not None and contents is None):
        return None
    vessel = VesselSpec(
        name,
        "vessel",
        entry.kind,
        entry.capacity,
        fill_min_ml=entry.fill.low if entry.fill else 0.0,
        fill_max_ml=entry.fill.high if entry.fill else None,
        rated_temperature_c=entry.rated_temperature,
        rated_pressure_kpa=entry.rated_pressure,
        material=entry.material,
        stirred_by=entry.stirred_by,
        heated_by=entry.heated_by,
        swept_by=entry.swept_by,
        guarded_by=entry.guarded_by,
        potentiostat=entry.potentiostat,
        safe=SafeState(safe.stir, safe.temperature, safe.sweep),
        mark=entry.mark,
    )
    if contents is None:
        return vessel
    held = _concentrations(contents.contains)
    return replace(vessel, volume_ml=contents.volume, solvent=contents.solvent, concentrations=held)


def _concentrations(contains: Mapping[str, Uncertain]) -> dict[str, Concentration]:
    return {species: Concentration(lot.value, lot.sd) for species, lot in contains.items()}


def stock_vessel(name: str, entry: schema.StockEntry) -> VesselSpec:
    """Return a stock bottle as a vessel."""
    return VesselSpec(
        name,
        "stock",
        "stock",
        entry.volume if entry.capacity is None else entry.capacity,
        material=entry.material,
        volume_ml=entry.volume,
        solvent=entry.solvent,
        concentrations=_concentrations(entry.contains),
        lot=entry.lot,
        expires=entry.expires or "",
        hazards=entry.hazards,
        use=entry.use,
        loaded_in=entry.loaded_in,
        mark=entry.mark,
    )


def waste_vessel(name: str, entry: schema.WasteEntry) -> VesselSpec:
    """Return a waste carboy as a vessel."""
    return VesselSpec(
        name, "waste", "waste", entry.capacity, material=entry.material, accepts=entry.accepts, mark=entry.mark
    )


def gas_vessel(name: str, entry: schema.GasEntry) -> VesselSpec:
    """Return a gas as a vessel that is never empty."""
    return VesselSpec(name, "gas", "gas", 0.0, mark=entry.mark)


def read_lines(reader: Reader, plumbing: schemaplumbing.PlumbingEntry) -> tuple[LineSpec, ...]:
    """Return the lines."""
    lines: list[LineSpec] = []
    for number, body in enumerate(plumbing.lines):
        entry = reader.entry(schemaplumbing.LineEntry, body, plumbing.where("lines", number))
        if entry is not None:
            lines.append(LineSpec(entry.name, entry.from_, entry.to, entry.volume, entry.filled, entry.mark))
    return tuple(lines)


def read_push(reader: Reader, plumbing: schemaplumbing.PlumbingEntry) -> Push:
    """Return the gas push; none of it when it is not written."""
    if plumbing.push is not None:
        entry = reader.entry(schemaplumbing.PushEntry, plumbing.push, plumbing.where("push"))
        if entry is not None:
            return Push(entry.with_, entry.excess)
    return Push("", 0.0)


def read_rinse(reader: Reader, plumbing: schemaplumbing.PlumbingEntry) -> Rinse | None:
    """Return the rinse between different liquids, or None."""
    if plumbing.rinse is None:
        return None
    entry = reader.entry(schemaplumbing.RinseEntry, plumbing.rinse, plumbing.where("rinse"))
    return None if entry is None else Rinse(entry.with_, entry.volume, entry.times)


def reference(scale: str, entry: schema.ReferenceEntry) -> Reference:
    """Return a reference scale."""
    return Reference(scale, entry.offset.value, entry.offset.sd, entry.in_ or "")


def limits(entry: schema.LimitsEntry) -> Limits:
    """Return the station's limits of one device."""
    return Limits(
        rate_max_ml_min=entry.rate_max,
        speed_max_rpm=entry.speed_max,
        temperature_min_c=entry.temperature_min,
        temperature_max_c=entry.temperature_max,
        potential_min_v=entry.potential_min,
        potential_max_v=entry.potential_max,
        current_max_a=entry.current_max,
    )
