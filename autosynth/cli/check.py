"""`autosynth check`: all findings, and what the plan needs, holds and takes."""

import asyncio
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.cli.exits import Exit
from autosynth.cli.options import pairs
from autosynth.cli.output import Terminal, print_json
from autosynth.cli.problems import printable, render_problems
from autosynth.cli.recheck import heading, is_terminal, look_again, watched
from autosynth.cli.words import clock_text, one_line, step_text
from autosynth.clock import Clock, LoopClock, run_real
from autosynth.engine.inputs import read_inputs, utc_now
from autosynth.errors import AutosynthError, InputError
from autosynth.plan.summary import plan_to_json, problem_to_json
from autosynth.plan.tree import Plan


def check_recipe(
    recipe: Path, station: Path | None, settings: Sequence[str], acknowledge: Sequence[str], *, as_json: bool
) -> int:
    """Check a recipe and return 0, or 2 with everything that is wrong.

    Raises:
        InputError: a file or option cannot even be read (unless JSON was asked for: then it is in there).
    """
    try:
        inputs = read_inputs(
            recipe,
            station,
            pairs("--set", settings),
            pairs("--acknowledge", acknowledge),
            today=utc_now().date(),
        )
    except InputError as error:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [problem_to_json(each) for each in error.problems]})
        return Exit.BAD_INPUT
    plan = inputs.plan
    if as_json:
        print_json(plan_to_json(plan))
    else:
        _print_plan(plan, Terminal())
    return Exit.BAD_INPUT if plan.blocking else Exit.COMPLETE


def watch_recipe(recipe: Path, station: Path | None, check: Callable[[], int]) -> int:
    """Check a recipe again whenever it, its station or its library changes; return 0 at Ctrl-C."""

    async def watch() -> None:
        await recheck(recipe, station, check, LoopClock(asyncio.get_running_loop()))

    try:
        run_real(watch())
    except KeyboardInterrupt:
        print()
    return Exit.COMPLETE


async def recheck(recipe: Path, station: Path | None, check: Callable[[], int], clock: Clock) -> None:
    """Check now and after every change, until cancelled; a check that is refused is shown and waits for the next."""

    def look() -> None:
        files = watched(recipe, station)
        print(heading(files, clock, terminal=is_terminal(), width=Terminal().width), end="", flush=True)
        try:
            check()
        except InputError as error:
            print(render_problems(error.problems), file=sys.stderr)
        except AutosynthError as error:
            print(f"error: {printable(str(error))}", file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()

    await look_again(lambda: watched(recipe, station), look, clock)


def _print_plan(plan: Plan, out: Console) -> None:
    out.print(f"[bold]{escape(plan.recipe.title)}[/] on {escape(plan.station.name)}")
    span = plan.duration
    spans = f"{clock_text(span.low_s)} to {clock_text(span.high_s)}, likely {clock_text(span.likely_s)}"
    out.print(f"takes {spans} (h:mm:ss)")
    for table in (_materials(plan), _levels(plan), _timeline(plan, out.width)):
        if table.row_count:
            out.print()
            out.print(table)
    _bounds(plan, out)
    _verdict(plan, out)


def _verdict(plan: Plan, out: Console) -> None:
    """Print what is wrong, last: it must not scroll away."""
    sys.stdout.flush()
    if plan.problems:
        print(f"\n{render_problems(plan.problems)}", file=sys.stderr)
    count = len(plan.blocking)
    out.print(f"\n[bold red]refused[/]: {count} to put right" if count else "\n[bold green]accepted[/]")


def _materials(plan: Plan) -> Table:
    table = Table("material", "lot", "needs at most", "there is", box=None, pad_edge=False)
    for each in plan.materials:
        table.add_row(each.stock, each.lot, f"{each.needed_ml.high:.3f} mL", f"{each.available_ml:.1f} mL")
    return table


def _levels(plan: Plan) -> Table:
    """Return lowest and highest level of every vessel, and after which step it is highest."""
    table = Table("vessel", "lowest", "highest", "after step", "limit", box=None, pad_edge=False)
    for vessel in dict.fromkeys(point.vessel for point in plan.volumes):
        points = [point for point in plan.volumes if point.vessel == vessel]
        top = max(points, key=lambda point: point.volume_ml.high)
        low = min(point.volume_ml.low for point in points)
        limit = plan.station.vessels[vessel].limit_ml
        table.add_row(vessel, f"{low:.3f} mL", f"{top.volume_ml.high:.3f} mL", top.path, f"{limit:g} mL")
    return table


def _timeline(plan: Plan, width: int) -> Table:
    """Return when each step of the recipe likely begins and how long it takes."""
    table = Table("likely at", "step", "takes", "what", box=None, pad_edge=False)
    at_s = 0.0
    for each in plan.steps:
        what = one_line(step_text(each.step), max(width - 32, 20))
        table.add_row(clock_text(at_s), each.path, clock_text(each.duration.likely_s), escape(what))
        at_s += each.duration.likely_s
    return table


def _bounds(plan: Plan, out: Console) -> None:
    if plan.decisions:
        out.print()
    for decision in plan.decisions:
        times = "once" if decision.rounds == 1 else f"at most {decision.rounds} times"
        name = f" ({escape(decision.name)})" if decision.name else ""
        out.print(f"decides {times}: {escape(decision.condition)}{name}")
    if plan.host_death:
        out.print()
    for death in plan.host_death:
        bound = f", the bound is {death.bound:g} {death.unit}" if math.isfinite(death.bound) else ""
        out.print(f"if the host died, {death.device} could {death.what} {death.amount:.3g} {death.unit}{bound}")
