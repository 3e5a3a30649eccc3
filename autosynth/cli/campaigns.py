"""Commands and options of campaigns, and how a name on the command line is known to be one."""

from pathlib import Path
from typing import Annotated

import typer

from autosynth.campaign.folder import RECORD, CampaignFolder
from autosynth.cli.exits import explained
from autosynth.cli.parameters import RUNS, Json, RunsOption

campaigns = typer.Typer(add_completion=False, rich_markup_mode=None)

TableOption = Annotated[
    Path | None,
    typer.Option("--table", metavar="FILE", help="A run for each row of a CSV; columns are parameters, by name."),
]
AtMost = Annotated[
    int | None,
    typer.Option("--at-most", min=1, metavar="N", help="Of a campaign: pause when N rows have been made this time."),
]
Again = Annotated[
    list[str] | None,
    typer.Option("--again", metavar="ROW", help="Of a campaign: make a row again that has ended. May be repeated."),
]
CampaignArgument = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="Its folder, part of its name, or `last`.", show_default=False)
]
_HEAD = 4096
"""Bytes in which a campaign's file says what it is."""


def is_campaign(path: Path) -> bool:
    """Say whether a file describes a campaign, not a recipe; one that cannot be read is left to whoever reads it."""
    try:
        if not path.is_file():  # a pipe or a device would be waited for
            return False
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return False
    return any(line.startswith(b"campaign:") for line in head.splitlines())


def named_campaign(text: str, runs: Path) -> CampaignFolder | None:
    """Return the campaign that a text names; None when it names a run.

    `last` is what lives, else the newest: a run by itself, or the campaign that it is of.
    """
    if text == "last" and not (Path(text) / RECORD).exists():
        return _last_campaign(runs)
    found = CampaignFolder.lookup(text, runs)
    if len(found) != 1 or (Path(text) / RECORD).exists():
        return found[0] if len(found) == 1 else None
    alone = [each.parent.name for each in runs.glob("*/journal.sqlite")]
    return None if any(text in name for name in alone) else found[0]


def _last_campaign(runs: Path) -> CampaignFolder | None:
    from autosynth.engine.folder import is_written, newest

    records = [*runs.glob("*/journal.sqlite"), *runs.glob(f"*/{RECORD}")]
    records += filter(is_written, runs.glob("*/runs/*/journal.sqlite"))
    if not records:
        return None
    home = runs / newest(records).relative_to(runs).parts[0]
    return CampaignFolder(home) if (home / RECORD).exists() else None


@campaigns.command()
def extend(
    campaign: CampaignArgument,
    table: Annotated[Path, typer.Option("--table", metavar="FILE", help="The further rows, with the same columns.")],
    runs: RunsOption = RUNS,
    json: Json = False,
) -> None:
    """Add the rows of a table to a campaign.

    They are checked as the first were; `recover` makes them.
    """
    from autosynth.cli.extension import extend_campaign

    with explained():
        raise SystemExit(extend_campaign(CampaignFolder.find(campaign, runs), table, as_json=json))


@campaigns.command()
def replay(campaign: CampaignArgument, runs: RunsOption = RUNS, json: Json = False) -> None:
    """Make a simulated campaign again and compare its runs.

    It is made from its own copies; every run is compared event for event.
    """
    from autosynth.cli.replay import replay_campaign

    with explained():
        raise SystemExit(replay_campaign(CampaignFolder.find(campaign, runs), runs, as_json=json))


importing = typer.Typer(
    name="import",
    help="Adopt what other programs keep.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@importing.callback()
def from_others() -> None:
    """Adopt what other programs keep."""


@importing.command("csv")
def from_csv(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A reaction table.", show_default=False)],
    recipe: Annotated[Path | None, typer.Option(metavar="RECIPE", help="The recipe that it is a table of.")] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="The answer to a question that would be asked. May be repeated."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where to write; beside FILE if not given.")] = None,
    json: Json = False,
) -> None:
    """Adopt a reaction table as a campaign, asking for what it does not tell.

    Without a terminal the questions are listed, each with the option that answers it, and the exit code is 4.
    """
    from autosynth.cli.adoption import import_csv
    from autosynth.cli.options import pairs

    with explained():
        answers = pairs("--answer", answer or ())
        if recipe is not None:
            answers["recipe"] = str(recipe)
        raise SystemExit(import_csv(file, out, answers, as_json=json))


campaigns.add_typer(importing)
