"""`autosynth run`: inputs, checked plan, bench, run, summary."""

import json
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autosynth.cli.exits import Exit, render_problems
from autosynth.cli.live import live_view
from autosynth.cli.options import pairs
from autosynth.cli.summary import print_summary
from autosynth.clock import run_real, run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.inputs import Inputs, read_inputs, utc_now
from autosynth.engine.machine import RunState
from autosynth.engine.run import OpenRun, RunEnd, RunSetup, new_run_id, start
from autosynth.errors import InputError, Problem
from autosynth.report.page import write_report
from autosynth.report.summary import summarise
from autosynth.station.bench import bench_description
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.locks import locked_station, this_process

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
    seed: int
    speed: str
    faults: Sequence[str]
    exit_when_held: bool
    plain: bool
    as_json: bool


def run_recipe(request: RunRequest) -> int:
    """Run a recipe and return the exit code.

    Raises:
        InputError: the recipe, the station, an option or the plan; nothing was moved.
    """
    speed = _speed(request)
    inputs = read_inputs(
        request.recipe, request.station, pairs("--set", request.settings), pairs("--acknowledge", request.acknowledge)
    )
    notes = [each for each in inputs.plan.problems if each not in inputs.plan.blocking]
    inputs.plan.require_accepted()
    if notes and not request.as_json:
        print(render_problems(notes), file=sys.stderr)
    began = time.perf_counter()
    end = _simulated(request, inputs, speed) if request.simulated else _real(request, inputs)
    return finish(end, time.perf_counter() - began, as_json=request.as_json)


def finish(end: RunEnd, wall_s: float, *, as_json: bool) -> int:
    """Write the report, print the summary and return the exit code of a run that has come to rest."""
    report = write_report(end.folder)
    summary: dict[str, Any] = {
        **summarise(end.history),
        "path": str(end.folder.path),
        "report": str(report),
        "simulated_s": end.simulated_s,
        "wall_s": wall_s,
        "chain_head": end.head,
        "exchanges": end.exchanges,
    }
    if end.truth is not None:
        summary["truth"] = end.truth
    if as_json:
        print(json.dumps(summary, default=str))
    else:
        print_summary(summary)
    return EXITS.get(end.state, Exit.HELD)


def _speed(request: RunRequest) -> float | None:
    """Return the factor of real time, None for virtual time."""
    if request.faults and not request.simulated:
        raise InputError(Problem("--fault needs --sim: faults are injected into simulated instruments only"))
    if request.speed == "max":
        return None
    try:
        factor = float(request.speed)
    except ValueError:
        factor = 0.0
    if not request.simulated or not 0 < factor <= 1e6:
        hint = "write --sim --speed max, or --sim --speed 10"
        raise InputError(Problem(f"--speed {request.speed} is not a speed of a simulated run", hint=hint))
    return factor


def _simulated(request: RunRequest, inputs: Inputs, speed: float | None) -> RunEnd:
    description = bench_description(inputs.plan.station, inputs.inventory)
    bench = open_simulated(description, request.seed, request.faults)
    virtual = speed is None
    return _execute(
        request,
        lambda view: RunSetup(
            plan=inputs.plan,
            library=inputs.library,
            inventory=inputs.inventory,
            runs=request.runs,
            run_id=new_run_id(request.seed),
            seed=request.seed,
            bench=bench,
            description=description,
            texts=inputs.texts,
            virtual=virtual,
            leave_when_held=virtual or request.exit_when_held,
            on_open=view,
        ),
        run_virtual if speed is None else lambda main: run_real(main, speed),
    )


def _real(request: RunRequest, inputs: Inputs) -> RunEnd:
    """Run on the station itself: one process at a time, and the ledger is opened and closed around the run."""
    station = inputs.plan.station
    path = request.station or request.recipe.with_name("station.yaml")
    run_id = new_run_id(None)
    owner = this_process(f"run {run_id} of {request.recipe.name}")
    with locked_station(station, owner), Ledger(ledger_path(path), utc_now) as ledger:
        if ledger.load(station) is None:
            ledger.opening_balance(inputs.inventory, "declared in the station file")
        end = _execute(
            request,
            lambda view: RunSetup(
                plan=inputs.plan,
                library=inputs.library,
                inventory=inputs.inventory,
                runs=request.runs,
                run_id=run_id,
                description=bench_description(station, inputs.inventory),
                texts=inputs.texts,
                virtual=False,
                leave_when_held=request.exit_when_held,
                on_folder=lambda folder: ledger.open_run(run_id, folder.path),
                on_open=view,
            ),
            run_real,
        )
        if end.history.finished:
            ledger.close_run(run_id, end.history.inventory, end.state.value)
        return end


View = Callable[[OpenRun], None]
Runner = Callable[[Coroutine[Any, Any, RunEnd]], RunEnd]


def _execute(request: RunRequest, setup: Callable[[View], RunSetup], runner: Runner) -> RunEnd:
    with live_view(plain=request.plain or request.as_json, quiet=request.as_json) as view:
        return runner(start(setup(view)))
