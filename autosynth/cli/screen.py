"""The live view's content: state, progress, steps, the bench, values, a curve, last lines; for any terminal size.

It reads a run, its own process's or another's, and draws; it changes nothing and asks nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from autosynth.cli.curve import Curves
from autosynth.cli.instruments import instrument_lines
from autosynth.cli.jars import jar_text
from autosynth.cli.progress import Progress
from autosynth.cli.words import NO_REASON, clock_text, describe, measured_text, one_line
from autosynth.engine.history import History
from autosynth.engine.machine import FINAL, RunState
from autosynth.engine.run import OpenRun
from autosynth.journal.event import Event
from autosynth.plan.tree import Plan
from autosynth.station.model import VesselSpec

WIDE = 110
"""From so many columns on, vessels and values stand side by side."""
STYLES = {RunState.RUNNING: "bold green", RunState.COMPLETE: "bold green", RunState.HELD: "bold white on red"}
MOST_NOW, MOST_VESSELS, MOST_VALUES, KEPT = 4, 8, 5, 60
LEAST_LINES, MOST_CURVE = 4, 14
"""The last lines keep at least so many lines, a curve takes at most so many."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view is of: a plan, how far it has come, what time it is there, and how warm the vessels are (°C).

    `readings` are those of jars, by channel.
    """

    plan: Plan
    history: History
    now_s: Callable[[], float]
    temperatures_c: Callable[[], Mapping[str, float]]
    curves: Curves
    readings: Callable[[], Mapping[str, float]] = dict[str, float]


def shown_run(run: OpenRun) -> Shown:
    """Return a run of this process as a view sees it; its instruments' points are heard from now on."""
    curves = Curves(run.folder.path)
    curves.listen(run.devices)
    session = run.session
    live = (lambda: session.temperatures, curves, lambda: session.readings)
    return Shown(session.plan, run.history, run.clock.now, *live)


class Screen:
    """What to draw of one run."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._history = shown.history
        self.progress = Progress(shown.plan, shown.history)
        self._state, self._held = shown.history.state, shown.history.hold_reason
        self._lines: list[str] = []

    def take(self, event: Event) -> None:
        """Note an event."""
        self.progress.take(event)
        self._shown.curves.take(event)
        if event.kind == "state":
            self._state = RunState(event.payload["to"])
            self._held = str(event.payload.get("reason") or self._held)
        line = describe(event, self.progress.deciding)
        if line:
            self._lines = [*self._lines, f"{clock_text(event.t_s)}  {line}"][-KEPT:]

    def render(self, width: int, height: int) -> Group:
        """Return at most `height` lines of at most `width` columns."""
        head: list[RenderableType] = [self._head(width), self._bar(width), *self._reason(width)]
        now = [Text(f"  {line}", style="cyan") for line in self.progress.now()[:MOST_NOW]] or [Text("  between steps")]
        room = max(height - len(head) - len(now), 0)
        middle = self._middle(width, min(room, MOST_VESSELS + MOST_VALUES))
        room = max(room - _rows(middle), 0)
        curve = self._curve(width, min(room - LEAST_LINES, MOST_CURVE))
        room = max(room - len(curve), 0)
        log = [Text(line, style="dim") for line in self._lines[-room:]] if room else []
        for line in (*now, *log):
            line.truncate(width, overflow="ellipsis")
        return Group(*head, *now, *middle, *curve, *log)

    def _curve(self, width: int, height: int) -> list[Text]:
        curve = self._shown.curves.latest()
        return [] if curve is None else curve.lines(width, height)

    def _head(self, width: int) -> Text:
        state = self._state
        run_id = str(self._history.meta.get("run", ""))
        title = one_line(self._shown.plan.recipe.title, max(width - len(state.value) - len(run_id) - 6, 10))
        head = Text(f" {state.value} ", style=STYLES.get(state, "bold yellow"))
        return head.append(f"  {title}  ", style="bold").append(run_id, style="dim")

    def _bar(self, width: int) -> Table:
        now_s = self._shown.now_s()
        left_s = self.progress.left_s(now_s)
        part = now_s / (now_s + left_s) if left_s > 0 else 1.0
        row = Table.grid(padding=(0, 1))
        left = f"about {clock_text(left_s)} left" if left_s > 0 else "time left not known"
        left = "at its end" if self._state in FINAL else left
        row.add_row(
            ProgressBar(total=1.0, completed=part, width=max(width - 42, 10)),
            f"{100 * part:3.0f} %",
            f"{clock_text(now_s)}, {left}",
        )
        return row

    def _reason(self, width: int) -> list[Text]:
        if self._state not in {RunState.HOLDING, RunState.HELD}:
            return []
        return [Text(one_line(f"held: {self._held or NO_REASON}", width), style="bold red")]

    def _middle(self, width: int, room: int) -> list[RenderableType]:
        side_by_side = width >= WIDE
        column = width // 2 if side_by_side else width
        values = self._values(width - column if side_by_side else width)[-MOST_VALUES:]
        specs = self._vessels()
        devices = instrument_lines(self._history, width, 1 if side_by_side or room < MOST_VESSELS else 2)
        room = max(room - len(devices), 0)
        if side_by_side:
            grid = Table.grid(padding=(0, 2), expand=True)
            left, right = [self._level(each, column - 2) for each in specs[:room]], values[:room]
            rows = max(len(left), len(right))
            for one, two in zip(_filled(left, rows), _filled(right, rows), strict=True):
                grid.add_row(one, two)
            return [*([grid] if rows else []), *devices]
        levels = [self._level(each, width) for each in specs[: max(room - len(values), 0)][:MOST_VESSELS]]
        return [*levels, *devices, *values[:room]]

    def _vessels(self) -> list[VesselSpec]:
        """Return what is worth a line: the vessels that the plan uses, and waste; vials once they hold something."""
        volume_ml = self._history.inventory.volume_ml
        served = [
            each
            for each in self._shown.plan.station.vessels.values()
            if (each.role == "vessel" and each.name in self.progress.used) or each.role == "waste"
        ]
        return [
            each
            for each in served
            if volume_ml(each.name) > 1e-3 or each.heated_by or each.potentiostat or each.stirred_by or each.jar
        ]

    def _level(self, spec: VesselSpec, width: int) -> Text:
        if spec.jar is not None:
            line = Text(f"  {spec.name[:14]:14s} {jar_text(self._history, spec.name, self._shown.readings())}")
            line.truncate(width, overflow="ellipsis")
            return line
        level_ml = self._history.inventory.volume_ml(spec.name)
        full = min(level_ml / spec.limit_ml, 1.0) if spec.limit_ml > 0 else 0.0
        cells = min(max(width - 46, 8), 24)
        filled = round(full * cells)
        text = Text(f"  {spec.name[:14]:14s} ").append("█" * filled, style="red" if full > 0.95 else "blue")
        text.append("░" * (cells - filled), style="dim").append(f" {level_ml:9.3f} mL of {spec.limit_ml:g}")
        temperature_c = self._shown.temperatures_c().get(spec.name)
        if temperature_c is not None:
            text.append(f"  {temperature_c:.1f} °C")
        text.truncate(width)
        return text

    def _values(self, width: int) -> list[Text]:
        lines = [
            Text(f"  {name}: {measured_text(rounds[-1], self.progress.deciding)}", style="magenta")
            for name, rounds in self._history.measurements.items()
        ]
        for line in lines:
            line.truncate(width, overflow="ellipsis")
        return lines


def _filled(lines: Sequence[Text], count: int) -> list[Text]:
    return [*lines, *(Text("") for _ in range(count - len(lines)))]


def _rows(parts: Sequence[RenderableType]) -> int:
    return sum(part.row_count if isinstance(part, Table) else 1 for part in parts)
