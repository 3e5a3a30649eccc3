"""Pictures of a campaign: rows along bench time, results row by row and against what was varied, two objectives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autosynth.report.figures.canvas import FAINT, INK, PALETTE, RULE, drawn, plain, sheet

STATES: Mapping[str, str] = {
    "COMPLETE": "#009e73",
    "HELD": "#d55e00",
    "STOPPED": "#b8860b",
    "ABORTED": "#b3261e",
    "refused": "#7b3fa0",
    "lost": "#9aa3ad",
    "underway": "#3aa0d8",
}
"""Colours of how a run came to rest."""
FEWEST = 4
"""A picture has room for so many rows at least."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A run along bench time: which row, from when to when (s), how it came to rest."""

    row: int
    begin_s: float
    end_s: float
    state: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values with standard uncertainties in the order of the rows, of which each is named."""

    names: Sequence[str]
    x: Sequence[float]
    value: Sequence[float]
    sd: Sequence[float]


@dataclass(frozen=True, slots=True)
class Slice:
    """One response against one variable: points, and a model's mean and 95 % band through the best point."""

    response: str
    variable: str
    points: Series
    x: Sequence[float] = ()
    mean: Sequence[float] = ()
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    marked: str = ""
    """The name of the point that the model's slice goes through."""


@dataclass(frozen=True, slots=True)
class Front:
    """Two objectives of all rows, and which rows are on the front, from one end to the other."""

    x_label: str
    y_label: str
    x: Series
    y: Series
    front: Sequence[int] = field(default_factory=tuple[int, ...])


def draw_progress(bars: Sequence[Bar], changes: Sequence[tuple[float, float]], rows: int) -> str:
    """Return each run as a bar along bench time in hours; changes of vials are shaded, from when to when in s."""
    return drawn(lambda: _progress(bars, changes, rows), "progress", "rows along bench time")


def _progress(bars: Sequence[Bar], changes: Sequence[tuple[float, float]], rows: int) -> Figure:
    height_in = min(max(1.2 + 0.07 * rows, 1.8), 5.0)
    figure = sheet(7.2, height_in)
    axes = plain(figure.add_axes((0.085, 0.46 / height_in, 0.9, 1 - 0.56 / height_in)))
    for begin_s, end_s in changes:
        axes.axvspan(begin_s / 3600, max(end_s / 3600, begin_s / 3600), color=RULE, linewidth=0)
    for state in dict.fromkeys(bar.state for bar in bars):
        of = [bar for bar in bars if bar.state == state]
        widths = [max((bar.end_s - bar.begin_s) / 3600, 1e-4) for bar in of]
        starts = [bar.begin_s / 3600 for bar in of]
        colour = STATES.get(state, FAINT)
        axes.barh([bar.row for bar in of], widths, left=starts, height=0.82, color=colour, label=state, linewidth=0)
    axes.set_ylim(max(rows, FEWEST) + 0.5, 0.5)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set_xlim(left=0.0)
    axes.set_xlabel("bench time / h")
    axes.set_ylabel("row")
    if bars:
        axes.legend(loc="lower left", frameon=False, fontsize=7.5)
    return figure


def draw_course(series: Series, best: Sequence[float], label: str, name: str) -> str:
    """Return values row by row, and the best so far as a step line."""
    return drawn(lambda: _course(series, best, label), name, f"{label} row by row")


def _course(series: Series, best: Sequence[float], label: str) -> Figure:
    figure = sheet(7.2, 2.3)
    axes = plain(figure.add_axes((0.095, 0.2, 0.885, 0.74)), grid=True)
    axes.step(series.x, best, where="post", color=PALETTE[1], linewidth=1.2, label="best so far")
    _points(axes, series, PALETTE[0])
    axes.set_xlabel("row, in the order made")
    axes.set_ylabel(label)
    axes.set_xlim(0.4, max([*series.x, FEWEST]) + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
    axes.legend(loc="best", frameon=False, fontsize=7.5)
    return figure


def _points(axes: Axes, series: Series, colour: str) -> None:
    sd = [1.96 * each for each in series.sd]
    axes.errorbar(
        series.x, series.value, yerr=sd, fmt="o", markersize=3.4, color=colour, ecolor=colour, elinewidth=0.7, capsize=0
    )


def draw_slices(slices: Sequence[Slice], name: str) -> str:
    """Return one panel for each variable, side by side, of one response."""
    return drawn(lambda: _slices(slices), name, f"{slices[0].response} against what was varied")


def _slices(slices: Sequence[Slice]) -> Figure:
    columns = min(len(slices), 3)
    lines = -(-len(slices) // columns)
    figure = sheet(7.2, 0.1 + 2.2 * lines)
    panels = np.atleast_1d(figure.subplots(lines, columns, squeeze=False)).ravel()
    for panel, each in zip(panels, slices, strict=False):
        _slice(plain(panel, grid=True), each)
    for panel in panels[len(slices) :]:
        panel.set_visible(False)
    figure.subplots_adjust(left=0.095, right=0.985, top=0.97, bottom=0.46 / (0.1 + 2.2 * lines), wspace=0.3, hspace=0.4)
    return figure


def _slice(axes: Axes, each: Slice) -> None:
    if len(each.x):
        axes.fill_between(each.x, each.low, each.high, color=PALETTE[6], alpha=0.25, linewidth=0)
        axes.plot(each.x, each.mean, color=PALETTE[0], linewidth=1.1)
    _points(axes, each.points, INK)
    for name, x, value in zip(each.points.names, each.points.x, each.points.value, strict=True):
        if name == each.marked:
            axes.plot([x], [value], "o", markersize=7.5, markerfacecolor="none", markeredgecolor=PALETTE[1])
    axes.set_xlabel(each.variable)
    axes.set_ylabel(each.response)


def draw_front(front: Front) -> str:
    """Return two objectives against each other with 95 % intervals; the front as a line through its rows."""
    return drawn(lambda: _front(front), "front", f"{front.y_label} against {front.x_label}")


def _front(front: Front) -> Figure:
    figure = sheet(7.2, 3.4)
    axes = plain(figure.add_axes((0.095, 0.14, 0.885, 0.82)), grid=True)
    xsd, ysd = ([1.96 * each for each in series.sd] for series in (front.x, front.y))
    axes.errorbar(
        front.x.value,
        front.y.value,
        xerr=xsd,
        yerr=ysd,
        fmt="o",
        markersize=3.4,
        color=FAINT,
        ecolor=RULE,
        elinewidth=0.8,
        capsize=0,
    )
    x = [front.x.value[place] for place in front.front]
    y = [front.y.value[place] for place in front.front]
    axes.plot(x, y, "-o", color=PALETTE[1], markersize=4.6, linewidth=1.0, label="not beaten in both")
    for place in front.front:
        at = (front.x.value[place], front.y.value[place])
        axes.annotate(front.x.names[place], at, xytext=(4, 4), textcoords="offset points", fontsize=7.5, color=INK)
    axes.set_xlabel(front.x_label)
    axes.set_ylabel(front.y_label)
    axes.legend(loc="best", frameon=False, fontsize=7.5)
    return figure
