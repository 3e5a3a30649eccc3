"""A plan as people read it: what it takes, needs, holds and decides, and what is wrong with it."""

import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.cli.problems import against, render_problems
from autosynth.cli.stepwords import step_text
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import clock_text, one_line
from autosynth.errors import Severity
from autosynth.plan.hostdeath import amount_text
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.report.deeds import mass


def print_plan(plan: Plan, *, asked: bool) -> None:
    """Print what a plan takes, needs and holds, how it decides, and last what is wrong with it.

    Of one that is rejected only what helps to see why is told: what it needs, and how full vessels become. Where its
    station was not `asked` for, problems that depend on it say which one it is.
    """
    out = Terminal()
    out.print(f"[bold]{escape(plan.recipe.title)}[/] on {escape(plan.station.name)}")
    span = plan.duration
    spans = f"{clock_text(span.low_s)} to {clock_text(span.high_s)}, likely {clock_text(span.likely_s)}"
    out.print(f"takes {spans} (h:mm:ss)")
    rejected = any(each.severity is Severity.REJECT for each in plan.problems)
    for table in (_materials(plan), _levels(plan), *(() if rejected else (_timeline(plan, out.width),))):
        if table.row_count:
            out.print()
            out.print(table)
    if not rejected:
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
    for powder in plan.powders:
        table.add_row(powder.powder, powder.lot, f"{powder.needed_mg.high:.1f} mg", mass(powder.available_mg))
    for poured in plan.poured:
        table.add_row(poured.reagent, "", f"{poured.needed_ml.high:.3f} mL", "by hand")
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
    """Return when each step of the recipe likely begins, what it is and how long it takes; inner steps are indented."""
    table = Table("likely at", "step", "takes", "what", box=None, pad_edge=False)
    room = max(width - 27 - max((len(planned.path) for planned, _ in _listed(plan.steps)), default=4), 20)
    at_s = 0.0
    for each, depth in _listed(plan.steps):
        what = one_line(f"{'  ' * depth}{step_text(each.step, plan.parameters)}", room)
        at = "" if depth else clock_text(at_s)
        table.add_row(at, each.path, clock_text(each.duration.likely_s), escape(what))
        at_s += 0.0 if depth else each.duration.likely_s
    return table


def _listed(steps: Iterable[PlannedStep], depth: int = 0) -> Iterator[tuple[PlannedStep, int]]:
    """Yield every step with how deep it lies, parents first."""
    for each in steps:
        yield each, depth
        for block in each.blocks.values():
            yield from _listed(block, depth + 1)


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
        out.print(f"if the host died, {death.device} could {death.what} {amount_text(death)}{bound}")
