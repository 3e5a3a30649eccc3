"""Options and arguments that several commands share, with what their help says."""

from pathlib import Path
from typing import Annotated

import typer

Recipe = Annotated[Path, typer.Argument(metavar="RECIPE", help="The recipe, a YAML file.", show_default=False)]
StationArgument = Annotated[Path, typer.Argument(metavar="STATION", help="The station file.", show_default=False)]
StationOption = Annotated[
    Path | None,
    typer.Option("--station", metavar="FILE", help="Station file; station.yaml beside the recipe if not given."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a parameter of the recipe: --set cap=2.1, --set hold='30 min'. May be repeated.",
    ),
]
Acknowledged = Annotated[
    list[str] | None,
    typer.Option(
        "--acknowledge",
        metavar="RULE=REASON",
        help="Accept a finding, with a reason that the journal keeps: "
        "--acknowledge CV-AG='electrode was polished'. May be repeated.",
    ),
]
RunArgument = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run: its folder, its id, part of its name, or `last`.", show_default=False),
]
RunsOption = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where runs are kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else.")]
Plain = Annotated[bool, typer.Option("--plain", help="Lines for a log instead of the live view.")]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="SPEC",
        help="Inject a fault, DEVICE:NAME@KEY=VALUE,...: pump:drop_reply@n=40 (the 40th reply), "
        "hotplate:silent@t=120,for=30 (seconds). An unknown name is answered with the known ones. May be repeated.",
    ),
]
SchemaOf = Annotated[
    str,
    typer.Argument(metavar="[recipe|station|campaign|species|lines|phases]", help="Which kind of file."),
]
EXIT_CODES = "Exit codes: 0 complete, 2 bad input, 3 stopped or aborted, 4 held, 5 no device."
RUNS = Path("runs")
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded.")]
