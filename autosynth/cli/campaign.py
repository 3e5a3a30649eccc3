"""`autosynth run RECIPE --table FILE`, `run campaign.yaml`, and `recover` of a campaign."""

import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from autosynth.campaign.beginning import begin, chooser_of, judging, kept_order, preparing
from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.order import Order, Ready, declared_order, read_order
from autosynth.campaign.performer import Performer
from autosynth.campaign.policy import Policy
from autosynth.campaign.progress import Progress, read_standing
from autosynth.campaign.running import Crew, Running
from autosynth.campaign.standing import Standing, State
from autosynth.campaign.summary import campaign_plan_to_json, summarise_campaign
from autosynth.cli.benches import SimulatedBenches, StationBench, ask_at_terminal
from autosynth.cli.campaigns import is_campaign
from autosynth.cli.campaignview import report_of_campaign
from autosynth.cli.campaignwords import print_bill, print_campaign, progress_line
from autosynth.cli.exits import Exit
from autosynth.cli.options import pairs
from autosynth.cli.output import print_json
from autosynth.cli.person import person
from autosynth.cli.problems import render_problems
from autosynth.cli.run import RunRequest, speed_of
from autosynth.engine.inputs import utc_now
from autosynth.errors import AutosynthError, InputError, Mark, Problem
from autosynth.journal.disk import Disk, OsDisk, VirtualDisk
from autosynth.journal.store import JournalStore
from autosynth.language.validation import closest
from autosynth.plan.summary import problem_to_json
from autosynth.recipe.load import load_recipe
from autosynth.station.inventory_json import inventory_from_json
from autosynth.station.load import load_station

EXITS = {State.COMPLETE: Exit.COMPLETE, State.STOPPED: Exit.STOPPED}


@dataclass(frozen=True, slots=True)
class CampaignRequest:
    """The options of a campaign, as given; `run` has those that it shares with a run's."""

    run: RunRequest
    table: Path | None = None
    at_most: int | None = None


def order_of(request: CampaignRequest) -> Order:
    """Return what is asked for: by a campaign's file, or by a recipe and a table.

    Raises:
        InputError: the campaign's file is wrong, or an option is not for one.
    """
    run = request.run
    seed = run.seed or 0
    acknowledge = pairs("--acknowledge", run.acknowledge)
    if is_campaign(run.recipe):
        given = {"--table": request.table, "--set": next(iter(run.settings), None)}
        hint = "write it into the campaign's file"
        wrong = [Mark(f"{name} {value}", 1, 1) for name, value in given.items() if value is not None]
        if wrong:
            raise InputError(*(Problem("is for a recipe, not for a campaign", mark, hint, "option") for mark in wrong))
        return declared_order(run.recipe, run.station, acknowledge, seed)
    return Order(
        recipe=run.recipe,
        station=run.station,
        table=request.table,
        fixed=pairs("--set", run.settings),
        acknowledge=acknowledge,
        seed=seed,
    )


def check_campaign(
    recipe: Path,
    station: Path | None,
    settings: Sequence[str],
    acknowledge: Sequence[str],
    table: Path | None,
    *,
    as_json: bool,
) -> int:
    """Check all rows of a campaign and return 0, or 2 with everything that is wrong.

    Raises:
        InputError: a file or an option cannot be read (unless JSON was asked for: then it is in there).
    """
    run = RunRequest(recipe, station, settings, acknowledge, recipe.parent, True, None, None, (), False, True, as_json)
    try:
        ready = read_order(order_of(CampaignRequest(run, table)), today=utc_now().date())
    except InputError as error:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [problem_to_json(each) for each in error.problems]})
        return Exit.BAD_INPUT
    if as_json:
        print_json(campaign_plan_to_json(ready.plan))
    else:
        if ready.plan.problems:
            print(render_problems(ready.plan.problems), file=sys.stderr)
        print_bill(ready.plan)
    return Exit.BAD_INPUT if ready.plan.blocking else Exit.COMPLETE


def run_campaign(request: CampaignRequest) -> int:
    """Check all rows of a campaign, then make them; return the exit code.

    Raises:
        InputError: a file, a cell, an option or a row's plan; nothing was moved.
    """
    speed = speed_of(request.run)
    simulated, seed = request.run.simulated, request.run.seed or 0
    ready = read_order(order_of(request), today=None if simulated else utc_now().date())
    _show_notes(ready, request)
    ready.require_accepted()
    if not request.run.as_json:
        print_bill(ready.plan)
    campaign = f"c{seed:07d}" if simulated else secrets.token_hex(4)
    details = {"faults": list(request.run.faults)}
    folder, progress = begin(
        ready, request.run.runs, campaign, utc_now(), disk_of(simulated), simulated=simulated, details=details
    )
    station = folder.path / "station.yaml" if simulated else ready.order.bench
    performer = performer_of(request.run, folder, progress.standing, station, speed)
    return _go(request, folder, progress, performer, station)


def resume_campaign(
    folder: CampaignFolder, again: Sequence[str], at_most: int | None, *, plain: bool, as_json: bool
) -> int:
    """Go on with a campaign: recover the run that was cut off, then make the rows that are left; return the exit code.

    `again` names rows that are to be made again although they have ended.

    Raises:
        InputError: a row of `again` is none, or has not ended.
        AutosynthError: its record is damaged or another process goes on with it; or its run cannot be recovered.
    """
    simulated, station_file = origin(folder)
    progress = Progress.open(folder.record, disk_of(simulated))
    standing = progress.standing
    _take_again(progress, again)
    station = folder.path / "station.yaml" if simulated else station_file
    run = request_of(folder, standing, station, plain=plain, as_json=as_json)
    performer = performer_of(run, folder, standing, station, None)
    return _go(CampaignRequest(run, at_most=at_most), folder, progress, performer, station)


def request_of(folder: CampaignFolder, standing: Standing, station: Path, *, plain: bool, as_json: bool) -> RunRequest:
    """Return the options of a campaign's runs, as they are kept."""
    return RunRequest(
        recipe=folder.path / "recipe.yaml",
        station=station,
        settings=(),
        acknowledge=tuple(f"{rule}={reason}" for rule, reason in standing.opening["acknowledged"].items()),
        runs=folder.runs,
        simulated=standing.simulated,
        seed=None,
        speed=None,
        faults=tuple(standing.opening.get("faults", ())),
        exit_when_held=False,
        plain=plain,
        as_json=as_json,
    )


def _take_again(progress: Progress, names: Sequence[str]) -> None:
    """Put on record that rows are to be made again.

    Raises:
        InputError: one is no row, or has not ended.
    """
    rows, problems = progress.standing.rows, list[Problem]()
    for name in names:
        mark = Mark(f"--again {name}", 1, 1)
        if name not in rows:
            problems.append(Problem(f"{name!r} is no row of this campaign", mark, closest(name, rows), "option"))
        elif rows[name].waits or rows[name].underway:
            problems.append(Problem(f"row {name} has not ended", mark, "it is made, or recovered, anyway", "option"))
    if problems:
        progress.close()
        raise InputError(*problems)
    if names:
        progress.record("rows.again", {"rows": list(names)})


def origin(folder: CampaignFolder) -> tuple[bool, Path]:
    """Return whether a campaign is simulated, and where its station's file is."""
    store = JournalStore.read(folder.record, OsDisk())
    try:
        station = Path(store.meta["station_file"])
    finally:
        store.abandon()
    standing, _, _ = read_standing(folder.record, OsDisk())
    return standing.simulated, station


def disk_of(simulated: bool) -> Disk:
    """Return where the record of a campaign is kept: one that is simulated need not outlive a power cut."""
    return VirtualDisk() if simulated else OsDisk()


def performer_of(
    run: RunRequest, folder: CampaignFolder, standing: Standing, station: Path, speed: float | None
) -> Performer:
    """Return who makes a campaign's runs: simulated benches, or the station."""
    if not standing.simulated:
        kept = replace(run, recipe=folder.path / "recipe.yaml", station=station, library=folder.path / "library.yaml")
        return StationBench(kept, station, person(), ask_at_terminal)
    inventory = inventory_from_json(dict(standing.inventory or {}), load_station(station))
    quiet = replace(run, as_json=True)
    return SimulatedBenches(quiet, speed, int(standing.opening["seed"]), inventory)


def _go(
    request: CampaignRequest, folder: CampaignFolder, progress: Progress, performer: Performer, station: Path
) -> int:
    """Make rows as far as they go, write the report, tell what came of it."""
    began = time.perf_counter()
    opening = progress.standing.opening
    today = _no_day if performer.simulated else _today
    order = kept_order(folder, opening, station)
    recipe = load_recipe(order.recipe)
    crew = Crew(
        folder=folder,
        progress=progress,
        performer=performer,
        prepare=preparing(order, today),
        policy=Policy(**opening["policy"]),
        tell=_quiet if request.run.as_json else progress_line,
        judge=judging(order, recipe),
        chooser=chooser_of(order, recipe),
    )
    if not request.run.as_json:
        print(f"campaign folder {folder.path}")
    try:
        state = Running(crew).go(request.at_most)
    finally:
        with suppress(AutosynthError):
            progress.close()
    return finish_campaign(folder, progress, state, time.perf_counter() - began, as_json=request.run.as_json)


def finish_campaign(folder: CampaignFolder, progress: Progress, state: State, wall_s: float, *, as_json: bool) -> int:
    """Write the report, print the summary and return the exit code."""
    summary = {
        **summarise_campaign(progress.standing, progress.head),
        "path": str(folder.path),
        "report": report_of_campaign(folder),
        "wall_s": wall_s,
    }
    if as_json:
        print_json(summary)
    else:
        print_campaign(summary)
    return EXITS.get(state, Exit.HELD)


def _show_notes(ready: Ready, request: CampaignRequest) -> None:
    notes = [each for each in ready.plan.problems if each not in ready.plan.blocking]
    if notes and not request.run.as_json:
        print(render_problems(notes), file=sys.stderr)


def _quiet(text: str, standing: Standing) -> None:
    del text, standing


def _no_day() -> date | None:
    return None


def _today() -> date | None:
    return utc_now().date()
