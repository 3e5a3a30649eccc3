"""`autosynth recover`: continue a run whose process died, from its folder and the instruments alone.

Recipe, station and species library are the folder's copies and the inventory is the one the run began with, so the
plan is the one that was accepted. The station's own file is only locked, and its ledger settled when the run has
ended; that last step is made up for when the process died just before it.
"""

import asyncio
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from autosynth.cli.live import live_view
from autosynth.cli.run import EXITS, finish
from autosynth.clock import LoopClock, run_real
from autosynth.engine.beginning import elapsed_s
from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.engine.inputs import kept_inputs, utc_now, watermarks
from autosynth.engine.machine import RunState
from autosynth.engine.recovery import recover
from autosynth.engine.run import RunEnd, RunSetup
from autosynth.errors import StateError
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.ledgerentry import Entry
from autosynth.station.load import load_station
from autosynth.station.locks import locked_station, this_process


def recover_run(run: str, runs: Path, *, plain: bool, as_json: bool) -> int:
    """Recover a run and return its exit code.

    Raises:
        InputError: there is no such run, or its files no longer read.
        StateError: it has ended, was settled by a person, never began, or ran on a bench that died with its host.
        LockedError: its process is alive, or another has its station.
        JournalCorruptError: its record is damaged.
        NotConnectedError: the instruments do not answer; nothing was moved, try again.
    """
    began = time.perf_counter()
    found = recover_folder(RunFolder.find(run, runs), plain=plain, quiet=as_json)
    if found.was_over:
        return _already_ended(found)
    return finish(found.end, time.perf_counter() - began, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Recovered:
    """How a run came to rest; whether it had before, and then whether the station's ledger did not know it yet."""

    end: RunEnd
    was_over: bool = False
    settled: bool = False


def recover_folder(folder: RunFolder, *, plain: bool, quiet: bool, leave_when_held: bool = False) -> Recovered:
    """Recover the run of a folder; raises as `recover_run`."""
    station = load_station(folder.path / "station.yaml")
    history = read_history(folder, station, OsDisk())
    if history.meta.get("simulated") and not history.finished:
        msg = f"{folder.path.name} ran on a simulated bench in its own process, which died with it: run it again"
        raise StateError(msg)
    if not history.meta:
        msg = f"the process of {folder.path.name} died before anything was recorded or moved: run it again"
        raise StateError(msg)
    file = station_file(folder)
    with locked_station(replace(station, path=file), this_process(f"recovery of {folder.path.name}")):
        _refuse_other(file, history)
        history = read_history(folder, station, OsDisk())
        if history.finished:
            return Recovered(_over(folder, history), was_over=True, settled=_settle_ledger(file, history))
        inputs = kept_inputs(folder.path, station, history.meta)
        with live_view(plain=plain or quiet, quiet=quiet) as view:
            setup = RunSetup(
                plan=inputs.plan,
                library=inputs.library,
                inventory=inputs.inventory,
                runs=folder.path.parent,
                run_id=str(history.meta["run"]),
                virtual=False,
                watermarks=watermarks(),
                leave_when_held=leave_when_held,
                on_open=view,
            )
            end = run_real(_recover(setup, folder, history.t_s))
        if end.history.finished:
            _settle_ledger(file, end.history)
    return Recovered(end)


def _over(folder: RunFolder, history: History) -> RunEnd:
    """Return how a run ended whose process died after its last event."""
    store = JournalStore.read(folder.journal, OsDisk())
    try:
        _, head = store.tail()
    finally:
        store.abandon()
    return RunEnd(folder, history.state, history, head, history.t_s, 0, None)


async def _recover(setup: RunSetup, folder: RunFolder, last_s: float) -> RunEnd:
    """Continue with a clock that stands where the run is by now, and never before its last event."""
    loop = asyncio.get_running_loop()
    passed_s = elapsed_s(_meta(folder), utc_now(), last_s)
    return await recover(setup, folder, LoopClock(loop, loop.time() - passed_s), OsDisk())


def _already_ended(found: Recovered) -> int:
    """Tell of a run whose process died between its end and its closing in the ledger.

    Raises:
        StateError: there was nothing of that kind to do.
    """
    end = found.end
    what = f"{end.folder.path.name} is {end.state.value}"
    if not found.settled:
        msg = f"{what}: there is nothing to recover"
        raise StateError(msg)
    print(f"{what}; the station's ledger has taken it over")
    return EXITS[end.state]


def station_file(folder: RunFolder) -> Path:
    """Return where the station file of a run lay when it began."""
    return Path(_meta(folder)["station_file"])


def _meta(folder: RunFolder) -> Mapping[str, str]:
    store = JournalStore.read(folder.journal, OsDisk())
    try:
        return store.meta
    finally:
        store.abandon()


def _settle_ledger(station_file: Path, history: History) -> bool:
    """Close an ended run in the station's ledger; False when it is not open there, or there is none."""
    run = str(history.meta["run"])
    with _ledger(station_file) as ledger:
        if ledger is None or run not in ledger.open_runs():
            return False
        ledger.close_run(run, history.inventory, history.state.value)
        return True


def _refuse_other(station_file: Path, history: History) -> None:
    """Refuse a run that the station's ledger has gone on without: one that ended, was settled, or that it never knew.

    Raises:
        StateError: it is such a run.
    """
    run = str(history.meta["run"])
    with _ledger(station_file) as ledger:
        entries = () if ledger is None else [each for each in ledger.entries() if each.run == run]
    for each in entries:
        if each.kind == "settled":
            msg = f"{each.who} settled this run on {each.wall[:19]} ({each.why}): it cannot be recovered any more"
            raise StateError(msg)
        if each.kind == "closed" and not history.finished:
            raise StateError(_closed(each))
    if ledger is not None and not entries and not history.identities:
        msg = f"the process of run {run} died before it had the station, and nothing was moved: run it again"
        raise StateError(msg)


def _closed(entry: Entry) -> str:
    """Return why a run that the ledger has closed is not gone on with, though its folder knows of no end."""
    state, when = str(entry.detail.get("state", "ended")), entry.wall[:19]
    if state == RunState.IDLE:
        return f"this run could not begin on {when}, and nothing was moved: run it again"
    copy = "this folder is an older copy, and to go on with it would make strokes again"
    return f"this run ended on {when} as {state}: {copy}"


@contextmanager
def _ledger(station_file: Path) -> Generator[Ledger | None]:
    """Open the station's ledger, if it is still there."""
    path = ledger_path(station_file)
    if not path.exists():
        yield None
        return
    with Ledger(path, utc_now) as ledger:
        yield ledger
