"""A plan as people read it: what it takes, needs, holds and decides, and what is wrong with it."""

import math
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.cli.problems import against, render_problems
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import clock_text, one_line, step_text
from autosynth.plan.tree import Plan


def print_plan(plan: Plan, *, asked: bool) -> None:
    """Print what a plan takes, needs and holds, how it decides, and last what is wrong with it.

    Where its station was not `asked` for, problems that depend on it say which one it is.
    """
    out = Terminal()
    out.print(f"[bold]{escape(plan.recipe.title)}[/] on {escape(plan.station.name)}")
    span = plan.duration
    spans = f"{clock_text(span.low_s)} to {clock_text(span.high_s)}, likely {clock_text(span.likely_s)}"
    out.print(f"takes {spans} (h:mm:ss)")
    for table in (_materials(plan), _levels(plan), _timeline(plan, out.width)):
        if table.row_count:
            out.print()
            out.print(table)
    _bounds(plan, out)
    _verdict(plan, None if asked else plan.station.path, out)


def _verdict(plan: Plan, unasked: Path | None, out: Console) -> None:
    """Print what is wrong, last: it must not scroll away."""
    sys.stdout.flush()
    if plan.problems:
        print(f"\n{against(plan.problems, unasked)}{render_problems(plan.problems)}", file=sys.stderr)
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
