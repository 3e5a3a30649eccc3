"""Commands to a live run, or to a campaign: hold, restart, pause, resume, stop, abort."""

from typing import Annotated

import typer

from autosynth.cli.exits import explained
from autosynth.cli.parameters import RUNS, Reason, RunArgument, RunsOption

commanding = typer.Typer(add_completion=False, rich_markup_mode=None)


def _command(name: str, text: str) -> None:
    def give(run: RunArgument, reason: Reason = "", runs: RunsOption = RUNS) -> None:
        from autosynth.cli.control import give_command

        with explained():
            raise SystemExit(give_command(run, runs, name, reason))

    give.__doc__ = text
    commanding.command(name)(give)


for _name, _text in (
    (
        "hold",
        "Hold a live run: vessels go to their safe states.\n\nThe stroke in flight ends first; `restart` goes on.",
    ),
    ("pause", "Pause a live run at the next safe point.\n\nDevices stay as they are. `resume` goes on."),
    ("resume", "Resume a paused run."),
    ("stop", "End a live run in order."),
    (
        "abort",
        "End a live run at once: movement is cut.\n\n"
        "Vessels go to their safe states; axes so stopped are homed before their next use.",
    ),
):
    _command(_name, _text)


@commanding.command()
def restart(
    run: RunArgument,
    reason: Reason = "",
    settle: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[N=]CHOICE",
            help="What to book for a stroke of unknown outcome: estimate, done or none. Where several are open each "
            "is named by its number in the hold's reason: --settle 42=none --settle 57=done.",
        ),
    ] = None,
    value: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="What a held operator step asked for, in the unit it names.")
    ] = None,
    runs: RunsOption = RUNS,
) -> None:
    """Restart a held run: restore what it needs and go on."""
    from autosynth.cli.control import give_command

    with explained():
        raise SystemExit(give_command(run, runs, "restart", reason, settle or (), value))
