"""A run over time: what was being done, the states it was in, when was decided and when something went wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from autosynth.report.figures.canvas import FAINT, INK, RULE, drawn, plain, sheet

STATE_COLOURS = {
    "RUNNING": "#cfe8d8",
    "COMPLETE": "#cfe8d8",
    "HOLDING": "#f2b8b0",
    "HELD": "#f2b8b0",
    "ABORTING": "#d98880",
    "ABORTED": "#d98880",
    "STOPPING": "#b5bcc6",
    "STOPPED": "#b5bcc6",
}
OTHER_STATE = "#f3dfa5"
ROWS = {
    "loop": "#8b939e",
    "wait": "#c3cad3",
    "note": "#8b939e",
    "stir": "#7a8b2f",
    "sweep": "#8fb8de",
    "heat": "#d55e00",
    "cool": "#3aa0d8",
    "add": "#0b5fa5",
    "transfer": "#3aa0d8",
    "sample": "#7b3fa0",
    "clean": "#5a9bb5",
    "measure": "#009e73",
    "dose": "#0b5fa5",
    "weigh": "#3aa0d8",
    "grind": "#7b3fa0",
    "vent": "#8b939e",
    "open": "#8b939e",
    "close": "#8b939e",
    "wash": "#5a9bb5",
    "centrifuge": "#5a9bb5",
    "activate": "#d55e00",
    "operator": "#cc3f7b",
}
OTHER_ROW = "#b8860b"
VERDICTS = {"true": ("o", "#009e73", "#009e73"), "false": ("o", "white", INK), "undecided": ("^", "#e0a100", "#8a6500")}
BESIDE_PT = 3.0
"""Room between a bar and the text beside it, points."""
THIN = 1 / 450
"""Share of the run's length that an action is drawn as at least, so that it is seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasted: a row's name, seconds from and to, text to stand in it."""

    row: str
    from_s: float
    to_s: float
    text: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a moment: a verdict, or anything else as a red stroke."""

    row: str
    t_s: float
    verdict: str = ""


def draw_timeline(
    bars: Sequence[Bar], marks: Sequence[Mark], states: Sequence[tuple[float, float, str]], end_s: float
) -> str:
    """Return the timeline; rows in the order of their first bar, states behind everything."""
    rows = list(dict.fromkeys([*(bar.row for bar in bars), *(mark.row for mark in marks)]))
    return drawn(
        lambda: _timeline(rows, bars, marks, states, max(end_s, 1.0)),
        "timeline",
        f"Timeline of the run: {', '.join(rows)} over {end_s / 3600:.2f} h",
    )


def _timeline(
    rows: Sequence[str],
    bars: Sequence[Bar],
    marks: Sequence[Mark],
    states: Sequence[tuple[float, float, str]],
    end_s: float,
) -> Figure:
    height_in = 0.55 + 0.21 * (len(rows) + 1)
    figure = sheet(7.2, height_in)
    axes = plain(figure.add_axes((0.115, 0.42 / height_in, 0.87, 1 - 0.5 / height_in)))
    unit_s, label = time_unit(end_s)
    place = {row: number for number, row in enumerate(("state", *rows))}
    for from_s, to_s, state in states:
        colour = STATE_COLOURS.get(state, OTHER_STATE)
        width = max(to_s - from_s, end_s * THIN)
        axes.broken_barh([(from_s / unit_s, width / unit_s)], (-0.36, 0.72), facecolor=colour)
        if width > 0.06 * end_s:
            axes.text((from_s + width / 2) / unit_s, 0, state, ha="center", va="center", fontsize=6.5, color=INK)
        if state in {"HELD", "HOLDING", "PAUSED"}:
            axes.axvspan(from_s / unit_s, (from_s + width) / unit_s, color=colour, alpha=0.35, linewidth=0)
    _bars(figure, place, bars, unit_s, end_s)
    _marks(figure, place, marks, unit_s)
    axes.set_yticks(range(len(place)), list(place), fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(place) - 0.45, -0.55)
    axes.set_xlim(0, end_s / unit_s * 1.005)
    axes.set_xlabel(label)
    for number in range(len(place)):
        axes.axhline(number + 0.5, color=RULE, linewidth=0.4, zorder=0)
    return figure


def _bars(figure: Figure, place: Mapping[str, int], bars: Sequence[Bar], unit_s: float, end_s: float) -> None:
    axes = figure.axes[0]
    for row, y in place.items():
        for is_open in (False, True):
            spans = [
                (bar.from_s / unit_s, max(bar.to_s - bar.from_s, end_s * THIN) / unit_s)
                for bar in bars
                if bar.row == row and bar.open is is_open
            ]
            if spans:
                colour = ROWS.get(row, OTHER_ROW)
                face = "none" if is_open else colour
                axes.broken_barh(spans, (y - 0.3, 0.6), facecolor=face, edgecolor=colour, linewidth=0.4)
    for bar in bars:
        if bar.text:
            room = (bar.to_s - bar.from_s) / end_s
            inside = room > 0.0125 * len(bar.text)
            after = not inside and bar.from_s / end_s < 0.0125 * len(bar.text)
            at_s, align = ((bar.from_s + bar.to_s) / 2, "center") if inside else (bar.from_s, "right")
            at_s, align = (bar.to_s, "left") if after else (at_s, align)
            axes.annotate(
                bar.text,
                (at_s / unit_s, place[bar.row]),
                ({"left": BESIDE_PT, "right": -BESIDE_PT}.get(align, 0.0), 0.0),
                textcoords="offset points",
                ha=align,
                va="center",
                fontsize=6.5,
                color="white" if inside else FAINT,
                annotation_clip=True,
            )


def _marks(figure: Figure, place: Mapping[str, int], marks: Sequence[Mark], unit_s: float) -> None:
    axes = figure.axes[0]
    for verdict in dict.fromkeys(each.verdict for each in marks):
        chosen = [each for each in marks if each.verdict == verdict]
        shape, face, edge = VERDICTS.get(verdict, ("|", "#b3261e", "#b3261e"))
        axes.plot(
            [each.t_s / unit_s for each in chosen],
            [place[each.row] for each in chosen],
            shape,
            markersize=4 if verdict else 7,
            markerfacecolor=face,
            markeredgecolor=edge,
            markeredgewidth=0.7 if verdict else 1.1,
        )


def time_unit(end_s: float) -> tuple[float, str]:
    """Return the seconds in the unit a run's time axis is drawn in, and the axis' label."""
    if end_s > 5400:
        return 3600.0, "time / h"
    return (60.0, "time / min") if end_s > 180 else (1.0, "time / s")
