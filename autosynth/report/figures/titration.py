"""Fractions against what was added, round by round, and the change that the stop rule judges."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from autosynth.report.figures.canvas import FAINT, INK, PALETTE, drawn, plain, sheet


@dataclass(frozen=True, slots=True)
class Curve:
    """One quantity over the rounds; sd is the standard uncertainty of each value, NaN where unknown."""

    name: str
    x: Sequence[float]
    value: Sequence[float]
    sd: Sequence[float]
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level that the rule compares with, in the panel of fractions or of changes."""

    level: float
    text: str
    of_change: bool


def draw_titration(
    curves: Sequence[Curve],
    changes: Sequence[Curve],
    thresholds: Sequence[Threshold],
    stop: tuple[float, str] | None,
    x_label: str,
    name: str,
) -> str:
    """Return fractions above, changes below; `stop` is where the loop ended and why."""
    title = f"{', '.join(each.name for each in curves)} against {x_label}"
    return drawn(lambda: _titration(curves, changes, thresholds, stop, x_label), name, title)


def _titration(
    curves: Sequence[Curve],
    changes: Sequence[Curve],
    thresholds: Sequence[Threshold],
    stop: tuple[float, str] | None,
    x_label: str,
) -> Figure:
    height_in = 3.6 if changes else 2.6
    figure = sheet(7.2, height_in)
    low_in = 1.15 if changes else 0.0
    across = 0.915 - max(0.085, 0.0105 * max(len(each.name) for each in curves))
    top = plain(
        figure.add_axes((0.085, (0.42 + low_in) / height_in, across, 1 - (0.62 + low_in) / height_in)), grid=True
    )
    for number, curve in enumerate(curves):
        colour = curve.colour or PALETTE[number % len(PALETTE)]
        _points(figure, 0, curve, colour)
    _names(figure, curves)
    top.set_ylabel("fraction / %")
    _thresholds(figure, 0, [each for each in thresholds if not each.of_change])
    if changes:
        low = plain(figure.add_axes((0.085, 0.42 / height_in, across, 0.9 / height_in), sharex=top), grid=True)
        top.tick_params(axis="x", labelbottom=False)
        for number, curve in enumerate(changes):
            _points(figure, 1, curve, curve.colour or PALETTE[number % len(PALETTE)])
        low.set_ylabel("change / %")
        low.axhline(0, color=FAINT, linewidth=0.6)
        low.margins(y=0.12)
        _thresholds(figure, 1, [each for each in thresholds if each.of_change])
    if stop is not None:
        for axes in figure.axes:
            axes.axvline(stop[0], color=INK, linewidth=0.8, linestyle=(0, (5, 2)))
        top.text(stop[0], 1.02, stop[1], transform=top.get_xaxis_transform(), ha="right", va="bottom", fontsize=7.5)
    figure.axes[-1].set_xlabel(x_label)
    return figure


def _names(figure: Figure, curves: Sequence[Curve]) -> None:
    """Write each curve's name at its end, none over another."""
    axes = figure.axes[0]
    axes.set_ylim(-4, 104)
    axes.margins(x=0.03)
    below = -100.0
    last = [(100 * curve.value[-1], number) for number, curve in enumerate(curves)]
    for percent, number in sorted(each for each in last if not math.isnan(each[0])):
        below = max(percent, below + 8.0)
        colour = curves[number].colour or PALETTE[number % len(PALETTE)]
        place: dict[str, Any] = {
            "transform": axes.get_yaxis_transform(),
            "fontsize": 8,
            "fontweight": "bold",
            "va": "center",
        }
        axes.text(1.01, below, curves[number].name, color=colour, **place)


def _points(figure: Figure, panel: int, curve: Curve, colour: str) -> None:
    figure.axes[panel].errorbar(
        curve.x, [100 * value for value in curve.value], yerr=[196 * sd for sd in curve.sd], color=colour, fmt="o-",
        markersize=3, linewidth=0.9, elinewidth=0.8, capsize=1.5, capthick=0.6,
    )  # fmt: skip


def _thresholds(figure: Figure, panel: int, thresholds: Sequence[Threshold]) -> None:
    axes = figure.axes[panel]
    for level in dict.fromkeys(each.level for each in thresholds):
        text = ", ".join(each.text for each in thresholds if each.level == level)
        axes.axhline(100 * level, color="#b3261e", linewidth=0.7, linestyle=(0, (4, 3)))
        axes.text(
            0.004, 100 * level, text, transform=axes.get_yaxis_transform(), fontsize=7, color="#b3261e", va="bottom"
        )
