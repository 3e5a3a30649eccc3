"""`autosynth replay CAMPAIGN`: make a simulated campaign again from its own copies and compare every run's chain."""

from pathlib import Path
from typing import Any

from autosynth.campaign.beginning import begin, chooser_of, judging, kept_order, preparing
from autosynth.campaign.chooser import SUGGESTED
from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.order import Ready, declared_goals
from autosynth.campaign.planning import CampaignPlan
from autosynth.campaign.policy import Policy
from autosynth.campaign.progress import read_standing
from autosynth.campaign.running import Crew, Running
from autosynth.campaign.standing import Standing
from autosynth.campaign.table.rows import Row
from autosynth.cli.campaign import disk_of, performer_of, request_of
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.engine.inputs import read_inputs, utc_now
from autosynth.errors import InputError, Problem
from autosynth.journal.disk import OsDisk
from autosynth.plan.tree import AT_ONCE
from autosynth.station.inventory_json import inventory_from_json
from autosynth.station.load import load_station


def replay_campaign(folder: CampaignFolder, runs: Path, *, as_json: bool) -> int:
    """Make the rows again, in a new folder below `runs`; return 0 if every run is the same event for event, else 2.

    Rows that an optimiser has chosen are chosen again.

    Raises:
        InputError: the campaign was no simulation: a bench is never twice the same.
        JournalError: its record cannot be read.
    """
    standing, _, _ = read_standing(folder.record, OsDisk())
    if not standing.simulated:
        hint = "run its recipe and table again, as another campaign"
        raise InputError(Problem(f"{folder.path.name} was made on a real bench", hint=hint, rule="campaign"))
    again, made = _made_again(folder, standing, runs)
    differences = _differences(standing, made)
    if as_json:
        rows = [row.name for row in made.rows.values() if row.last is not None]
        print_json({"path": str(again.path), "same": not differences, "rows": rows, "differences": differences})
    else:
        print("\n".join(differences) or f"{len(made.complete)} runs are the same, event for event")
        print(f"campaign folder {again.path}")
    return Exit.BAD_INPUT if differences else Exit.COMPLETE


def _made_again(folder: CampaignFolder, standing: Standing, runs: Path) -> tuple[CampaignFolder, Standing]:
    opening, station = standing.opening, folder.path / "station.yaml"
    order = kept_order(folder, opening, station)
    inventory = inventory_from_json(opening["inventory"], load_station(station))
    inputs = read_inputs(order.recipe, station, order.fixed, order.acknowledge, order.library, inventory)
    rows = tuple(Row(row.name, row.settings) for row in standing.rows.values() if row.source != SUGGESTED)
    texts = {name: text for name in opening["inputs"] if (text := folder.text(name)) is not None}
    recipe = inputs.plan.recipe
    ready = Ready(order, inputs, CampaignPlan(rows, {}, {}, (), AT_ONCE), texts, *declared_goals(order, recipe))
    details = {"faults": list(opening.get("faults", ())), "replay_of": folder.path.name}
    copy, progress = begin(
        ready, runs, str(opening["campaign"]), utc_now(), disk_of(True), simulated=True, details=details
    )
    request = request_of(copy, progress.standing, copy.path / "station.yaml", plain=True, as_json=True)
    crew = Crew(
        folder=copy,
        progress=progress,
        performer=performer_of(request, copy, progress.standing, copy.path / "station.yaml", None),
        prepare=preparing(kept_order(copy, opening, copy.path / "station.yaml"), lambda: None),
        policy=Policy(**opening["policy"]),
        tell=lambda text, standing: None,
        judge=judging(order, recipe),
        chooser=chooser_of(order, recipe),
    )
    try:
        Running(crew).go()
    finally:
        progress.close()
    return copy, progress.standing


def _differences(before: Standing, after: Standing) -> list[str]:
    """Return what came otherwise, a sentence each; rows that were never made are not compared."""
    found: list[str] = []
    for name, row in before.rows.items():
        first = next((each for each in row.attempts if "head" in each.told), None)
        other = after.rows.get(name)
        if first is None:
            continue
        if other is None or dict(other.settings) != dict(row.settings):
            found.append(f"row {name} was set otherwise")
        elif _head(other.attempts) != str(first.told["head"]):
            found.append(
                f"row {name} came otherwise: {str(first.told['head'])[:16]} before, {_head(other.attempts)[:16]} now"
            )
    return found


def _head(attempts: Any) -> str:
    return next((str(each.told["head"]) for each in attempts if "head" in each.told), "not made")
