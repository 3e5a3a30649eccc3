"""What a person sees while a run goes on: a live view on a terminal, plain lines in a log, nothing when asked.

Both hang on the journal's events and on nothing else; a view that breaks never stops a run.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from autosynth.engine.history import History
from autosynth.engine.run import OpenRun
from autosynth.journal.event import Event
from autosynth.plan.tree import Plan

View = Callable[[OpenRun], None]


@contextmanager
def live_view(*, plain: bool, quiet: bool) -> Iterator[View]:
    """Give a function that hangs a view on a run as it opens."""
    if quiet:
        yield lambda run: None
    elif plain or not sys.stdout.isatty():
        yield _hang_plain
    else:
        console = Console(highlight=False)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            yield lambda run: _hang_live(run, live)


def _hang_plain(run: OpenRun) -> None:
    print(f"run folder {run.folder.path}", flush=True)
    run.on_event(lambda event: _print_event(event))


def _print_event(event: Event) -> None:
    line = describe(event)
    if line:
        print(f"{clock_text(event.t_s)}  {line}"[:200], flush=True)


def _hang_live(run: OpenRun, live: Live) -> None:
    screen = Screen(run)

    def update(event: Event) -> None:
        if screen.take(event):
            live.update(screen.render(), refresh=True)

    run.on_event(update)


class Screen:
    """The live view's content: state, progress, current steps, vessels, last values, last lines."""

    KEPT = 8
    EVERY_S = 20.0
    """Bench seconds between redraws when nothing but strokes happens."""

    def __init__(self, run: OpenRun) -> None:
        self._run = run
        self._history: History = run.history
        self._lines: list[str] = []
        self._drawn_s = -1e9

    def take(self, event: Event) -> bool:
        """Note an event; True when the screen should be drawn again."""
        line = describe(event)
        if line:
            self._lines = [*self._lines, f"{clock_text(event.t_s)}  {line}"][-self.KEPT :]
        due = bool(line) or event.t_s - self._drawn_s > self.EVERY_S
        if due:
            self._drawn_s = event.t_s
        return due

    def render(self) -> Group:
        """Return what to draw, for 80 columns."""
        history = self._history
        plan: Plan = self._run.session.plan
        likely_s = max(plan.duration.likely_s, 1.0)
        head = Text(f"{history.state.value:10s} {plan.recipe.title[:56]}", style="bold")
        bar = ProgressBar(total=likely_s, completed=min(history.t_s, likely_s), width=40)
        progress = Table.grid(padding=(0, 1))
        progress.add_row(bar, f"{clock_text(history.t_s)} of about {clock_text(likely_s)}")
        return Group(head, progress, self._vessels(), self._values(), *(Text(line[:79]) for line in self._lines))

    def _vessels(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for name, spec in self._run.session.plan.station.vessels.items():
            if spec.role in {"vessel", "waste"}:
                level_ml = self._history.inventory.volume_ml(name)
                bar = ProgressBar(total=max(spec.limit_ml, 1e-9), completed=min(level_ml, spec.limit_ml), width=20)
                table.add_row(name[:16], bar, f"{level_ml:8.3f} mL of {spec.limit_ml:g}")
        return table

    def _values(self) -> Text:
        last = [(name, rounds[-1]["quantities"]) for name, rounds in self._history.measurements.items()][-1:]
        shown = [f"{key} {_percent(each)}" for _, found in last for key, each in _fractions(found)]
        temperatures = [f"{vessel} {value:.1f} °C" for vessel, value in self._run.session.temperatures.items()]
        return Text("   ".join([*temperatures, *shown])[:79])


def _fractions(found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(key, found[key]) for key in ("S1_confirmed_frac", "product_frac", "IA2", "change IA2") if key in found]


def _percent(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None or estimate["sd"] is None:
        return "unknown"
    return f"{100 * estimate['value']:.1f}±{100 * estimate['sd']:.1f} %"


def describe(event: Event) -> str:
    """Return an event worth a line in words, or nothing."""
    payload, action = event.payload, event.action
    match event.kind:
        case "state":
            reason = f": {payload['reason']}" if payload["reason"] else ""
            return f"{payload['from']} -> {payload['to']}{reason}"
        case "action.started" if "verb" in payload:
            return f"{action}  {payload['verb']} {_arguments(payload)}"
        case "measured":
            found = ", ".join(f"{key} {_percent(each)}" for key, each in _fractions(payload["quantities"]))
            return f"{action}  {payload['as']}: {found or 'no result'}"
        case "decision":
            return (
                f"{action}  {payload['condition']}? {payload['verdict']} (round {payload['round']} of {payload['of']})"
            )
        case "deviation":
            return f"{action}  deviation: {payload['what']}"
        case "failure":
            return f"{action}  {payload['device']}: {payload['message']}"
        case "settled":
            return f"{action}  settled: {payload['verdict']} ({payload['reason']})"
        case _:
            return ""


def _arguments(payload: Mapping[str, Any]) -> str:
    words = []
    for key, unit in (("reagent", ""), ("vessel", ""), ("source", ""), ("cell", "")):
        if payload.get(key):
            words.append(f"{payload[key]}{unit}")
    for key, unit in (("volume_ml", "mL"), ("speed_rpm", "rpm"), ("temperature_c", "°C"), ("wait_s", "s")):
        if isinstance(payload.get(key), int | float):
            words.append(f"{payload[key]:.4g} {unit}")
    return " ".join(words) or str(payload.get("text", payload.get("prompt", "")))


def clock_text(t_s: float) -> str:
    """Return seconds as h:mm:ss."""
    whole = round(t_s)
    return f"{whole // 3600:d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
