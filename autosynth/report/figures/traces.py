"""Volumes and temperatures over time, one above the other on a common time axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autosynth.analysis.arrays import Array
from autosynth.report.figures.canvas import INK, PALETTE, drawn, plain, sheet
from autosynth.report.figures.timeline import time_unit


@dataclass(frozen=True, slots=True)
class Trace:
    """One quantity over time: seconds and values, (n,); `limit` is drawn when the values come near it."""

    name: str
    t_s: Array
    value: Array
    limit: float | None = None
    asked: tuple[Sequence[float], Sequence[float | None]] = ((), ())
    """Seconds and values of what it was set to, each until the next; None is nothing asked."""
    unit: str = ""
    """Where it differs from that of the others."""


def draw_traces(traces: Sequence[Trace], unit: str, end_s: float, name: str, steps: bool) -> str:
    """Return the traces, one axis each, stacked; with `steps`, a value lasts until the next."""
    title = f"{', '.join(each.name for each in traces)}: {unit} over time"
    return drawn(lambda: _traces(traces, unit, max(end_s, 1.0), steps), name, title)


def _traces(traces: Sequence[Trace], unit: str, end_s: float, steps: bool) -> Figure:
    each_in, foot_in = 0.8, 0.42
    height_in = each_in * len(traces) + foot_in
    figure = sheet(7.2, height_in)
    unit_s, label = time_unit(end_s)
    for number, trace in enumerate(traces):
        bottom = (foot_in + each_in * (len(traces) - 1 - number)) / height_in
        axes = plain(figure.add_axes((0.115, bottom, 0.87, 0.6 / height_in)), grid=True)
        colour = PALETTE[number % len(PALETTE)]
        style = "steps-post" if steps else "default"
        axes.plot(trace.t_s / unit_s, trace.value, color=colour, linewidth=1.0, drawstyle=style)
        asked_s, asked = trace.asked
        if asked:
            level = [np.nan if value is None else value for value in asked]
            axes.plot(np.asarray(asked_s) / unit_s, level, "--", color=INK, linewidth=0.7, drawstyle="steps-post")
        top = float(np.max(trace.value, initial=0.0))
        if trace.limit is not None and top > 0.75 * trace.limit:
            axes.axhline(trace.limit, color="#b3261e", linewidth=0.7, linestyle=(0, (4, 3)))
        if steps:
            axes.set_ylim(0, max(1.12 * top, 1e-3))
        else:
            low, high = float(np.min(trace.value)), float(np.max(trace.value))
            room = max(0.12 * (high - low), 0.5)
            axes.set_ylim(low - room, high + room)
        axes.set_xlim(0, end_s / unit_s * 1.005)
        axes.set_ylabel(trace.unit or unit)
        axes.yaxis.set_label_coords(-0.075, 0.5)
        place: dict[str, Any] = {"transform": axes.transAxes, "fontsize": 8, "fontweight": "bold", "va": "bottom"}
        axes.text(0.004, 1.02, trace.name, color=colour, **place)
        axes.locator_params(axis="y", nbins=3)
        if number < len(traces) - 1:
            axes.tick_params(axis="x", labelbottom=False)
        else:
            axes.set_xlabel(label)
    return figure


def thinned(t_s: Array, values: Array, bins: int = 500) -> tuple[Array, Array]:
    """Return the samples, or the lowest and highest of each of `bins` parts when there are more: no spike is lost."""
    if len(t_s) <= 2 * bins:
        return t_s, values
    kept: list[int] = []
    for part in np.array_split(np.arange(len(t_s)), bins):
        kept += sorted({int(part[np.argmin(values[part])]), int(part[np.argmax(values[part])])})
    return t_s[kept], values[kept]
