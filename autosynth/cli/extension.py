"""`autosynth extend CAMPAIGN --table FILE`: further rows, checked as the first were, from what is where by now."""

from dataclasses import replace
from pathlib import Path

from autosynth.campaign.beginning import add_rows, kept_order
from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.order import Order, plan_rows, rows_of
from autosynth.campaign.progress import Progress
from autosynth.campaign.standing import Standing
from autosynth.campaign.table.rows import Row
from autosynth.campaign.table.table import read_table
from autosynth.cli.campaign import disk_of, origin
from autosynth.cli.campaignwords import print_bill
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.engine.inputs import Inputs, ledger_inventory, read_inputs, utc_now
from autosynth.errors import InputError
from autosynth.station.inventory_json import inventory_from_json
from autosynth.station.load import load_station


def extend_campaign(folder: CampaignFolder, table: Path, *, as_json: bool) -> int:
    """Check further rows behind those that wait, put them on record and return 0.

    Raises:
        InputError: a cell is wrong, an id is taken, or a row cannot be made; the campaign is as it was.
        LockedError: another process makes its rows at this moment.
    """
    simulated, station_file = origin(folder)
    station = folder.path / "station.yaml" if simulated else station_file
    progress = Progress.open(folder.record, disk_of(simulated))
    try:
        standing = progress.standing
        order = kept_order(folder, standing.opening, station, table)
        today = None if simulated else utc_now().date()
        inputs = _inputs(standing, order)
        rows = rows_of(read_table(table), order, inputs, taken=tuple(standing.rows))
        waiting = tuple(Row(row.name, row.settings) for row in standing.waiting)
        plan = plan_rows((*waiting, *rows), inputs, order, today)
        if plan.blocking:
            raise InputError(*plan.blocking)
        add_rows(progress, rows, "extension")
    finally:
        progress.close()
    if as_json:
        print_json({"path": str(folder.path), "rows": [row.name for row in rows]})
        return Exit.COMPLETE
    print_bill(replace(plan, rows=(*waiting, *rows)))
    print(f"{len(rows)} rows added; `autosynth recover {folder.path}` makes them")
    return Exit.COMPLETE


def _inputs(standing: Standing, order: Order) -> Inputs:
    """Read the campaign's recipe on its station as it stands by now."""
    station = load_station(order.bench)
    if standing.simulated:
        inventory = inventory_from_json(dict(standing.inventory or {}), station)
    else:
        inventory = ledger_inventory(station, order.bench)
    return read_inputs(order.recipe, order.bench, order.fixed, order.acknowledge, order.library, inventory)
