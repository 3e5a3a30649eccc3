"""One voltammogram, small: what was measured, the fit and what it is made of, and below what the fit leaves over."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autosynth.analysis.arrays import Array
from autosynth.analysis.voltammetry import Curves
from autosynth.report.figures.canvas import FAINT, INK, drawn, plain, sheet

MEASURED = "#b9c1cb"
MOST_POINTS = 380
"""Points drawn of each curve; a peak is ten of them wide."""
LEAST_PART = 0.01
"""A component smaller than this part of the largest current of its scan is not drawn."""


class FitSheet:
    """A sheet for one fit after the other: axes and ticks are made once for all of them, which is most of the work."""

    def __init__(self) -> None:
        self._figure: Figure | None = None

    def draw(self, curves: Sequence[Curves], colours: Mapping[str, str], name: str, title: str) -> str:
        """Return measured points, fit, components in their colours, and below it what the fit leaves over."""
        return drawn(lambda: self._fit(curves, colours), name, title)

    def _fit(self, curves: Sequence[Curves], colours: Mapping[str, str]) -> Figure:
        figure = self._figure = _empty() if self._figure is None else _emptied(self._figure)
        main, rest = figure.axes
        for each in curves:
            few = slice(None, None, max(1, len(each.potential_v) // MOST_POINTS))
            potential_v, most_a = each.potential_v[few], float(np.max(np.abs(each.measured_a)))
            main.plot(potential_v, 1e6 * each.measured_a[few], color=MEASURED, linewidth=2.6)
            for species, current in each.components.items():
                if species in colours and np.max(np.abs(current)) > LEAST_PART * most_a:
                    main.plot(potential_v, 1e6 * current[few], color=colours[species], linewidth=0.7)
            main.plot(potential_v, 1e6 * each.fitted_a[few], color=INK, linewidth=0.7)
            rest.plot(potential_v, 1e6 * each.residual_a[few], color=FAINT, linewidth=0.4)
        largest = max(float(np.max(np.abs(each.residual_a), initial=1e-12)) for each in curves)
        rest.axhline(0, color=INK, linewidth=0.4)
        rest.set_ylim(-1.15e6 * largest, 1.15e6 * largest)
        return figure


def draw_raw(scans: Sequence[tuple[Array, Array]], name: str, title: str) -> str:
    """Return scans as they were measured: potentials in V and currents in A."""
    return drawn(lambda: _raw(scans), name, title)


def _empty() -> Figure:
    figure = sheet(2.36, 2.1)
    main = plain(figure.add_axes((0.165, 0.36, 0.825, 0.63)))
    rest = plain(figure.add_axes((0.165, 0.14, 0.825, 0.17), sharex=main))
    rest.yaxis.set_major_locator(MaxNLocator(2, symmetric=True, steps=[1, 2, 5, 10]))
    _small(figure, ("I / µA", "rest/µA"))
    return figure


def _emptied(figure: Figure) -> Figure:
    """Return the figure without its curves; the next ones set the limits anew."""
    for axes in figure.axes:
        for line in [*axes.lines]:
            line.remove()
        axes.relim()
    return figure


def _small(figure: Figure, labels: Sequence[str]) -> None:
    """Give every panel small ticks and its label; potentials below the last."""
    for axes, label in zip(figure.axes, labels, strict=True):
        axes.tick_params(labelsize=6.5, pad=1.5, labelbottom=axes is figure.axes[-1])
        axes.set_ylabel(label, fontsize=6.5)
        axes.yaxis.set_label_coords(-0.14, 0.5)
    figure.axes[0].locator_params(nbins=5)
    figure.axes[-1].set_xlabel("E / V", fontsize=7, labelpad=1)


def _raw(scans: Sequence[tuple[Array, Array]]) -> Figure:
    figure = sheet(2.36, 2.1)
    main = plain(figure.add_axes((0.165, 0.14, 0.825, 0.85)))
    for potential_v, current_a in scans:
        few = slice(None, None, max(1, len(potential_v) // MOST_POINTS))
        main.plot(potential_v[few], 1e6 * current_a[few], color=FAINT, linewidth=0.6)
    _small(figure, ("I / µA",))
    return figure
