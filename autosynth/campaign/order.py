"""What a campaign is made from, read as one: recipe, station, ledger, libraries and rows; and its beginning on disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.planning import CampaignPlan, plan_campaign
from autosynth.campaign.policy import Policy
from autosynth.campaign.progress import Progress
from autosynth.campaign.rows import Column, Row, read_rows
from autosynth.campaign.table import Table, read_table
from autosynth.engine.beginning import digest
from autosynth.engine.inputs import Inputs, read_inputs
from autosynth.errors import InputError, Problem
from autosynth.journal.disk import Disk
from autosynth.plan.check import make_plan
from autosynth.plan.ground import Ground, ground
from autosynth.plan.tree import Plan
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_to_json


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for: a recipe on a station, over the rows of a table."""

    recipe: Path
    station: Path | None = None
    title: str = ""
    table: Path | None = None
    columns: Mapping[str, Column] = field(default_factory=dict[str, Column])
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Parameters that are the same for all rows."""
    acknowledge: Mapping[str, str] = field(default_factory=dict[str, str])
    policy: Policy = field(default_factory=Policy)
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further inputs to keep, by name of file."""
    library: Path | None = None
    """The species library instead of the one that the recipe names."""

    @property
    def bench(self) -> Path:
        """Return the station's file: `station.yaml` beside the recipe when none is named."""
        return self.station or self.recipe.parent / "station.yaml"


@dataclass(frozen=True, slots=True)
class Ready:
    """A campaign that has been read and checked; `plan.blocking` tells whether it may begin."""

    order: Order
    inputs: Inputs
    plan: CampaignPlan
    texts: Mapping[str, str]

    @property
    def title(self) -> str:
        """Return what the campaign is called."""
        return self.order.title or self.inputs.plan.recipe.title

    def require_accepted(self) -> None:
        """Refuse to begin while something stands against it.

        Raises:
            InputError: everything that does.
        """
        if self.plan.blocking:
            raise InputError(*self.plan.blocking)


def read_order(order: Order, inventory: Inventory | None = None, today: date | None = None) -> Ready:
    """Read everything that a campaign is made from and check all of its rows.

    `inventory` overrides the station's ledger. Without `today` no stock is found expired.

    Raises:
        InputError: a file is missing or wrong, or a cell of the table is; what checking found is in the plan.
    """
    inputs = read_inputs(order.recipe, order.station, order.fixed, order.acknowledge, order.library, inventory, today)
    rows, texts = _rows(order, inputs)
    plan = plan_rows(rows, inputs, order, today)
    return Ready(order, inputs, plan, {**inputs.texts, **texts, **order.texts})


def _rows(order: Order, inputs: Inputs) -> tuple[tuple[Row, ...], Mapping[str, str]]:
    if order.table is None:
        return (), {}
    table = read_table(order.table)
    return rows_of(table, order, inputs), {"table.csv": table.text}


def rows_of(table: Table, order: Order, inputs: Inputs, taken: Sequence[str] = ()) -> tuple[Row, ...]:
    """Return the rows of a table with what is the same for all of them.

    Raises:
        InputError: something in the table is wrong, or a column says what is fixed for all rows.
    """
    rows = read_rows(table, inputs.plan.recipe.parameters, order.columns, taken)
    twice = [name for name in order.fixed if rows and name in rows[0].settings]
    if twice:
        hint = "take it out of the table, or out of what is fixed for all rows"
        marks = rows[0].places
        raise InputError(*(Problem(f"{name} is fixed already", marks[name], hint, "table") for name in twice))
    return tuple(Row(row.name, {**order.fixed, **row.settings}, row.mark, row.places) for row in rows)


def plan_rows(rows: Sequence[Row], inputs: Inputs, order: Order, today: date | None = None) -> CampaignPlan:
    """Check rows on a station as its ledger stands."""
    plan = inputs.plan
    begin = ground(plan.station, inputs.held)

    def plan_row(settings: Mapping[str, str], start: Ground) -> Plan:
        return make_plan(
            plan.recipe,
            plan.station,
            inputs.held,
            settings,
            order.acknowledge,
            library=inputs.library,
            today=today,
            ground=start,
        )

    return plan_campaign(rows, begin, plan_row, order.policy.change_s)


def begin(
    ready: Ready,
    runs: Path,
    campaign: str,
    seed: int,
    when: datetime,
    disk: Disk,
    *,
    simulated: bool,
    details: Mapping[str, Any] | None = None,
) -> tuple[CampaignFolder, Progress]:
    """Make the folder and the record of a campaign; `details` go on record with its opening.

    Raises:
        JournalError: they cannot be made.
    """
    folder = CampaignFolder.create(runs, ready.title, campaign, when)
    folder.keep(ready.texts)
    order = ready.order
    meta = {"started": when.isoformat(), "station_file": str(order.bench.resolve())}
    progress = Progress.create(folder.record, disk, meta)
    opening: dict[str, Any] = {
        "campaign": campaign,
        "title": ready.title,
        "recipe": ready.inputs.plan.recipe.title,
        "station": ready.inputs.plan.station.name,
        "simulated": simulated,
        "seed": seed,
        "acknowledged": dict(order.acknowledge),
        "fixed": dict(order.fixed),
        "columns": {name: asdict(column) for name, column in order.columns.items()},
        "policy": {name: getattr(order.policy, name) for name in order.policy.__slots__},
        "inputs": {name: digest(text) for name, text in ready.texts.items()},
        "software": {"autosynth": version("autosynth")},
        "needs": {stock: [need.low, need.high, need.unit] for stock, need in ready.plan.needs.items()},
        **(details or {}),
    }
    if simulated:
        opening["inventory"] = inventory_to_json(ready.inputs.held)
    progress.record("campaign.opened", opening)
    add_rows(progress, ready.plan.rows, "table")
    return folder, progress


def kept_order(folder: CampaignFolder, opening: Mapping[str, Any], station: Path, table: Path | None = None) -> Order:
    """Return what a campaign was asked for, from its own copies, on a station's file; with a further table."""
    return Order(
        recipe=folder.path / "recipe.yaml",
        station=station,
        title=str(opening["title"]),
        table=table,
        columns={name: Column(**each) for name, each in opening["columns"].items()},
        fixed=opening["fixed"],
        acknowledge=opening["acknowledged"],
        policy=Policy(**opening["policy"]),
        library=folder.path / "library.yaml",
    )


def add_rows(progress: Progress, rows: Sequence[Row], source: str) -> None:
    """Put rows on record; none is no news.

    Raises:
        JournalError: the disk refused.
    """
    if rows:
        told = [{"name": row.name, "settings": dict(row.settings)} for row in rows]
        progress.record("rows.added", {"source": source, "rows": told})


def preparing(order: Order, today: Callable[[], date | None]) -> Callable[[Mapping[str, str], Inventory], Inputs]:
    """Return what makes a row's plan, of a campaign as it was kept, for what is where then."""

    def prepare(settings: Mapping[str, str], inventory: Inventory) -> Inputs:
        acknowledged = order.acknowledge
        return read_inputs(order.recipe, order.station, settings, acknowledged, order.library, inventory, today())

    return prepare
