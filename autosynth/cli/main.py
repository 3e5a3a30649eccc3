"""`autosynth`: every command and its options. What a command does is imported only when it is called."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from autosynth.cli.campaigns import Again, AtMost, TableOption, campaigns, is_campaign, named_campaign
from autosynth.cli.commanding import commanding
from autosynth.cli.exits import Exit, explained
from autosynth.cli.ledger import ledger, settle
from autosynth.cli.looking import looking
from autosynth.cli.parameters import (
    EXIT_CODES,
    RUNS,
    Acknowledged,
    Faults,
    Json,
    Plain,
    Recipe,
    RunArgument,
    RunsOption,
    SchemaOf,
    Settings,
    StationArgument,
    StationOption,
)
from autosynth.cli.problems import printable
from autosynth.cli.streams import prepare_streams

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Fits are small: a second thread makes none faster and waits at full load, and sums in another order end otherwise."""
INTERRUPTED = 130
"""What the library of the command line makes of an interrupt; no command of ours ends so."""
ALLOCATIONS = 10_000
"""So many objects are made between two looks for cyclic garbage; Python's own number is 700."""

app = typer.Typer(
    name="autosynth",
    help="Write a synthesis in YAML, check it, dry-run it on the simulated bench, run it on the robot.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command(epilog="Exit codes: 0 accepted, 2 refused, with every finding located.")
def check(
    recipe: Recipe,
    station: StationOption = None,
    settings: Settings = None,
    acknowledge: Acknowledged = None,
    table: TableOption = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever recipe, station or library change; Ctrl-C ends.")
    ] = False,
    json: Json = False,
) -> None:
    """Prove a recipe or a campaign before a drop moves."""
    from autosynth.cli.check import check_recipe, watch_recipe

    def once() -> int:
        if table is not None or is_campaign(recipe):
            from autosynth.cli.campaign import check_campaign

            return check_campaign(recipe, station, settings or (), acknowledge or (), table, as_json=json)
        return check_recipe(recipe, station, settings or (), acknowledge or (), as_json=json)

    with explained():
        raise SystemExit(watch_recipe(recipe, station, once) if watch else once())


@app.command()
def schema(of: SchemaOf = "recipe") -> None:
    """Print the JSON Schema of a kind of file, for editors.

    With it an editor completes and checks while one writes; docs/authoring.md says how.
    """
    from autosynth.cli.schema import print_schema

    with explained():
        raise SystemExit(print_schema(of))


@app.command(epilog=EXIT_CODES)
def run(
    recipe: Recipe,
    station: StationOption = None,
    sim: Annotated[bool, typer.Option("--sim", help="On the station's simulated bench, in this process.")] = False,
    seed: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="With --sim: seed of bench, noise and operator; 0 if not given."),
    ] = None,
    speed: Annotated[
        str | None,
        typer.Option(
            metavar="max|X",
            help="With --sim: max (virtual time, the default) or X times real time, as far as the computer keeps up.",
        ),
    ] = None,
    settings: Settings = None,
    acknowledge: Acknowledged = None,
    fault: Faults = None,
    table: TableOption = None,
    at_most: AtMost = None,
    runs: RunsOption = RUNS,
    exit_when_held: Annotated[
        bool, typer.Option("--exit-when-held", help="In real time: leave with code 4 when held instead of waiting.")
    ] = False,
    plain: Plain = False,
    json: Json = False,
) -> None:
    """Run a recipe or a campaign, really or simulated.

    With --table, or of a campaign's file, each row is a run.
    """
    from autosynth.cli.run import RunRequest, run_recipe

    with explained():
        request = RunRequest(
            recipe=recipe,
            station=station,
            settings=settings or (),
            acknowledge=acknowledge or (),
            runs=runs,
            simulated=sim,
            seed=seed,
            speed=speed,
            faults=fault or (),
            exit_when_held=exit_when_held,
            plain=plain,
            as_json=json,
        )
        if table is not None or is_campaign(recipe):
            from autosynth.cli.campaign import CampaignRequest, run_campaign

            raise SystemExit(run_campaign(CampaignRequest(request, table, at_most)))
        raise SystemExit(run_recipe(request))


@app.command(epilog=EXIT_CODES)
def recover(
    run: RunArgument,
    again: Again = None,
    at_most: AtMost = None,
    runs: RunsOption = RUNS,
    plain: Plain = False,
    json: Json = False,
) -> None:
    """Continue a run or a campaign whose process died.

    Every open stroke is settled with the instruments first: done, not started, partly, or unknown (then Held).
    """
    from autosynth.cli.recover import recover_run

    with explained():
        campaign = named_campaign(run, runs)
        if campaign is not None:
            from autosynth.cli.campaign import resume_campaign

            raise SystemExit(resume_campaign(campaign, again or (), at_most, plain=plain, as_json=json))
        raise SystemExit(recover_run(run, runs, plain=plain, as_json=json))


@app.command()
def safe(station: StationArgument) -> None:
    """Bring every vessel of a station to its safe state.

    It needs no recipe, no run and no disk; a device that does not answer keeps none on another port waiting.
    """
    from autosynth.cli.control import used_by
    from autosynth.cli.safe import make_station_safe

    with explained():
        code = make_station_safe(station)
        if code != Exit.COMPLETE and (used := used_by(station)):
            print(f"error: {printable(used)}", file=sys.stderr)
        raise SystemExit(code)


@app.command()
def devices(
    station: StationArgument,
    sim: Annotated[bool, typer.Option("--sim", help="Ask the simulated bench.")] = False,
    json: Json = False,
) -> None:
    """Connect to every device and say who answers.

    Each with model, serial number, firmware, and what its driver has been verified on.
    """
    from autosynth.cli.station import list_devices

    with explained():
        raise SystemExit(list_devices(station, simulated=sim, as_json=json))


@app.command()
def calibrate(
    station: StationArgument,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="The pump.", show_default=False)],
    stock: Annotated[str, typer.Option(metavar="STOCK", help="The bottle that is dosed; water, if it can be.")],
    into: Annotated[str, typer.Option(metavar="VESSEL", help="The vessel that stands on the balance.")],
    volume: Annotated[str, typer.Option(metavar="VOLUME", help="Of each dose; half a syringe is one stroke.")] = "",
    replicates: Annotated[int, typer.Option(min=3, max=100, metavar="N", help="How many doses are weighed.")] = 10,
    temperature: Annotated[
        str,
        typer.Option(metavar="T", help="Of the liquid: '22.0 °C ± 0.5 °C'; if not given the station's ambient ± 1 K."),
    ] = "",
    density: Annotated[
        str, typer.Option(metavar="DENSITY", help="Of another liquid than water: '0.7845 ± 0.0004 g/mL'.")
    ] = "",
    balance: Annotated[str, typer.Option(metavar="MASS", help="Repeatability of one reading.")] = "0.1 mg",
    masses: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Doses weighed before, as CSV: nominal_ml,mass_g[,strokes]. Nothing moves."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a copy of the station file instead.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    sim: Annotated[bool, typer.Option("--sim", help="On the simulated bench, with a simulated balance.")] = False,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="With --sim: seed of bench and balance.")] = 0,
    runs: RunsOption = RUNS,
) -> None:
    """Calibrate a pump by weighing doses.

    The doses are a run; the result goes into the station file, with date, replicates and uncertainties.
    """
    from autosynth.cli.calibrate import calibrate_pump, calibration_request

    with explained():
        request = calibration_request(
            station, device, stock, into, volume, replicates, temperature, density, balance, masses, out, runs,
            simulated=sim, seed=seed, yes=yes,
        )  # fmt: skip
        raise SystemExit(calibrate_pump(request))


@app.command()
def simulate(
    station: StationArgument,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of bench and noise.")] = 0,
    speed: Annotated[float, typer.Option(metavar="X", help="Times faster than real time.")] = 1.0,
    fault: Faults = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the ready station file.")] = None,
) -> None:
    """Serve a station's simulated bench on ptys and TCP ports.

    Prints one address per device and a ready station file, then `ready`; ends with Ctrl-C.
    """
    from autosynth.cli.simulate import serve_bench

    with explained():
        raise SystemExit(serve_bench(station, seed, speed, fault or (), out))


app.command()(ledger)
app.command()(settle)
app.add_typer(commanding)
app.add_typer(looking)
app.add_typer(campaigns)


def main() -> Any:
    """Run the command line.

    Cyclic garbage is looked for less often than Python would, and at the end not again: loading leaves none, and to
    look through everything that has been loaded takes as long as loading half of it.
    """
    gc.set_threshold(ALLOCATIONS)
    prepare_streams()
    for name, value in ONE_THREAD.items():  # numpy, which looks at it when it is loaded, is not loaded yet
        os.environ.setdefault(name, value)
    try:
        return app()
    except SystemExit as ended:
        if ended.code != INTERRUPTED:
            raise
        print("interrupted", file=sys.stderr)  # before a command could say so, or again while it did
        raise SystemExit(Exit.STOPPED) from ended
    finally:
        gc.freeze()
