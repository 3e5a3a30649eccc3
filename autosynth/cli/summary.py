"""The end of a run in a dozen lines a chemist can read, in 80 columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.cli.terminal import Terminal
from autosynth.cli.words import FEW, clock_text, deciding, estimate_text, one_line
from autosynth.engine.choices import bounds_text
from autosynth.engine.remote import CONTROL_FILE
from autosynth.report.deeds import mass
from autosynth.report.grinding import milling_text
from autosynth.report.openstrokes import amount_text, much_text
from autosynth.units import format_quantity

STYLES = {"COMPLETE": "bold green", "HELD": "bold red", "STOPPED": "bold yellow", "ABORTED": "bold red"}
HOW = {"condition": "by its condition", "cap": "at its cap: a lower bound"}
MOST_KINDS = 8


def print_summary(summary: Mapping[str, Any], console: Console | None = None) -> None:
    """Print outcome, deliveries, results, loop outcomes, deviations and where the report is."""
    out = console or Terminal()
    state = summary["state"]
    title = escape(one_line(str(summary["title"]), out.width - len(state) - 2))
    out.print(f"[{STYLES.get(state, 'bold')}]{state}[/]  {title}")
    out.print(f"run {summary['run']}: {_pace(summary)}")
    if state in {"HELD", "STOPPED", "ABORTED"} and summary["reason"]:
        out.print(f"[bold red]{state.lower()}:[/] {escape(str(summary['reason']))}")
    for each in summary["not_safe"]:
        told = f"{each['device']} of {each['vessel']} could not be told; {each['may']}"
        out.print(f"[bold red]not safe:[/] {escape(told)}")
    for each in summary["unsettled"]:
        told = f"{each['verb']} of {each['device']} in {each['action']}: {bounds_text(each)}"
        told += "" if each["decide"] else f"; a restart asks {each['device']}"
        out.print(f"[bold red]unknown:[/] stroke {each['intent']}, {escape(told)}")
    if summary["delivered"]:
        out.print(_delivered(summary["delivered"]))
    for jar, total in summary["milling"].items():
        out.print(escape(milling_text(jar, total)))
    if summary["results"]:
        out.print(_results(summary))
    for name, ended in summary["outcomes"].items():
        out.print(f"{escape(name)}: ended in round {ended['rounds']} of {ended['of']}, {HOW[ended['outcome']]}")
    _deviations(out, summary["deviations"])
    for fault in summary.get("unstruck", ()):
        out.print(f"[bold yellow]fault never struck:[/] {escape(fault)}")
    out.print(f"chain head {summary['chain_head'][:16]}")
    for name in ("report", "path"):
        if summary.get(name):
            out.print(f"{'report' if name == 'report' else 'run folder'}:")
            out.print(f"  {escape(str(summary[name]))}", soft_wrap=True)
            break
    if state == "HELD":
        alive = (Path(summary["path"]) / CONTROL_FILE).exists()
        out.print(escape(next_steps(alive=alive, simulated=summary["simulated"])))


def next_steps(*, alive: bool, simulated: bool) -> str:
    """Return what a person can really do with a held run: restart it if its process lives, recover it if it can be."""
    if alive:
        return "It waits for a person: `autosynth restart`, `stop` or `abort`; `recover` if its process has died."
    if simulated:
        return (
            "Its simulated bench has gone with its process: nothing can be restarted or recovered.\n"
            "See to what the reason says and run it again; with --speed 1 it stays and takes commands."
        )
    return "Its process has left: `autosynth recover` goes on with it, `autosynth settle` closes it."


def _pace(summary: Mapping[str, Any]) -> str:
    hours = f"{summary['simulated_s'] / 3600:.2f} h of bench time"
    if "wall_s" not in summary:
        return hours
    return f"{hours} in {summary['wall_s']:.1f} s, {summary['exchanges']} exchanges"


def _delivered(delivered: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return what was delivered against what was planned: liquids by volume, powders by mass."""
    table = Table("delivered", "amount", *_heads(delivered), "planned", "doses", box=None, pad_edge=False)
    for reagent, each in delivered.items():
        amount = amount_text(each) if each["unit"] == "mol" else ""
        planned = mass(each["planned_mg"]) if "mass_mg" in each else format_quantity(each["planned_ml"], "volume")
        much = much_text(each)
        table.add_row(escape(reagent), amount, much, planned, str(each["doses"]))
    return table


def _heads(delivered: Mapping[str, Mapping[str, Any]]) -> list[str]:
    weighed = ["mass_mg" in each for each in delivered.values()]
    return ["mass" if all(weighed) else "volume or mass" if any(weighed) else "volume"]


def _results(summary: Mapping[str, Any]) -> Table:
    """Return verdicts and the last value of what was decided on; where nothing was decided, the first quantities."""
    shown = deciding(name for each in summary["decisions"] for name in each["values"])
    verdicts: Mapping[str, Mapping[str, str]] = summary["verdicts"]
    table = Table("measured", "quantity", "last value", box=None, pad_edge=False)
    for name, quantities in summary["results"].items():
        verdict = verdicts.get(name, {})
        if verdict:
            table.add_row(name, "verdict", escape(verdict["verdict"]))
        wanted = [each for each in shown.get(name, ()) if each in quantities] or list(quantities)[:FEW]
        for quantity in wanted:
            table.add_row(name, quantity, estimate_text(quantities[quantity], quantity))
        if not wanted:
            table.add_row(name, "", "no result")
    return table


def _deviations(out: Console, deviations: Sequence[Mapping[str, Any]]) -> None:
    """Print each kind of deviation once, with its first occurrence; the report has them all."""
    if not deviations:
        out.print("no deviations")
        return
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for each in deviations:
        kinds.setdefault(str(each["what"]), []).append(each)
    out.print("1 deviation:" if len(deviations) == 1 else f"{len(deviations)} deviations:")
    for what, cases in list(kinds.items())[:MOST_KINDS]:
        first = cases[0]
        details = ", ".join(
            f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
            for key, value in first.items()
            if key not in {"what", "action", "t_s"}
        )
        often = f"{len(cases)} times, first " if len(cases) > 1 else ""
        place = f"{often}{first['action'] or 'run'} at {clock_text(first['t_s'])}"
        out.print(escape(f"  {what}: {place}{f' ({details})' if details else ''}"))
    if len(kinds) > MOST_KINDS:
        out.print(f"  and {len(kinds) - MOST_KINDS} more kinds in the report")
