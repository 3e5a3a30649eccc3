"""Where everything came from: inputs as they were, instruments, calibrations, reasons given; whether it is whole."""

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from autosynth.errors import AutosynthError
from autosynth.recipe.load import parse_recipe
from autosynth.report.parts import Badge, Cell, Mono, Note, Part, Section, Table, Text
from autosynth.report.record import RunRecord
from autosynth.report.wording import quantity

INPUTS = ("recipe.yaml", "station.yaml", "library.yaml")
NAMED = 5
"""So many files that are missing or changed are named."""
LIBRARIES = ("autosynth", "numpy", "scipy", "matplotlib", "jinja2", "apsw", "pydantic", "transitions")


def provenance(record: RunRecord) -> Section:
    """Return the chain, files with their hashes, instruments, calibrations, settings, versions and the inputs' text."""
    parts: list[Part] = [_chain(record), _files(record), _devices(record)]
    if record.history is not None:
        parts.append(_calibrations(record))
    parts += _reasons(record)
    parts += _versions(record)
    return Section("provenance", "Provenance", parts)


def texts(record: RunRecord) -> list[Text]:
    """Return the inputs as they were."""
    found = ((name, record.text(name)) for name in _inputs(record))
    return [Text(name, text.splitlines()) for name, text in found if text is not None]


def _inputs(record: RunRecord) -> list[str]:
    """Return the names of the inputs, libraries of several techniques included."""
    more = sorted(path.name for path in record.folder.path.glob("library_*.yaml"))
    return [*INPUTS, *more]


def _chain(record: RunRecord) -> Table:
    verdict = Badge("damaged", "bad") if record.damage else Badge("verifies", "good")
    rows: list[tuple[Cell, ...]] = [
        ("chain of events", verdict),
        ("events", str(record.events)),
        ("head (SHA-256 of the last event)", Mono(record.head or "not known")),
        ("closed by its writer", "yes" if record.closed else "no: the run goes on, or its process died"),
    ]
    if record.damage:
        rows.append(("damage", record.damage))
    return Table(("journal", ""), rows)


def _files(record: RunRecord) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name in (*_inputs(record), "bench.json"):
        text = record.text(name)
        if text is not None:
            rows.append((name, Mono(hashlib.sha256(record.content(name)).hexdigest())))
    wrong: list[str] = []
    count = 0
    if record.history is not None:
        listed = [
            (str(file["file"]), str(file["sha256"]))
            for rounds in record.history.measurements.values()
            for each in rounds
            for file in (*_kept(each.get("files", ())), *each.get("fits", ()))
        ]
        count = len(listed)
        wrong = [file for file, digest in listed if _digest(record, file) != digest]
    told = f"{count} files, all as the journal says" if count else "none"
    if wrong:
        told = f"{len(wrong)} of {count} missing or changed: {', '.join(wrong[:NAMED])}"
    rows.append(("data and fits", Badge(told, "bad" if wrong else "good")))
    return Table(("file", "SHA-256"), rows)


def _kept(files: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the files of a measurement, of one that is a folder those in it that the record has a digest of."""
    for each in files:
        yield from (each,) if "sha256" in each else each.get("kept", ())


def _digest(record: RunRecord, file: str) -> str:
    try:
        return hashlib.sha256(record.content(file)).hexdigest()
    except (OSError, AutosynthError):
        return ""


def _devices(record: RunRecord) -> Table:
    devices = {} if record.history is None else record.history.station.devices
    drivers = record.opening.get("pumps", {})
    rows: list[tuple[Cell, ...]] = []
    for name in sorted({*devices, *record.identities, *drivers}):
        model, serial, firmware = (*record.identities.get(name, ()), "", "", "")[:3]
        spec = devices.get(name)
        driver = spec.driver if spec else str(drivers.get(name, {}).get("driver", ""))
        told = [str(each) or "not told" for each in (model, serial, firmware)]
        rows.append((name, driver, *told, "" if spec is None else spec.address.port))
    head = ("device", "driver", "model", "serial number", "firmware", "address in the station file")
    return Table(head, rows, "Instruments as they identified themselves")


def _calibrations(record: RunRecord) -> Table:
    station = record.known.station
    rows: list[tuple[Cell, ...]] = []
    for name, spec in station.devices.items():
        found = spec.calibration
        if spec.calibrated:
            gain = f"gain {found.gain:.5g} ± {100 * found.gain_rel_sd:.2g} %"
            stroke = f"{quantity(found.stroke_sd_ml, 'mL')} a stroke"
            rows.append((name, f"{gain}, {stroke}", found.date, str(found.replicates), found.method))
    for each in station.references:
        where = each.vessel or "every cell"
        rows.append((f"{each.scale} ({where})", quantity(each.offset_v, "V", each.offset_sd_v), "", "", "reference"))
    return Table(("device", "calibration", "date", "replicates", "method"), rows, "Calibrations and references")


def _reasons(record: RunRecord) -> list[Part]:
    rows: list[tuple[Cell, ...]] = [
        ("acknowledged", rule, reason) for rule, reason in sorted(record.opening.get("acknowledged", {}).items())
    ]
    parts: list[Part] = []
    try:
        recipe = parse_recipe(record.text("recipe.yaml") or "", "recipe.yaml")
        rows += [("overridden in the recipe", each.rule, each.reason) for each in recipe.overrides]
    except AutosynthError as error:
        parts.append(Note(f"recipe.yaml cannot be read again: {error}", "warn"))
    rows += [("set", name, str(value)) for name, value in sorted(record.opening.get("settings", {}).items())]
    rows += [("role", name, str(vessel)) for name, vessel in sorted(record.opening.get("roles", {}).items())]
    head = ("what", "name", "value or reason")
    return [Table(head, rows, "Settings, roles, acknowledgements"), *parts] if rows else parts


def _versions(record: RunRecord) -> list[Part]:
    now = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    then = {str(name): str(number) for name, number in record.opening.get("software", {}).items()}
    rows: list[tuple[Cell, ...]] = [
        (name, then.get(name, "not recorded"), now.get(name, "")) for name in {**then, **now}
    ]
    return [Table(("software", "during the run", "writing this page"), rows, "Versions")]
