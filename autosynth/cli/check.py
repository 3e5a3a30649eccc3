"""`autosynth check`: all findings, and what the plan needs, holds and takes."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autosynth.cli.exits import Exit
from autosynth.cli.options import pairs
from autosynth.cli.output import print_json
from autosynth.cli.problems import printable, render_problems
from autosynth.cli.recheck import heading, is_terminal, look_again, watched
from autosynth.clock import Clock, LoopClock, run_real
from autosynth.engine.inputs import read_inputs, utc_now
from autosynth.errors import AutosynthError, InputError
from autosynth.plan.summary import plan_to_json, problem_to_json


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
        from autosynth.cli.plan import print_plan

        print_plan(plan, asked=station is not None)
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
        width = shutil.get_terminal_size().columns
        print(heading(files, clock, terminal=is_terminal(), width=width), end="", flush=True)
        try:
            check()
        except InputError as error:
            print(render_problems(error.problems), file=sys.stderr)
        except AutosynthError as error:
            print(f"error: {printable(str(error))}", file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()

    await look_again(lambda: watched(recipe, station), look, clock)
