"""What people read of a campaign: its bill of materials, a line for each thing that happens, how it came out."""

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from autosynth.campaign.planning import CampaignPlan, Need
from autosynth.campaign.standing import Standing
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import clock_text, one_line
from autosynth.units import format_quantity

STYLES = {"COMPLETE": "bold green", "HELD": "bold red", "PAUSED": "bold yellow", "STOPPED": "bold yellow"}
MOST_ROWS = 12
"""So many rows that did not complete are told one by one."""


def print_bill(plan: CampaignPlan) -> None:
    """Print what a campaign needs of each stock, its changes of vials and how long it takes."""
    out = Terminal()
    table = Table("stock", "lot", "needed, all rows", "there", box=None, pad_edge=False)
    for need in plan.needs.values():
        table.add_row(escape(need.stock), escape(need.lot), _range(need), need.shown(need.available))
    likely = clock_text(plan.duration.likely_s)
    known = f"{len(plan.rows)} rows" if plan.rows else "rows that are chosen as results come in"
    out.print(f"{known}, about {likely}; {_changes(plan)}")
    if plan.needs:
        out.print(table)


def _changes(plan: CampaignPlan) -> str:
    if not plan.changes:
        return "no change of vials"
    before = ", ".join(plan.changes)
    several = "changes" if len(plan.changes) > 1 else "change"
    return escape(f"{len(plan.changes)} {several} of vials at most: before row {before}")


def _range(need: Need) -> str:
    low, high = need.shown(need.low), need.shown(need.high)
    return high if low == high else f"{low} to {high}"


def progress_line(text: str, standing: Standing) -> None:
    """Print one line: bench time, how many rows are complete, what happens."""
    print(f"{clock_text(standing.t_s)} {len(standing.complete)}/{len(standing.rows)} {one_line(text, 300)}", flush=True)


def print_campaign(summary: Mapping[str, Any]) -> None:
    """Print how far a campaign has come, what it has dispensed, which rows did not complete and where its report is."""
    out = Terminal()
    state = str(summary["state"])
    title = escape(one_line(str(summary["title"]), out.width - len(state) - 2))
    out.print(f"[{STYLES.get(state, 'bold')}]{state}[/]  {title}")
    hours = summary["simulated_s"] / 3600
    pace = f" in {summary['wall_s']:.1f} s" if "wall_s" in summary else ""
    out.print(f"{summary['made']} of {summary['of']} rows complete, {hours:.2f} h of bench time{pace}")
    if summary["reason"]:
        out.print(escape(str(summary["reason"])))
    if summary["dispensed"]:
        out.print(_dispensed(summary["dispensed"]))
    _others(out, summary)
    out.print(f"chain head {summary['chain_head'][:16]}")
    for name in ("report", "path"):
        if summary.get(name):
            out.print(f"{'report' if name == 'report' else 'campaign folder'}:")
            out.print(f"  {escape(str(summary[name]))}", soft_wrap=True)
            break
    if state in {"HELD", "PAUSED"}:
        out.print("`autosynth recover` with this folder goes on; no finished row is made again.")


def _others(out: Terminal, summary: Mapping[str, Any]) -> None:
    others = [each for each in summary["rows"] if each["state"] not in {"", "COMPLETE"}]
    for each in others[:MOST_ROWS]:
        out.print(escape(f"  row {each['row']}: {each['state']} {each['reason']}"))
    if len(others) > MOST_ROWS:
        out.print(f"  and {len(others) - MOST_ROWS} more in the report")


def _dispensed(dispensed: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("dispensed", "stock", "volume", "asked for", "doses", box=None, pad_edge=False)
    for reagent, each in dispensed.items():
        volume = format_quantity(each["volume_ml"], "volume", each["sd_ml"])
        planned = format_quantity(each["planned_ml"], "volume")
        table.add_row(escape(reagent), escape(each["stock"]), volume, planned, str(each["doses"]))
    return table
