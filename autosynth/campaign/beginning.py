"""The beginning of a campaign on disk, and what is made again of it from there: its order, its plans, its choices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autosynth.campaign.choice import Given, optimiser_of
from autosynth.campaign.chooser import OptimiserChooser
from autosynth.campaign.declared import read_declaration
from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.order import DECLARATION, Order, Ready, declared_goals
from autosynth.campaign.policy import Policy
from autosynth.campaign.progress import Progress
from autosynth.campaign.running import Chooser
from autosynth.campaign.table.rows import Column, Row
from autosynth.engine.beginning import digest
from autosynth.engine.inputs import Inputs, read_inputs, read_libraries
from autosynth.engine.run import RunEnd
from autosynth.journal.disk import Disk
from autosynth.recipe.model import Recipe
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_to_json


def begin(
    ready: Ready,
    runs: Path,
    campaign: str,
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
        "seed": order.seed,
        "acknowledged": dict(order.acknowledge),
        "fixed": dict(order.fixed),
        "columns": {name: asdict(column) for name, column in order.columns.items()},
        "policy": {name: getattr(order.policy, name) for name in order.policy.__slots__},
        "inputs": {name: digest(text) for name, text in ready.texts.items()},
        "software": {"autosynth": version("autosynth")},
        "objectives": {each.name: [each.goal.value, each.unit] for each in ready.goals.objectives},
        "limits": {each.name: [each.at_least, each.at_most, each.unit] for each in ready.goals.limits},
        "left_out": list(ready.left_out),
        "needs": {stock: [need.low, need.high, need.unit] for stock, need in ready.plan.needs.items()},
        **(details or {}),
    }
    if simulated:
        opening["inventory"] = inventory_to_json(ready.inputs.held)
    progress.record("campaign.opened", opening)
    add_rows(progress, ready.plan.rows, "table" if ready.order.table is not None else "design")
    return folder, progress


def kept_order(folder: CampaignFolder, opening: Mapping[str, Any], station: Path, table: Path | None = None) -> Order:
    """Return what a campaign was asked for, from its own copies, on a station's file; with a further table.

    Raises:
        InputError: its file no longer reads.
    """
    file = folder.path / DECLARATION
    return Order(
        declared=read_declaration(file) if file.exists() else None,
        seed=int(opening["seed"]),
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


def chooser_of(order: Order, recipe: Recipe) -> Chooser | None:
    """Return what chooses further rows of a campaign; None when all are known.

    Raises:
        InputError: its file no longer fits the recipe.
    """
    goals, space = declared_goals(order, recipe)
    if order.declared is None or space is None or order.declared.optimiser is None:
        return None
    given = Given(space, goals, order.seed, read_libraries(recipe, order.recipe, order.library, {}))
    optimiser, asked = optimiser_of(order.declared, given), order.declared.optimiser
    return (
        None if optimiser is None else OptimiserChooser(optimiser, space, recipe, asked.rows, asked.batch, order.seed)
    )


def judging(order: Order, recipe: Recipe) -> Callable[[Mapping[str, str], RunEnd], Mapping[str, Any]]:
    """Return what values the campaign's objectives and limits when a run has ended."""
    goals, _ = declared_goals(order, recipe)

    def judge(settings: Mapping[str, str], end: RunEnd) -> Mapping[str, Any]:
        return goals.measure(recipe.parameters_with(settings), end.history, end.simulated_s)

    return judge
