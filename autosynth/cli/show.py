"""`autosynth show|report|runs`: looking back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autosynth.cli.campaignview import list_campaigns
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.cli.words import clock_text
from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.errors import AutosynthError
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.report.summary import summarise
from autosynth.station.load import load_station


def open_history(folder: RunFolder) -> History:
    """Return the folded journal of a run.

    Raises:
        JournalError, JournalCorruptError: it cannot be read or does not verify.
    """
    return read_history(folder, load_station(folder.path / "station.yaml"), OsDisk())


def show_run(run: str, runs: Path, *, verify: bool, as_json: bool) -> int:
    """Print what a run did.

    Raises:
        InputError: there is no such run.
        JournalCorruptError: the chain does not verify.
    """
    folder = RunFolder.find(run, runs)
    history = open_history(folder)
    store = JournalStore.read(folder.journal, OsDisk())
    try:
        events, head = store.check() if verify else store.tail()
    finally:
        store.abandon()
    summary: dict[str, Any] = {
        **summarise(history),
        "path": str(folder.path),
        "report": str(folder.report) if folder.report.exists() else None,
        "chain_head": head,
        "events": events,
        "verified": verify,
    }
    if as_json:
        print_json(summary)
        return Exit.COMPLETE
    from autosynth.cli.summary import print_summary

    print_summary(summary)
    if verify:
        print(f"the chain of {events} events verifies")
    return Exit.COMPLETE


def write_run_report(run: str, runs: Path) -> int:
    """Write the report again and print its path."""
    from autosynth.report.page import write_report

    print(write_report(RunFolder.find(run, runs)))
    return Exit.COMPLETE


def list_runs(runs: Path, *, as_json: bool) -> int:
    """Print the runs of a folder, newest first; one that cannot be read says why."""
    rows: list[dict[str, Any]] = []
    for journal in sorted(runs.glob("*/journal.sqlite"), reverse=True):
        folder = RunFolder(journal.parent)
        try:
            history = open_history(folder)
            rows.append(
                {
                    "run": history.meta.get("run", ""),
                    "name": folder.path.name,
                    "path": str(folder.path),
                    "title": history.meta.get("title", ""),
                    "state": history.state.value,
                    "simulated_s": history.t_s,
                }
            )
        except AutosynthError as error:
            known = {"run": "", "name": folder.path.name, "path": str(folder.path)}
            rows.append({**known, "title": str(error), "state": "?", "simulated_s": 0.0})
    rows = sorted([*rows, *list_campaigns(runs)], key=lambda row: str(row["name"]), reverse=True)
    if as_json:
        print_json(rows)
    else:
        _print_runs(rows)
    return Exit.COMPLETE


def _print_runs(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a line for each run with its folder's name, whole, which `show` and all others take; below it its title."""
    from autosynth.cli.terminal import Terminal

    out = Terminal()
    out.print(f"{'state':<9} {'time':>9}  run", markup=False)
    for row in rows:
        name, time = Path(row["path"]).name, clock_text(float(row["simulated_s"]))
        out.print(f"{row['state']:<9} {time:>9}  {name}", markup=False, highlight=False, soft_wrap=True)
        out.print(f"{'':<21}{row['title']}", markup=False, highlight=False, soft_wrap=True)
