"""Commands that look at a run or at data: watch, show, report, runs, record, analyze; with their options."""

from pathlib import Path
from typing import Annotated

import typer

from autosynth.cli.campaigns import named_campaign
from autosynth.cli.exits import explained
from autosynth.cli.parameters import RUNS, Json, Plain, RunArgument, RunsOption, StationArgument

looking = typer.Typer(add_completion=False, rich_markup_mode=None)


@looking.command()
def watch(run: RunArgument, runs: RunsOption = RUNS, plain: Plain = False) -> None:
    """Watch a run of another terminal, and answer what it asks.

    Ctrl-C ends the watching, never the run.
    """
    from autosynth.cli.watch import watch_run

    with explained():
        raise SystemExit(watch_run(run, runs, plain=plain))


@looking.command()
def show(
    run: RunArgument,
    runs: RunsOption = RUNS,
    verify: Annotated[bool, typer.Option("--verify", help="Check the hash chain of the journal.")] = False,
    json: Json = False,
) -> None:
    """Show what a run did, or how far a campaign has come."""
    from autosynth.cli.show import show_run

    with explained():
        campaign = named_campaign(run, runs)
        if campaign is not None:
            from autosynth.cli.campaignview import show_campaign

            raise SystemExit(show_campaign(campaign, verify=verify, as_json=json))
        raise SystemExit(show_run(run, runs, verify=verify, as_json=json))


@looking.command()
def report(run: RunArgument, runs: RunsOption = RUNS) -> None:
    """Write a run's or a campaign's report.html again.

    Its path is printed.
    """
    from autosynth.cli.show import write_run_report

    with explained():
        campaign = named_campaign(run, runs)
        if campaign is not None:
            from autosynth.cli.campaignview import write_reports

            raise SystemExit(write_reports(campaign))
        raise SystemExit(write_run_report(run, runs))


@looking.command()
def runs(directory: RunsOption = RUNS, json: Json = False) -> None:
    """List the runs in a folder, newest first."""
    from autosynth.cli.show import list_runs

    with explained():
        raise SystemExit(list_runs(directory, as_json=json))


@looking.command()
def record(
    station: StationArgument,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="Whose wire to capture.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The transcript to write.")],
) -> None:
    """Capture a device's first exchange as a transcript."""
    from autosynth.cli.station import record_device

    with explained():
        raise SystemExit(record_device(station, device, out))


@looking.command()
def analyze(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Raw EmStat files, tables of t, E and I, or folders of them; files of one folder are "
            "repeated scans of one sample. Of what else the library is: decays, spectra (.dx, .csv), patterns (.xye), "
            "isotherms (.aif).",
            show_default=False,
        ),
    ],
    species: Annotated[
        Path | None, typer.Option(metavar="LIB", help="Library (YAML): what to look for, waves, lines, bands, phases.")
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A species, stage or phase of the library to expect; all if none is given."),
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="Scan rate, '100 mV/s', for files that tell no times.")
    ] = None,
    offset: Annotated[
        str, typer.Option(metavar="POTENTIAL", help="E of the instrument minus E on the library's scale, '0.1 V'.")
    ] = "0 V",
    temperature: Annotated[str, typer.Option(metavar="T", help="Temperature of the cell.")] = "25 °C",
    wavelength: Annotated[
        str | None,
        typer.Option(metavar="LENGTH", help="'0.45411 angstrom', for powder patterns that tell none."),
    ] = None,
    series: Annotated[
        bool,
        typer.Option(
            "--series",
            help="The samples come one after another: learn, and tell changes; of spectra the first is that before.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Analyse data files as the engine would."""
    from autosynth.cli.analyze import AnalysisRequest, analyze_files

    with explained():
        request = AnalysisRequest(
            files, species, tuple(expect or ()), rate, offset, temperature, wavelength, series=series, as_json=json
        )
        raise SystemExit(analyze_files(request))
