"""`autosynth`: every command and its options. What a command does is imported only when it is called."""

from pathlib import Path
from typing import Annotated, Any

import typer

from autosynth.cli.exits import explained

app = typer.Typer(
    name="autosynth",
    help="Write a synthesis in YAML, check it, dry-run it on the simulated bench, run it on the robot.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Recipe = Annotated[Path, typer.Argument(metavar="RECIPE", help="The recipe, a YAML file.", show_default=False)]
StationArgument = Annotated[Path, typer.Argument(metavar="STATION", help="The station file.", show_default=False)]
StationOption = Annotated[
    Path | None,
    typer.Option("--station", metavar="FILE", help="Station file; station.yaml beside the recipe if not given."),
]
Settings = Annotated[list[str], typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be repeated.")]
Acknowledged = Annotated[
    list[str], typer.Option("--acknowledge", metavar="RULE=REASON", help="Accept an acknowledgeable finding.")
]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run: its folder, its id, part of its name, or `last`.")
]
RunsOption = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where runs are kept.")]
Json = Annotated[bool, typer.Option("--json", help="End with one JSON object on standard output.")]
Faults = Annotated[
    list[str],
    typer.Option("--fault", metavar="SPEC", help="Inject a fault, e.g. pump:drop_reply@n=40; may be repeated."),
]
RUNS = Path("runs")


@app.command()
def check(
    recipe: Recipe,
    station: StationOption = None,
    settings: Settings = [],
    acknowledge: Acknowledged = [],
    json: Json = False,  # noqa: B006
) -> None:
    """Prove a recipe against a station before a drop moves."""
    from autosynth.cli.check import check_recipe

    with explained():
        raise SystemExit(check_recipe(recipe, station, settings, acknowledge, as_json=json))


@app.command()
def run(
    recipe: Recipe,
    station: StationOption = None,
    sim: Annotated[bool, typer.Option("--sim", help="On the simulated bench, in this process.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the simulated bench.")] = 0,
    speed: Annotated[str, typer.Option(help="With --sim: max (virtual time), or a factor of real time.")] = "max",
    settings: Settings = [],  # noqa: B006
    acknowledge: Acknowledged = [],  # noqa: B006
    fault: Faults = [],  # noqa: B006
    runs: RunsOption = RUNS,
    exit_when_held: Annotated[
        bool, typer.Option("--exit-when-held", help="Leave when held instead of waiting.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Lines for a log instead of the live view.")] = False,
    json: Json = False,
) -> None:
    """Run a recipe on the station, or on its simulated bench."""
    from autosynth.cli.run import RunRequest, run_recipe

    with explained():
        request = RunRequest(
            recipe, station, settings, acknowledge, runs, sim, seed, speed, fault, exit_when_held, plain, json
        )
        raise SystemExit(run_recipe(request))


@app.command()
def recover(run: RunArgument, runs: RunsOption = RUNS, plain: bool = False, json: Json = False) -> None:
    """Continue a run whose process died: ask the instruments what became of every open stroke, then go on."""
    from autosynth.cli.recover import recover_run

    with explained():
        raise SystemExit(recover_run(run, runs, plain=plain, as_json=json))


@app.command()
def safe(station: StationArgument) -> None:
    """Bring every vessel of a station to its safe state; needs no recipe, no run and no disk."""
    from autosynth.cli.station import make_station_safe

    with explained():
        raise SystemExit(make_station_safe(station))


@app.command()
def devices(
    station: StationArgument,
    sim: Annotated[bool, typer.Option("--sim", help="Ask the simulated bench.")] = False,
    json: Json = False,
) -> None:
    """Connect to every device, say who answers and what its driver has been verified on."""
    from autosynth.cli.station import list_devices

    with explained():
        raise SystemExit(list_devices(station, simulated=sim, as_json=json))


@app.command()
def simulate(
    station: StationArgument,
    seed: Annotated[int, typer.Option(help="Seed of the bench.")] = 0,
    speed: Annotated[float, typer.Option(help="Times faster than real time.")] = 1.0,
    fault: Faults = [],  # noqa: B006
    out: Annotated[Path | None, typer.Option(help="Where to write the ready station file.")] = None,
) -> None:
    """Serve a station's simulated bench on pseudo-terminals and TCP ports; prints `ready` when it stands."""
    from autosynth.cli.simulate import serve_bench

    with explained():
        raise SystemExit(serve_bench(station, seed, speed, fault, out))


def _command(name: str, text: str) -> None:
    def give(
        run: RunArgument,
        reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
        settle: Annotated[
            str, typer.Option(help="With restart, for a stroke of unknown outcome: estimate, done or none.")
        ] = "",
        runs: RunsOption = RUNS,
    ) -> None:
        from autosynth.cli.control import give_command

        with explained():
            raise SystemExit(give_command(run, runs, name, reason, settle))

    give.__doc__ = text
    app.command(name)(give)


for _name, _text in (
    ("hold", "Hold a live run: finish the stroke in flight, bring every vessel to its safe state."),
    ("restart", "Restart a held run: restore what it needs and go on."),
    ("pause", "Pause a live run at the next safe point; devices stay as they are."),
    ("resume", "Resume a paused run."),
    ("stop", "End a live run in order."),
    ("abort", "End a live run at once: movement is cut, vessels go to their safe states."),
):
    _command(_name, _text)


@app.command()
def show(
    run: RunArgument,
    runs: RunsOption = RUNS,
    verify: Annotated[bool, typer.Option("--verify", help="Check the hash chain of the journal.")] = False,
    json: Json = False,
) -> None:
    """Show what a run did: outcome, decisions, deliveries, deviations."""
    from autosynth.cli.show import show_run

    with explained():
        raise SystemExit(show_run(run, runs, verify=verify, as_json=json))


@app.command()
def report(run: RunArgument, runs: RunsOption = RUNS) -> None:
    """Write a run's report.html again and print its path."""
    from autosynth.cli.show import write_run_report

    with explained():
        raise SystemExit(write_run_report(run, runs))


@app.command()
def runs(directory: RunsOption = RUNS, json: Json = False) -> None:
    """List the runs in a folder, newest first."""
    from autosynth.cli.show import list_runs

    with explained():
        raise SystemExit(list_runs(directory, as_json=json))


@app.command()
def record(
    station: StationArgument,
    device: Annotated[str, typer.Argument(help="Whose wire to capture.")],
    out: Annotated[Path, typer.Argument(help="The transcript to write.")],
) -> None:
    """Capture a device's identification exchange as a transcript."""
    from autosynth.cli.station import record_device

    with explained():
        raise SystemExit(record_device(station, device, out))


@app.command()
def analyze(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Data files or folders.")],
    species: Annotated[Path | None, typer.Option(metavar="LIB", help="Species library.")] = None,
    json: Json = False,
) -> None:
    """Analyse data files as the engine would."""
    from autosynth.cli.analyze import analyze_files

    with explained():
        raise SystemExit(analyze_files(files, species, as_json=json))


def main() -> Any:
    """Run the command line."""
    return app()
