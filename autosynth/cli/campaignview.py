"""Looking back at campaigns: `show`, `report` and `runs` of them."""

import sys
from pathlib import Path
from typing import Any

from autosynth.campaign.folder import RECORD, CampaignFolder
from autosynth.campaign.progress import read_standing
from autosynth.campaign.standing import Attempt, Standing
from autosynth.campaign.summary import summarise_campaign
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.errors import AutosynthError, JournalCorruptError, JournalError
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore


def show_campaign(folder: CampaignFolder, *, verify: bool, as_json: bool) -> int:
    """Print how far a campaign has come; with `verify`, check its chain and that of every run it tells of.

    Raises:
        JournalError: its record, or with `verify` that of one of its runs, cannot be read.
        JournalCorruptError: a chain does not verify, or a run's is not the one that the campaign has on record.
    """
    standing, events, head = read_standing(folder.record, OsDisk())
    checked = verified(folder, standing) if verify else 0
    summary: dict[str, Any] = {
        **summarise_campaign(standing, head),
        "path": str(folder.path),
        "report": str(folder.report) if folder.report.exists() else None,
        "events": events,
        "verified": verify,
    }
    if as_json:
        print_json(summary)
        return Exit.COMPLETE
    from autosynth.cli.campaignwords import print_campaign

    print_campaign(summary)
    if verify:
        print(f"the chain of {events} events and those of {checked} runs verify")
    return Exit.COMPLETE


def verified(folder: CampaignFolder, standing: Standing) -> int:
    """Check the chains of a campaign and of its runs; return how many runs were checked.

    Raises:
        JournalError: one cannot be read.
        JournalCorruptError: one does not verify, or is not the one on record.
    """
    _check(folder.record, "")
    ended = [each for row in standing.rows.values() for each in row.attempts if "head" in each.told]
    for attempt in ended:
        path = _run_of(folder, attempt)
        _check(path / "journal.sqlite", str(attempt.told["head"]))
    return len(ended)


def _run_of(folder: CampaignFolder, attempt: Attempt) -> Path:
    path = folder.run(attempt.run)
    if path is None:
        raise JournalError(f"the folder of run {attempt.run} is missing in {folder.runs}")
    return path


def _check(path: Path, head: str) -> None:
    store = JournalStore.read(path, OsDisk())
    try:
        _, found = store.check()
    finally:
        store.abandon()
    if head and found != head:
        raise JournalCorruptError(f"{path} ends with {found[:16]}, the campaign has {head[:16]} on record")


def list_campaigns(runs: Path) -> list[dict[str, Any]]:
    """Return a line for each campaign in a folder; one that cannot be read says why."""
    rows: list[dict[str, Any]] = []
    for record in runs.glob(f"*/{RECORD}"):
        where = record.parent
        told = {"run": "", "name": where.name, "path": str(where), "title": "", "state": "?", "simulated_s": 0.0}
        try:
            standing, _, _ = read_standing(record, OsDisk())
        except AutosynthError as error:
            rows.append({**told, "title": str(error)})
            continue
        title = f"{standing.opening.get('title', '')} ({len(standing.complete)} of {len(standing.rows)} rows)"
        told |= {"run": standing.opening.get("campaign", ""), "title": title}
        rows.append({**told, "state": standing.state.value, "simulated_s": standing.t_s})
    return rows


def write_reports(folder: CampaignFolder) -> int:
    """Write a campaign's page and table again and print the page's path.

    Raises:
        JournalError: its record cannot be read, or the files not be written.
    """
    from autosynth.report.campaigns.page import write_campaign_report

    print(write_campaign_report(folder))
    return Exit.COMPLETE


def report_of_campaign(folder: CampaignFolder) -> str | None:
    """Write the page and the table; a campaign is not undone because they cannot be written."""
    try:
        from autosynth.report.campaigns.page import write_campaign_report

        return str(write_campaign_report(folder))
    except (ImportError, JournalError) as error:
        print(f"warning: {error}", file=sys.stderr)
        return None
