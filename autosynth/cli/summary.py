"""The end of a run in a dozen lines a chemist can read, in 80 columns."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from autosynth.units import format_quantity

SHOWN_QUANTITIES = ("S1_confirmed_frac", "product_frac", "free_metal_frac", "I", "IA", "IA2", "change IA2")
"""Fractions worth a line in the summary; the report has them all."""


def print_summary(summary: Mapping[str, Any], console: Console | None = None) -> None:
    """Print outcome, deliveries, results, loop outcomes, deviations and where the report is."""
    out = console or Console(highlight=False, soft_wrap=False)
    hours = summary["simulated_s"] / 3600
    out.print(f"[bold]{summary['state']}[/]  {summary['title']}")
    pace = f"{hours:.2f} h of bench time in {summary['wall_s']:.1f} s, {summary['exchanges']} exchanges"
    out.print(f"run {summary['run']}: {pace}")
    if summary["state"] == "HELD":
        out.print(f"[bold red]held:[/] {summary['reason']}")
    out.print(_delivered(summary["delivered"]))
    if summary["results"]:
        out.print(_results(summary["results"]))
    for name, ended in summary["outcomes"].items():
        how = "by its condition" if ended["outcome"] == "condition" else "at its cap: a lower bound"
        out.print(f"{name}: ended in round {ended['rounds']} of {ended['of']}, {how}")
    _deviations(out, summary["deviations"])
    out.print(f"chain head {summary['chain_head'][:16]}")
    out.print("report:")
    out.print(f"  {summary['report']}", soft_wrap=True)


def _delivered(delivered: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("delivered", "amount", "volume", "planned", "doses", box=None, pad_edge=False)
    for reagent, each in delivered.items():
        amount = "" if each["unit"] == "mL" else format_quantity(each["amount"], "amount", each.get("sd"))
        volume = format_quantity(each["volume_ml"], "volume", each["sd_ml"])
        planned = format_quantity(each["planned_ml"], "volume")
        table.add_row(reagent, amount, volume, planned, str(each["doses"]))
    return table


def _results(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Table:
    table = Table("measured", "quantity", "value", box=None, pad_edge=False)
    for name, quantities in results.items():
        for quantity in SHOWN_QUANTITIES:
            estimate = quantities.get(quantity)
            if estimate is not None and estimate["value"] is not None:
                table.add_row(name, quantity, f"{100 * estimate['value']:.2f} ± {100 * (estimate['sd'] or 0):.2f} %")
    return table


def _deviations(out: Console, deviations: list[Mapping[str, Any]]) -> None:
    if not deviations:
        out.print("no deviations")
        return
    out.print(f"{len(deviations)} deviations:")
    for each in deviations[:8]:
        details = ", ".join(f"{key} {value}" for key, value in each.items() if key not in {"what", "action", "t_s"})
        out.print(f"  {each['t_s']:9.0f} s  {each['action']}: {each['what']} ({details})"[:200])
    if len(deviations) > 8:
        out.print(f"  and {len(deviations) - 8} more in the report")
