"""`autosynth simulate`: a station's simulated bench as its own process, with a station file ready to run on.

The station and its ledger are read, never written; what is where at the start is copied into a ledger of the ready
station's own. An existing file is overwritten only when an earlier `simulate` wrote it.
"""

import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from autosynth.cli.exits import Exit
from autosynth.engine.inputs import ledger_inventory, read_text, utc_now
from autosynth.errors import InputError, Problem
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station, parse_station
from autosynth.station.locks import locked_file, this_process
from autosynth.station.model import Station
from autosynth.station.readdress import readdressed
from autosynth.wire.bench import ServeBench

WRITTEN = "# A simulated bench, served by `autosynth simulate`: addresses change with every start.\n"


def serve_bench(station: Path, seed: int, speed: float, faults: Sequence[str], out: Path | None) -> int:
    """Serve the bench of a station until a signal ends it, and return 0.

    Raises:
        InputError: the station, a fault or the speed is wrong, or `out` is a file of somebody else's.
        LockedError: a live process has the station of `out`.
        JournalError: the station's ledger cannot be read.
    """
    described = load_station(station)
    inventory = ledger_inventory(described, station)
    text = read_text(station)
    _refuse_to_overwrite(out)
    owner = this_process("simulate")
    if out is not None:
        with locked_file(out, owner):  # refused before anything is served
            pass
    with _folder() as folder:
        ready = out or folder / "station.yaml"

        def announce(targets: Mapping[str, str], query: str) -> None:
            for address, target in targets.items():
                print(f"{', '.join(_devices(described, address))} {target}")
            with locked_file(ready, owner):
                _write_ready(ready, text, described, inventory, targets, folder)
            print(f"truth {query.replace('tcp:', 'tcp://')}")
            print(f"station {ready}")
            print("ready", flush=True)

        try:
            _server()(bench_description(described, inventory), seed, faults, speed, str(folder), announce)
        except ValueError as error:
            raise InputError(Problem(str(error), rule="simulate")) from error
    return Exit.COMPLETE


@contextmanager
def _folder() -> Generator[Path]:
    """A folder for the names of serial ports and for what instruments write, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="autosynth-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server() -> ServeBench:
    found = importlib.metadata.entry_points(group="autosynth.bench", name="serve")
    if not found:
        raise InputError(Problem("no bench server is installed", hint="install the autosynth distribution whole"))
    server: ServeBench = next(iter(found)).load()
    return server


def _devices(station: Station, address: str) -> list[str]:
    return [name for name, spec in station.devices.items() if spec.bench_address == address]


def _refuse_to_overwrite(out: Path | None) -> None:
    if out is not None and out.exists() and not read_text(out).startswith(WRITTEN):
        hint = "name another file; only what `simulate` wrote itself is overwritten"
        raise InputError(Problem(f"{out} exists and was not written by simulate", hint=hint, rule="simulate"))


def _write_ready(
    ready: Path, text: str, station: Station, inventory: Inventory, targets: Mapping[str, str], folder: Path
) -> None:
    addresses = {
        name: _address(station, name, targets[spec.bench_address], folder) for name, spec in station.devices.items()
    }
    for name, spec in station.devices.items():
        if spec.address.folder:  # there before the first file, as an instrument's own folder is
            (folder / "files" / name).mkdir(parents=True, exist_ok=True)
    content = WRITTEN + readdressed(text, addresses)
    parse_station(content, str(ready))
    ready.write_text(content, encoding="utf-8")
    ledger_path(ready).unlink(missing_ok=True)  # an earlier bench's, which is gone
    with Ledger(ledger_path(ready), utc_now) as ledger:
        ledger.opening_balance(inventory, f"simulated bench of {station.name}")


def _address(station: Station, device: str, target: str, folder: Path) -> str:
    """Return a device's new address as the flow mapping a station file wants."""
    spec = station.devices[device].address
    kind, _, where = target.partition(":")
    files = json.dumps(str(folder / "files" / device))
    if kind == "folder":
        return f"{{folder: {files}}}"
    line = f", folder: {files}" if spec.folder else ""
    if kind == "serial":
        line += f", baud: {spec.baud}" if spec.baud else ""
        line += f", framing: {spec.framing}" if spec.framing else ""
        return f"{{serial: {json.dumps(where)}{line}, pty: true}}"
    if spec.kind == "visa":
        host, _, number = where.rpartition(":")
        return f'{{visa: "TCPIP0::{host}::{number}::SOCKET"{line}}}'
    return f"{{tcp: {json.dumps(where)}{line}}}"
