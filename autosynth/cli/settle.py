"""`autosynth settle`: close a run that nobody will recover in its station's ledger, by a person's word.

The run's own journal is not touched. A run that was settled is never recovered: what is where is the ledger's to say
from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autosynth.cli.exits import Exit
from autosynth.cli.person import person
from autosynth.cli.recover import station_file
from autosynth.engine.abandoned import forget_valves, left_behind, open_strokes
from autosynth.engine.choices import named_choices
from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import utc_now
from autosynth.errors import InputError, JournalCorruptError, JournalError, Problem, StateError
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from autosynth.station.locks import locked_station, this_process


@dataclass(frozen=True, slots=True)
class SettleRequest:
    """The options of `settle`, as given."""

    run: str
    runs: Path
    reason: str
    settle: Sequence[str]
    station: Path | None
    from_ledger: bool


def settle_run(request: SettleRequest) -> int:
    """Close a run in its station's ledger and say what was taken over.

    Raises:
        InputError: there is no such run, or no reason.
        StateError: it is not open in the ledger, or a stroke of it needs a choice.
        LockedError: its process is alive, or another has its station.
        JournalError: its record or the ledger cannot be used; the message says what to do.
    """
    if not request.reason.strip():
        hint = "--reason 'pump replaced, cell weighed'"
        raise InputError(Problem("settling a run needs a reason", hint=hint, rule="ledger"))
    file = request.station or _station_of(RunFolder.find(request.run, request.runs))
    path, who = ledger_path(file), person()
    if not path.exists():
        raise StateError(f"{file} has no ledger: there is no run to settle")
    station = replace(load_station(file), path=file)
    with locked_station(station, this_process(f"settlement of {request.run}")), Ledger(path, utc_now) as ledger:
        run_id, folder = _open_run(ledger, file, request)
        if request.from_ledger:
            inventory, detail = ledger.load(station), dict[str, Any](basis="ledger")
            if inventory is None:
                raise StateError(f"{path} does not say what was where before run {run_id}")
            forget_valves(inventory)
        else:
            inventory, detail = _from_record(folder, request, who)
        ledger.settle(run_id, inventory, who, request.reason, detail)
    print(f"run {run_id} is settled; `autosynth ledger {file}` says what is where")
    return Exit.COMPLETE


def _station_of(folder: RunFolder) -> Path:
    try:
        return station_file(folder)
    except JournalError as error:
        raise JournalError(f"{error}. {_without(error, '--station STATION --from-ledger')}") from error


def _without(error: JournalError | InputError, options: str) -> str:
    """Return what to do about a record that cannot be read: one that is only out of reach is not given up."""
    how = f"settle it with {options}, then correct what it had moved"
    if isinstance(error, JournalCorruptError):
        return f"The run's record is damaged: {how}"
    return f"If the disk or its mount refuses, see to that first: the record says what was moved. If it is lost: {how}"


def _open_run(ledger: Ledger, file: Path, request: SettleRequest) -> tuple[str, RunFolder]:
    """Return the id and folder of the one open run that is meant, as the ledger knows them.

    Raises:
        StateError: it is not open; the message names what is, and the command for it.
    """
    try:
        found = RunFolder.find(request.run, request.runs)
    except InputError:
        found = None  # its folder is gone: the ledger knows it by its id, and where it lay
    places = {Path(request.run).resolve()} | ({found.path.resolve()} if found is not None else set())
    recorded = _id_on_record(found)
    still_open = ledger.open_runs()
    for run_id, lay in still_open.items():
        same = found is not None and (recorded == run_id or found.path.resolve() == Path(lay).resolve())
        meant = request.run == run_id or (request.run and request.run in Path(lay).name)
        if same or meant or Path(lay).resolve() in places:
            return run_id, found if found is not None and same else RunFolder(Path(lay))
    others = [f"`autosynth settle {run_id} --station {file}`" for run_id in still_open]
    raise StateError(f"{request.run} is not open in the station's ledger: open is {', '.join(others) or 'none'}")


def _id_on_record(folder: RunFolder | None) -> str:
    """Return a run's id as its record has it, whatever its folder is called; empty where it cannot be read."""
    if folder is None:
        return ""
    try:
        store = JournalStore.read(folder.journal, OsDisk())
    except JournalError:
        return ""
    try:
        return str(store.meta.get("run", ""))
    finally:
        store.abandon()


def _from_record(folder: RunFolder, request: SettleRequest, who: str) -> tuple[Inventory, dict[str, Any]]:
    """Return what the run's own record says is where, and what goes on record about it."""
    try:
        history = read_history(folder, load_station(folder.path / "station.yaml"), OsDisk())
    except (JournalError, InputError) as error:
        raise JournalError(f"{error}. {_without(error, '--from-ledger')}") from error
    choices = named_choices(" ".join(request.settle), open_strokes(history))
    inventory = left_behind(history, choices, who)
    return inventory, {"basis": "record", "state": history.state.value, "choices": choices}
