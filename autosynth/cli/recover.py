"""`autosynth recover`: continue a run whose process died, from its folder alone."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

from autosynth.cli.live import live_view
from autosynth.cli.run import finish
from autosynth.clock import LoopClock, run_real
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import read_inputs, utc_now
from autosynth.engine.recovery import read_history, recover
from autosynth.engine.run import RunEnd, RunSetup
from autosynth.errors import StateError
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.locks import locked_station, this_process
from autosynth.station.model import Station


def recover_run(run: str, runs: Path, *, plain: bool, as_json: bool) -> int:
    """Recover a run and return its exit code.

    Raises:
        InputError: there is no such run, or its files no longer read.
        StateError: it has ended, or it ran on a bench that died with its host.
        LockedError: its process is alive.
        JournalCorruptError: its record is damaged.
    """
    folder = RunFolder.find(run, runs)
    began = time.perf_counter()
    inputs = read_inputs(
        folder.path / "recipe.yaml", folder.path / "station.yaml", library=folder.path / "library.yaml"
    )
    station = inputs.plan.station
    history = read_history(folder, station, OsDisk())
    if history.finished:
        msg = f"{folder.path.name} is {history.state.value}: there is nothing to recover"
        raise StateError(msg)
    if history.meta.get("simulated"):
        msg = f"{folder.path.name} ran on a simulated bench in its own process, which died with it: run it again"
        raise StateError(msg)
    settings, reasons = dict(history.meta["settings"]), dict(history.meta["acknowledged"])
    inputs = read_inputs(
        folder.path / "recipe.yaml", folder.path / "station.yaml", settings, reasons, folder.path / "library.yaml"
    )
    with locked_station(station, this_process(f"recovery of {folder.path.name}")):
        with live_view(plain=plain or as_json, quiet=as_json) as view:
            setup = RunSetup(
                plan=inputs.plan,
                library=inputs.library,
                inventory=inputs.inventory,
                runs=folder.path.parent,
                run_id=str(history.meta["run"]),
                virtual=False,
                leave_when_held=False,
                on_open=view,
            )
            end = run_real(_recover(setup, folder, history.t_s))
        _settle_ledger(station, history.meta, end)
    return finish(end, time.perf_counter() - began, as_json=as_json)


async def _recover(setup: RunSetup, folder: RunFolder, last_s: float) -> RunEnd:
    """Continue with a clock that stands where the wall clock says the run is, and never before its last event."""
    loop = asyncio.get_running_loop()
    store = JournalStore.read(folder.journal, OsDisk())
    try:
        started = datetime.fromisoformat(store.meta()["started"])
    finally:
        store.abandon()
    elapsed_s = max((datetime.now(UTC) - started).total_seconds(), last_s)
    clock = LoopClock(loop, loop.time() - elapsed_s)
    return await recover(setup, folder, clock, OsDisk())


def _settle_ledger(station: Station, meta: object, end: RunEnd) -> None:
    """Close the run in the station's ledger, where the station file still lies beside it."""
    origin = str(meta["station_file"]) if isinstance(meta, dict) else ""
    if end.history.finished and origin and Path(origin).exists():
        with Ledger(ledger_path(Path(origin)), utc_now) as ledger:
            if end.history.meta["run"] in ledger.open_runs():
                ledger.close_run(str(end.history.meta["run"]), end.history.inventory, end.state.value)
