"""`autosynth ledger`: what the station's ledger says, and what a person found instead.

A correction replaces what a vessel holds and never an entry: who made it, when and why stays on record.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.cli.person import person
from autosynth.cli.terminal import Terminal
from autosynth.engine.inputs import utc_now
from autosynth.errors import InputError, Problem
from autosynth.report.deeds import mass
from autosynth.report.summary import jar_content
from autosynth.station.found import found_content, fresh_content
from autosynth.station.foundsolid import declared_mg, solid_mg
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from autosynth.station.locks import locked_station, this_process
from autosynth.station.mixture import Mixture
from autosynth.station.model import Station
from autosynth.station.solids import Mass
from autosynth.units import UnitError, format_quantity, parse_quantity

SHOWN_ENTRIES = 8
OPENING = "declared in the station file"
ACTIONS = ("set", "refill")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says, as given: `set` or `refill`, of which vessel, how much, `of` which stock, and why."""

    action: str
    vessel: str
    volume: str
    of: str
    reason: str


def show_ledger(path: Path, *, as_json: bool) -> int:
    """Print what is where, which runs are open, and the last entries.

    Raises:
        InputError: the station file is wrong, or no longer has what the ledger says holds something.
        JournalError: the ledger cannot be read.
    """
    station = load_station(path)
    file = ledger_path(path)
    content: dict[str, Any] = {"station": station.name, "path": str(file), "open_runs": {}, "entries": []}
    inventory: Inventory | None = None
    if file.exists():
        with Ledger(file, utc_now) as ledger:
            inventory = ledger.load(station)
            content["open_runs"] = ledger.open_runs()
            content["entries"] = [asdict(entry) for entry in ledger.entries()]
    held = inventory or Inventory.full(station)
    content["vessels"] = _vessels(station, held)
    content["powders"] = _powders(station, held)
    if as_json:
        print_json(content)
    else:
        _print(content, begun=inventory is not None)
    return Exit.COMPLETE


def _vessels(station: Station, inventory: Inventory) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, spec in station.vessels.items():
        if spec.role != "gas":
            mixture = inventory.content(name)
            found[name] = {
                "role": spec.role,
                "volume_ml": mixture.liquid_ml,
                "sd_ml": mixture.liquid_sd_ml,
                "capacity_ml": spec.capacity_ml,
                "amounts_mol": {key: value for key, value in mixture.amounts_mol.items() if value > 0},
            }
            if name in inventory.origins:
                found[name] |= {"identity": spec.identity, "sample_of": inventory.origins[name]}
            if name in inventory.solids.jars:
                found[name] |= jar_content(inventory.solids.jars[name])
    return found


def _powders(station: Station, inventory: Inventory) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, spec in station.powders.items():
        left = inventory.solids.powders.get(name, Mass())
        found[name] = {"lot": spec.lot, "expires": spec.expires, "mass_mg": left.mg, "sd_mg": left.sd_mg}
    return found


def _print(content: dict[str, Any], *, begun: bool) -> None:
    out = Terminal()
    table = Table("vessel", "role", "volume", "contents", box=None, pad_edge=False)
    for name, each in content["vessels"].items():
        held = ", ".join(f"{species} {format_quantity(mol, 'amount')}" for species, mol in each["amounts_mol"].items())
        volume = format_quantity(each["volume_ml"], "volume", each["sd_ml"])
        if "lid" in each:
            state = f"{each['lid']}, at {each['at']}"
            solid = [f"{mass(each['solid_mg'], each['solid_sd_mg'])} solid"] if each["solid_mg"] > 0 else []
            held = ", ".join([state, *solid, *([held] if held else [])])
        table.add_row(escape(name), "jar" if "lid" in each else each["role"], volume, escape(held))
    out.print(table)
    if content["powders"]:
        powders = Table("powder", "lot", "expires", "mass", box=None, pad_edge=False)
        for name, each in content["powders"].items():
            powders.add_row(escape(name), each["lot"], each["expires"], mass(each["mass_mg"], each["sd_mg"]))
        out.print(powders)
    if not begun:
        out.print("nothing is on record yet: this is what the station file declares")
    for run, folder in content["open_runs"].items():
        out.print(f"open: run {run} ({escape(folder)}): `autosynth recover` it, or `autosynth settle` it")
    for entry in content["entries"][-SHOWN_ENTRIES:]:
        words = [f"{entry['seq']}", entry["wall"][:19], entry["kind"], entry["run"], entry["who"], entry["why"]]
        out.print(escape(" ".join(filter(None, [*words, str(entry["detail"].get("vessel", ""))]))), soft_wrap=True)


def correct_ledger(path: Path, asked: Correction) -> int:
    """Note what a person found in a vessel, or filled into it.

    Raises:
        InputError: the station, vessel, stock or volume is wrong, or there is no reason.
        LockedError: a live process has the station, or a run was left open.
        JournalError: the ledger cannot be written.
    """
    if asked.action not in ACTIONS:
        message = f"{asked.action!r} is no way to correct a ledger"
        raise InputError(Problem(message, hint=f"write {' or '.join(ACTIONS)}", rule="ledger"))
    station = load_station(path)
    if asked.vessel in station.powders or (asked.vessel in station.jars and _is_mass(asked.volume)):
        return _correct_solid(path, station, asked)
    if asked.action == "set":
        volume_ml = _volume_ml(asked.volume)
        return _correct(path, asked, lambda bench, held: found_content(bench, held, asked.vessel, volume_ml, asked.of))
    if asked.of:
        raise InputError(Problem("a refill is of what the station file declares", hint="leave --of out", rule="ledger"))
    filled_ml = _volume_ml(asked.volume) if asked.volume else None
    return _correct(path, asked, lambda bench, held: fresh_content(bench, asked.vessel, filled_ml))


def _correct_solid(path: Path, station: Station, asked: Correction) -> int:
    """Note the mass of a powder, or of what is in a jar."""
    if asked.of:
        raise InputError(Problem(f"{asked.vessel} holds what it holds", hint="leave --of out", rule="ledger"))
    _reasoned(asked)
    if asked.action == "refill" and not asked.volume:
        mass_mg = declared_mg(station, asked.vessel)
    else:
        mass_mg = 1e3 * _parsed("MASS", asked.volume, "mass")
    with _open(path) as (bench, ledger, inventory):
        before_mg = solid_mg(inventory, asked.vessel)
        ledger.correct_solid(bench, asked.vessel, mass_mg, person(), asked.reason)
    print(f"{asked.vessel}: {mass(before_mg)} -> {mass(mass_mg)}")
    return Exit.COMPLETE


def _is_mass(text: str) -> bool:
    """Tell whether a person has written a mass; what is neither mass nor volume is told as a volume."""
    try:
        return parse_quantity(text).dimension == "mass"
    except UnitError:
        return False


def _reasoned(asked: Correction) -> None:
    if not asked.reason.strip():
        raise InputError(Problem("a correction needs a reason", hint="--reason 'bottle refilled'", rule="ledger"))


def _correct(path: Path, asked: Correction, found: Callable[[Station, Inventory], Mixture]) -> int:
    vessel = asked.vessel
    _reasoned(asked)
    with _open(path) as (station, ledger, inventory):
        mixture = found(station, inventory)
        before_ml = inventory.volume_ml(vessel)
        ledger.correct(station, vessel, mixture, person(), asked.reason)
    texts = [format_quantity(each_ml, "volume") for each_ml in (before_ml, mixture.liquid_ml)]
    print(f"{vessel}: {texts[0]} -> {texts[1]}")
    return Exit.COMPLETE


@contextmanager
def _open(path: Path) -> Generator[tuple[Station, Ledger, Inventory]]:
    """Give a station, its ledger and what is where, with nobody else on the station; begins a ledger if need be."""
    station = replace(load_station(path), path=path)
    with locked_station(station, this_process("ledger")), Ledger(ledger_path(path), utc_now) as ledger:
        inventory = ledger.load(station)
        if inventory is None:
            inventory = Inventory.full(station)
            ledger.opening_balance(inventory, OPENING)
        yield station, ledger, inventory


def _volume_ml(text: str) -> float:
    return _parsed("VOLUME", text, "volume")


def _parsed(name: str, text: str, dimension: str) -> float:
    try:
        return parse_quantity(text, dimension).value
    except UnitError as error:
        raise InputError(Problem(f"{name} {text!r}: {error.message}", hint=error.hint, rule="units")) from error
