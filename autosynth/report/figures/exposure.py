"""A measurement by file: what was measured, the fit and what it is made of, tick marks, and what the fit leaves over.

One drawing serves everything over an axis: spectra of bands, powder patterns, isotherms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter

from autosynth.analysis.arrays import Array
from autosynth.analysis.curvetable import Curves
from autosynth.report.figures.canvas import FAINT, INK, drawn, plain, sheet

MEASURED = "#b9c1cb"
MOST_POINTS = 900
"""Stretches that a curve is drawn of; of each its lowest and highest point, so that no line is lost."""
BESIDE = 1.3
"""Room beside the points of a logarithmic axis, as a factor."""
GAP, FEWEST_STEPS = 20.0, 50
"""A step of the axis so many times the usual one is a gap, of curves with so many points."""
NARROW = 0.03
"""How wide a gap is drawn, as a part of what was measured."""
TICKS = 8
LEAST_PART = 0.01
"""A component smaller than this part of the largest one of its measurement is not drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a technique is drawn: its axes' names, which way x runs, points or a line, and where lines are marked."""

    x: str
    y: str
    falling: bool = False
    points: bool = False
    """Points, on a logarithmic axis where all are above zero: what happens at low pressure is what is judged."""
    ticks: Mapping[str, Array] = field(default_factory=dict[str, Array])
    """Where the lines of each component are, on x."""


def draw_exposure(
    curves: Curves, look: Look, colours: Mapping[str, str], name: str, title: str, *, wide: bool = False
) -> str:
    """Return the drawing; `wide` takes the page's width."""
    return drawn(lambda: _exposure(curves, look, colours, wide=wide), name, title)


def _exposure(curves: Curves, look: Look, colours: Mapping[str, str], *, wide: bool) -> Figure:
    stretches = [] if look.points else measured_stretches(curves.axis)
    curves = _parted(curves)
    width_in, foot_in, rest_in, main_in = (7.2, 0.42, 0.42, 2.1) if wide else (3.5, 0.34, 0.36, 1.55)
    ticks_in = 0.13 * len(look.ticks) + (0.04 if look.ticks else 0.0)
    height_in = foot_in + rest_in + ticks_in + main_in + 0.14
    figure = sheet(width_in, height_in)
    left = 0.62 / width_in if wide else 0.52 / width_in
    across = 0.985 - left
    place = (foot_in + rest_in + ticks_in + 0.1) / height_in
    main = plain(figure.add_axes((left, place, across, main_in / height_in)))
    rest = plain(figure.add_axes((left, foot_in / height_in, across, rest_in / height_in), sharex=main))
    _main(main, curves, look, colours)
    if look.ticks:
        bottom = (foot_in + rest_in + 0.05) / height_in
        _ticks(figure.add_axes((left, bottom, across, ticks_in / height_in), sharex=main), look, colours)
    few = _few(curves.residual)
    style: dict[str, Any] = {"linewidth": 0.4}
    if look.points:
        style = {"marker": ".", "markersize": 2.0, "linestyle": "none"}
    rest.plot(curves.axis[few], curves.residual[few], color=FAINT, **style)
    rest.axhline(0, color=INK, linewidth=0.4)
    _labels(main, rest, look, 8.0 if wide else 7.0, left)
    if len(stretches) > 1:
        _close_gaps((main, rest), stretches)
    return figure


def measured_stretches(axis: Array) -> list[tuple[float, float]]:
    """Return the stretches of an axis that was measured without gaps, each from its lower end, rising."""
    steps = np.diff(axis)
    if len(steps) < FEWEST_STEPS:
        return [(float(axis.min()), float(axis.max()))]
    parts = np.split(axis, _gaps(axis))
    return sorted((float(each.min()), float(each.max())) for each in parts)


def _gaps(axis: Array) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return where an axis goes on after a gap."""
    steps = np.abs(np.diff(axis))
    return np.flatnonzero(steps > GAP * np.median(steps)) + 1


def _close_gaps(both: Sequence[Axes], stretches: Sequence[tuple[float, float]]) -> None:
    """Draw what was not measured narrow, with a mark: the axis keeps its numbers, and has them where there are data."""
    most = sum(high - low for low, high in stretches)
    ends = np.array(stretches).ravel()
    lengths = np.diff(ends)
    lengths[1::2] = NARROW * most
    drawn_at = np.concatenate([[0.0], np.cumsum(lengths)])
    turned = both[0].get_xlim()

    def narrowed(x: Array) -> Array:
        found: Array = np.interp(x, ends, drawn_at)
        return found

    def widened(place: Array) -> Array:
        found: Array = np.interp(place, drawn_at, ends)
        return found

    for axes in both:
        axes.set_xscale("function", functions=(narrowed, widened))
        axes.set_xlim(*turned)
        for low, high in zip(ends[1:-1:2], ends[2:-1:2], strict=True):
            axes.axvspan(low, high, facecolor="white", edgecolor=FAINT, linewidth=0.4, hatch="////", alpha=0.5)
    ticks = [
        tick
        for low, high in stretches
        for tick in MaxNLocator(max(round(TICKS * (high - low) / most), 1), min_n_ticks=1).tick_values(low, high)
        if low <= tick <= high
    ]
    both[-1].xaxis.set_major_locator(FixedLocator(ticks))
    both[-1].xaxis.set_major_formatter(FuncFormatter(_plainly))


def _parted(curves: Curves) -> Curves:
    """Return the curves with a break wherever their axis has a gap: nothing was measured or fitted there."""
    steps = np.diff(curves.axis)
    if len(steps) < FEWEST_STEPS:
        return curves
    gaps = _gaps(curves.axis)

    def parted(values: Array) -> Array:
        return np.insert(values, gaps, np.nan)

    axis = np.insert(curves.axis, gaps, curves.axis[gaps])
    parts = {name: parted(part) for name, part in curves.components.items()}
    signals = (parted(curves.measured), parted(curves.fitted), parted(curves.baseline))
    return Curves(curves.axis_name, axis, *signals, parts)


def _main(axes: Axes, curves: Curves, look: Look, colours: Mapping[str, str]) -> None:
    few = _few(curves.measured)
    if look.points:
        axes.plot(curves.axis, curves.measured, "o", color=FAINT, markersize=2.6, markerfacecolor="white")
    else:
        axes.plot(curves.axis[few], curves.measured[few], color=MEASURED, linewidth=1.6)
    most = max((float(np.nanmax(np.abs(part), initial=0.0)) for part in curves.components.values()), default=0.0)
    for component, part in curves.components.items():
        if (
            component in colours
            and np.nanmax(np.abs(part), initial=0.0) > LEAST_PART * most
            and not look.ticks
            and not look.points
        ):
            shown = _few(part)
            x, level, top = curves.axis[shown], curves.baseline[shown], (curves.baseline + part)[shown]
            axes.fill_between(x, level, top, color=colours[component], alpha=0.25, linewidth=0)
            axes.plot(x, top, color=colours[component], linewidth=0.7)
    fit = _few(curves.fitted)
    axes.plot(curves.axis[fit], curves.fitted[fit], color=INK, linewidth=0.6)
    low, high = float(curves.axis.min()), float(curves.axis.max())
    if look.points and low > 0:
        axes.set_xscale("log")
        low, high = low / BESIDE, high * BESIDE
    axes.set_xlim(*((high, low) if look.falling else (low, high)))


def _ticks(axes: Axes, look: Look, colours: Mapping[str, str]) -> None:
    """Draw a row of strokes for each component where its lines are."""
    for row, (component, at) in enumerate(reversed(list(look.ticks.items()))):
        axes.vlines(at, row + 0.15, row + 0.85, color=colours.get(component, INK), linewidth=0.5)
    axes.set_ylim(0, len(look.ticks))
    axes.axis("off")


def _labels(main: Axes, rest: Axes, look: Look, size: float, left: float) -> None:
    for axes in (main, rest):
        axes.tick_params(labelsize=size - 0.5, pad=1.5)
        axes.yaxis.set_label_coords(-0.8 * left / (0.985 - left), 0.5)
    main.tick_params(labelbottom=False)
    main.set_ylabel(look.y, fontsize=size)
    main.yaxis.set_major_locator(MaxNLocator(5))
    rest.set_ylabel("rest", fontsize=size)
    rest.yaxis.set_major_locator(MaxNLocator(2, symmetric=True, steps=[1, 2, 5, 10]))
    if main.get_xscale() == "linear":
        rest.xaxis.set_major_locator(MaxNLocator(8))
    else:
        rest.xaxis.set_major_formatter(FuncFormatter(_plainly))
        rest.xaxis.set_minor_formatter(NullFormatter())
    rest.set_xlabel(look.x, fontsize=size, labelpad=1)


def _plainly(value: float, place: float) -> str:
    return f"{value:g}"


def _few(values: Array) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the points to draw: the lowest and the highest of each stretch, in order."""
    count = len(values)
    if count <= 2 * MOST_POINTS:
        return np.arange(count)
    parts: Sequence[Array] = np.array_split(values, MOST_POINTS)
    kept: list[int] = []
    start = 0
    for part in parts:
        known = np.flatnonzero(np.isfinite(part))
        if len(known) < len(part):
            kept += range(start, start + len(part))
        else:
            kept += sorted({start + int(np.argmin(part)), start + int(np.argmax(part))})
        start += len(part)
    return np.array(kept, dtype=np.intp)
