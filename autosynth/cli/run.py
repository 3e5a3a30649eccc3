"""`autosynth run`: inputs, checked plan, bench, run, summary."""

import sys
import time
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autosynth.cli.exits import Exit
from autosynth.cli.live import live_view
from autosynth.cli.options import pairs
from autosynth.cli.output import print_json
from autosynth.cli.problems import against, printable, render_problems
from autosynth.cli.summary import print_summary
from autosynth.clock import run_real, run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import Inputs, read_inputs, utc_now, watermarks
from autosynth.engine.machine import RunState
from autosynth.engine.operator import Nobody, Operator
from autosynth.engine.run import OpenRun, RunEnd, RunSetup, new_run_id, start
from autosynth.errors import InputError, JournalError, LockedError, Mark, Problem
from autosynth.report.summary import summarise
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.locks import locked_station, this_process
from autosynth.wire.bench import Bench

FASTEST = 1e6
EXITS = {RunState.COMPLETE: Exit.COMPLETE, RunState.STOPPED: Exit.STOPPED, RunState.ABORTED: Exit.STOPPED}


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The options of `run`, as given."""

    recipe: Path
    station: Path | None
    settings: Sequence[str]
    acknowledge: Sequence[str]
    runs: Path
    simulated: bool
    seed: int | None
    speed: str | None
    faults: Sequence[str]
    exit_when_held: bool
    plain: bool
    as_json: bool
    operator: Callable[[Bench], Operator] | None = None
    """Who answers on a simulated bench, given the bench; by default one who confirms and enters what is plausible."""
    library: Path | None = None
    """The species library instead of the one that the recipe names: a campaign's own copy."""


def run_recipe(request: RunRequest) -> int:
    """Run a recipe and return the exit code.

    Raises:
        InputError: the recipe, the station, an option or the plan; nothing was moved.
    """
    began = time.perf_counter()
    try:
        end = carry_out(request)
    except UnclosedError as error:
        code = finish(error.end, time.perf_counter() - began, as_json=request.as_json)
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return code
    return finish(end, time.perf_counter() - began, as_json=request.as_json)


class UnclosedError(JournalError):
    """A run has ended as `end` says, and the station's ledger could not take it over."""

    def __init__(self, message: str, end: RunEnd) -> None:
        super().__init__(message)
        self.end = end


def carry_out(request: RunRequest) -> RunEnd:
    """Run a recipe and return how it ended.

    Raises:
        InputError: the recipe, the station, an option or the plan; nothing was moved.
        UnclosedError: it has ended, and the station's ledger cannot be written.
    """
    speed = speed_of(request)
    inputs = _accepted(request)
    notes = [each for each in inputs.plan.problems if each not in inputs.plan.blocking]
    if notes and not request.as_json:
        print(render_problems(notes), file=sys.stderr)
    return run_simulated(request, inputs, speed) if request.simulated else run_real_station(request, inputs)


def finish(end: RunEnd, wall_s: float, *, as_json: bool) -> int:
    """Write the report, print the summary and return the exit code of a run that has come to rest."""
    summary: dict[str, Any] = {
        **summarise(end.history),
        "path": str(end.folder.path),
        "report": report_of(end.folder),
        "simulated_s": end.simulated_s,
        "wall_s": wall_s,
        "chain_head": end.head,
        "exchanges": end.exchanges,
    }
    if end.truth is not None:
        summary["unstruck"] = list(end.unstruck)
        summary["truth"] = end.truth
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)
    return EXITS.get(end.state, Exit.HELD)


def report_of(folder: RunFolder) -> str | None:
    """Write the report; a run is not undone because its page cannot be written, or what draws it not be loaded."""
    try:
        from autosynth.report.page import write_report

        return str(write_report(folder))
    except (ImportError, JournalError) as error:
        print(f"warning: {error}", file=sys.stderr)
        return None


def speed_of(request: RunRequest) -> float | None:
    """Return the factor of real time, None for virtual time.

    Raises:
        InputError: an option of simulated runs without --sim, or no speed.
    """
    if not request.simulated:
        given = {"--speed": request.speed, "--seed": request.seed, "--fault": next(iter(request.faults), None)}
        meant = [Mark(f"{name} {value}", 1, 1) for name, value in given.items() if value is not None]
        if meant:
            raise InputError(*(Problem("is for a simulated run only", mark, "add --sim", "option") for mark in meant))
        return 1.0
    if request.speed in (None, "max"):
        return None
    try:
        factor = float(str(request.speed))
    except ValueError:
        factor = 0.0
    if not 0 < factor <= FASTEST:
        hint = f"write --speed max, or how many times faster than real time, up to {FASTEST:g}"
        raise InputError(Problem("is not a speed", Mark(f"--speed {request.speed}", 1, 1), hint, "option"))
    return factor


def run_simulated(request: RunRequest, inputs: Inputs, speed: float | None) -> RunEnd:
    """Run a plan on a simulated bench in this process, in virtual time or `speed` times as fast as real time."""
    description = bench_description(inputs.plan.station, inputs.inventory)
    seed = request.seed or 0
    bench = open_simulated(description, seed, request.faults)
    virtual = speed is None
    return _execute(
        request,
        speed,
        lambda view: RunSetup(
            plan=inputs.plan,
            library=inputs.library,
            inventory=inputs.inventory,
            runs=request.runs,
            run_id=new_run_id(seed),
            seed=seed,
            bench=bench,
            operator=None if request.operator is None else request.operator(bench),
            description=description,
            texts=inputs.texts,
            when=utc_now(),
            virtual=virtual,
            leave_when_held=virtual or request.exit_when_held,
            on_open=view,
        ),
        run_virtual if speed is None else lambda main: run_real(main, speed),
    )


def _accepted(request: RunRequest) -> Inputs:
    """Read everything and return a plan that nothing blocks."""
    inputs = read_inputs(
        request.recipe,
        request.station,
        pairs("--set", request.settings),
        pairs("--acknowledge", request.acknowledge),
        request.library,
        today=None if request.simulated else utc_now().date(),
    )
    if request.station is None:
        print(against(inputs.plan.blocking, inputs.plan.station.path), end="", file=sys.stderr)
    inputs.plan.require_accepted()
    return inputs


def run_real_station(request: RunRequest, inputs: Inputs, run_id: str | None = None) -> RunEnd:
    """Run on the station itself: one process at a time, and the ledger is opened and closed around the run.

    Everything is read again once the station is ours: another run may have used it up meanwhile.

    Raises:
        LockedError: another process has the station, or a run on it has not been settled.
        InputError: the plan, read again; nothing was moved.
        UnclosedError: the run has ended, and the ledger cannot be written.
    """
    station = inputs.plan.station
    path = request.station or request.recipe.parent / "station.yaml"
    run_id = run_id or new_run_id(None)
    owner = this_process(f"run {run_id} of {request.recipe.name}")
    with locked_station(station, owner), Ledger(ledger_path(path), utc_now) as ledger:
        for left, folder in ledger.open_runs().items():
            raise LockedError(f"a run on {station.name} has not been settled: {_way_out(left, Path(folder), path)}")
        inputs = _accepted(request)
        if ledger.load(station) is None:
            ledger.opening_balance(inputs.inventory, "declared in the station file")
        with _unused(ledger, run_id, inputs.inventory) as stands:
            end = _execute(
                request,
                1.0,
                lambda view: RunSetup(
                    plan=inputs.plan,
                    library=inputs.library,
                    inventory=inputs.inventory,
                    runs=request.runs,
                    run_id=run_id,
                    description=bench_description(station, inputs.inventory),
                    texts=inputs.texts,
                    virtual=False,
                    watermarks=watermarks(),
                    operator=None if sys.stdin.isatty() else Nobody(),
                    leave_when_held=request.exit_when_held,
                    on_folder=lambda folder: ledger.open_run(run_id, folder.path),
                    on_open=_both(stands, view),
                ),
                run_real,
            )
        if end.history.finished:
            _close(ledger, run_id, end)
        return end


def _way_out(run_id: str, folder: Path, station_file: Path) -> str:
    """Return what can be done with a run that was left open."""
    if (folder / "journal.sqlite").exists():
        return f"recover it first, `autosynth recover {folder}`"
    how = f"`autosynth settle {run_id} --station {station_file} --from-ledger --reason TEXT`"
    return f"put its folder {folder} back and recover it, or, if it is lost, settle it, {how}"


def _close(ledger: Ledger, run_id: str, end: RunEnd) -> None:
    try:
        ledger.close_run(run_id, end.history.inventory, end.state.value)
    except JournalError as error:
        what = f"the run is {end.state.value}, and the station's ledger does not have it yet"
        how = f"see to the disk, then `autosynth recover {end.folder.path}` closes it"
        raise UnclosedError(f"{error}: {what}; {how}", end) from error


@contextmanager
def _unused(ledger: Ledger, run_id: str, inventory: Inventory) -> Generator[Callable[[], None]]:
    """Close a run in the ledger that fails before it stands: nothing was moved, and it must not block the next."""
    standing: list[bool] = []
    try:
        yield lambda: standing.append(True)
    except BaseException:
        if not standing and run_id in ledger.open_runs():
            ledger.close_run(run_id, inventory, RunState.IDLE.value)
        raise


View = Callable[[OpenRun], None]
Runner = Callable[[Coroutine[Any, Any, RunEnd]], RunEnd]


def _both(first: Callable[[], None], view: View) -> View:
    def on_open(run: OpenRun) -> None:
        first()
        view(run)

    return on_open


def _execute(request: RunRequest, speed: float | None, setup: Callable[[View], RunSetup], runner: Runner) -> RunEnd:
    with live_view(plain=request.plain, quiet=request.as_json, speed=speed) as view:
        return runner(start(setup(view)))
