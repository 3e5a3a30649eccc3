"""`autosynth check`: all findings, and what the plan needs, holds and takes."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autosynth.cli.exits import Exit, render_problems
from autosynth.cli.live import clock_text
from autosynth.cli.options import pairs
from autosynth.engine.inputs import read_inputs
from autosynth.errors import InputError
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
        inputs = read_inputs(recipe, station, pairs("--set", settings), pairs("--acknowledge", acknowledge))
    except InputError as error:
        if not as_json:
            raise
        print(json.dumps({"ok": False, "problems": [problem_to_json(each) for each in error.problems]}))
        return Exit.BAD_INPUT
    plan = inputs.plan
    if as_json:
        print(json.dumps(plan_to_json(plan)))
    else:
        if plan.problems:
            print(render_problems(plan.problems), file=sys.stderr)
        _print_plan(plan)
    return Exit.BAD_INPUT if plan.blocking else Exit.COMPLETE


def _print_plan(plan: Plan) -> None:
    out = Console(highlight=False)
    verdict = "refused" if plan.blocking else "accepted"
    out.print(f"[bold]{verdict}[/]  {plan.recipe.title} on {plan.station.name}")
    span = plan.duration
    out.print(
        f"takes {clock_text(span.low_s)} to {clock_text(span.high_s)}, likely {clock_text(span.likely_s)} (h:mm:ss)"
    )
    materials = Table("material", "lot", "needs at most", "there is", box=None, pad_edge=False)
    for each in plan.materials:
        materials.add_row(each.stock, each.lot, f"{each.needed_ml.high:.3f} mL", f"{each.available_ml:.1f} mL")
    out.print(materials)
    levels = Table("vessel", "lowest", "highest", "limit", box=None, pad_edge=False)
    for vessel in dict.fromkeys(point.vessel for point in plan.volumes):
        points = [point.volume_ml for point in plan.volumes if point.vessel == vessel]
        limit = plan.station.vessels[vessel].limit_ml
        low, high = min(each.low for each in points), max(each.high for each in points)
        levels.add_row(vessel, f"{low:.3f} mL", f"{high:.3f} mL", f"{limit:g} mL")
    out.print(levels)
    for decision in plan.decisions:
        times = "once" if decision.rounds == 1 else f"at most {decision.rounds} times"
        out.print(f"decides {times}: {decision.condition}" + (f" ({decision.name})" if decision.name else ""))
    for death in plan.host_death:
        out.print(
            f"if the host died, {death.device} could {death.what} {death.amount:.3g} {death.unit} (bound {death.bound:g})"
        )
