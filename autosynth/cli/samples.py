"""What `autosynth analyze` tells of samples, whatever was measured: for people or for other programs.

Each kind of analysis says what is its own; head, errors, quantities, tables and notes are told alike.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autosynth.analysis.estimate import Estimate
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.cli.terminal import Terminal
from autosynth.cli.words import estimate_text, plain_estimate

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Sample(Generic[Result]):
    """One sample: what it is called, what `--json` says of its data, and a result or why there is none."""

    name: str
    data: Mapping[str, Any]
    result: Result | None = None
    trouble: str = ""


def report(
    library: str,
    samples: Sequence[Sample[Result]],
    show: Callable[[Console, Result, Mapping[str, Any]], None],
    plain: Callable[[Result], Mapping[str, Any]],
    *,
    as_json: bool,
) -> int:
    """Tell samples and return 0, or 2 when one could not be analysed.

    `show` prints a result, given what is known of the sample's data too; `plain` returns it for `--json`.
    """
    if as_json:
        print_json({"library": library, "samples": [_plain(each, plain) for each in samples]})
    else:
        out = Terminal()
        for each in samples:
            out.print(f"[bold]{escape(each.name)}[/]", soft_wrap=True)
            if each.result is None:
                print(f"error: {each.trouble}", file=sys.stderr)
            else:
                show(out, each.result, each.data)
    return Exit.BAD_INPUT if any(each.result is None for each in samples) else Exit.COMPLETE


def _plain(sample: Sample[Result], plain: Callable[[Result], Mapping[str, Any]]) -> dict[str, Any]:
    told = {"error": sample.trouble} if sample.result is None else plain(sample.result)
    return {**sample.data, **told}


def print_quantities(out: Console, quantities: Mapping[str, Estimate], hidden: tuple[str, ...] = ()) -> None:
    """Print quantities but those whose names begin as `hidden` says."""
    table = Table("quantity", "value", box=None, pad_edge=False)
    for name, estimate in quantities.items():
        if not name.startswith(hidden):
            table.add_row(name, estimate_text(plain_estimate(estimate), name))
    out.print(table)


def print_table(out: Console, head: Sequence[str], rows: Iterable[Sequence[str | Estimate | None]]) -> None:
    """Print rows of words and estimates, one that is missing as a dash; nothing when there is no row."""
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(each) for each in row))
    if table.rows:
        out.print(table)


def _cell(value: str | Estimate | None) -> str:
    if value is None:
        return "-"
    return escape(value) if isinstance(value, str) else estimate_text(plain_estimate(value))


def print_notes(out: Console, flags: Iterable[str]) -> None:
    """Print what makes a result doubtful."""
    for flag in flags:
        out.print(f"[yellow]note:[/] {escape(flag)}")


def plain_estimates(estimates: Mapping[str, Estimate | None]) -> dict[str, Any]:
    """Return estimates for `--json`."""
    return {name: None if each is None else plain_estimate(each) for name, each in estimates.items()}
