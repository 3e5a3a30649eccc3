"""`autosynth ledger STATION` and `autosynth settle RUN`: what people know better than any record."""

from pathlib import Path
from typing import Annotated

import typer

from autosynth.cli.exits import explained
from autosynth.cli.parameters import RUNS, Json, Reason, RunArgument, RunsOption, StationArgument


def ledger(
    station: StationArgument,
    action: Annotated[str, typer.Argument(metavar="[set|refill]", help="How to correct; if not given, show.")] = "",
    vessel: Annotated[
        str, typer.Argument(metavar="[VESSEL]", help="A vessel, stock, waste, jar or powder of the station.")
    ] = "",
    volume: Annotated[
        str,
        typer.Argument(
            metavar="[VOLUME]",
            help="What is in it: '12.5 mL', '0 mL', of powders '1.2 g'; for refill as declared if none.",
        ),
    ] = "",
    of: Annotated[
        str, typer.Option(metavar="STOCK", help="With set: of which stock; else of what the ledger says is in it.")
    ] = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Show what is where on a station, or correct it.

    `set VESSEL VOLUME` notes what somebody found in a vessel, `refill VESSEL` a fresh filling as the station file
    declares it. Powders have a mass; of a jar a mass is so much of what is in it, '0 mg' an emptied one.
    Who, when and why are recorded; nothing is overwritten.
    """
    from autosynth.cli.corrections import Correction, correct_ledger, show_ledger

    with explained():
        if not action:
            raise SystemExit(show_ledger(station, as_json=json))
        raise SystemExit(correct_ledger(station, Correction(action, vessel, volume, of, reason)))


def settle(
    run: RunArgument,
    reason: Reason = "",
    settle: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[N=]CHOICE",
            help="What to book for a stroke without an end on record: estimate, done or none; N is its number.",
        ),
    ] = None,
    from_ledger: Annotated[
        bool,
        typer.Option("--from-ledger", help="Take what was where before the run: its record is lost or damaged."),
    ] = False,
    station: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The station file; where the run had it if not given.", show_default=False),
    ] = None,
    runs: RunsOption = RUNS,
) -> None:
    """Close an abandoned run in its station's ledger.

    For a run that cannot be recovered. No instrument is asked; what was moved is taken from the run's record.
    """
    from autosynth.cli.settle import SettleRequest, settle_run

    with explained():
        request = SettleRequest(run, runs, reason, settle or (), station, from_ledger=from_ledger)
        raise SystemExit(settle_run(request))
