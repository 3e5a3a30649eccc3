"""One voltammogram, small: what was measured, the fit and what it is made of, and below what the fit leaves over."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from autosynth.analysis.arrays import Array
from autosynth.analysis.voltammetry import Curves
from autosynth.report.figures.canvas import FAINT, INK, drawn, plain, sheet

MEASURED = "#b9c1cb"
MOST_POINTS = 380
"""Points drawn of each curve; a peak is ten of them wide."""


def draw_fit(curves: Sequence[Curves], colours: Mapping[str, str], name: str, title: str) -> str:
    """Return measured points, fit, components in their colours, and the residual in nA or µA below."""
    return drawn(lambda: _fit(curves, colours), name, title)


def draw_raw(scans: Sequence[tuple[Array, Array]], name: str, title: str) -> str:
    """Return scans as they were measured: potentials in V and currents in A."""
    return drawn(lambda: _raw(scans), name, title)


def _fit(curves: Sequence[Curves], colours: Mapping[str, str]) -> Figure:
    figure = sheet(2.36, 2.2)
    main = plain(figure.add_axes((0.17, 0.375, 0.81, 0.60)))
    rest = plain(figure.add_axes((0.17, 0.165, 0.81, 0.15), sharex=main))
    for each in curves:
        few = slice(None, None, max(1, len(each.potential_v) // MOST_POINTS))
        main.plot(each.potential_v[few], 1e6 * each.measured_a[few], color=MEASURED, linewidth=2.4)
        for species, current in each.components.items():
            if species in colours:
                main.plot(each.potential_v[few], 1e6 * current[few], color=colours[species], linewidth=0.7)
        main.plot(each.potential_v[few], 1e6 * each.fitted_a[few], color=INK, linewidth=0.8)
        rest.plot(each.potential_v[few], 1e9 * each.residual_a[few], color=FAINT, linewidth=0.4)
    main.tick_params(axis="x", labelbottom=False)
    main.tick_params(labelsize=6.5, pad=1.5)
    rest.tick_params(labelsize=6.5, pad=1.5)
    rest.axhline(0, color=INK, linewidth=0.4)
    largest = max(float(np.max(np.abs(each.residual_a), initial=1e-12)) for each in curves)
    rest.set_ylim(-1.1e9 * largest, 1.1e9 * largest)
    main.locator_params(nbins=5)
    rest.locator_params(axis="y", nbins=2)
    main.set_ylabel("I / µA", fontsize=7, labelpad=1)
    rest.set_ylabel("rest / nA", fontsize=6.5, labelpad=1)
    for axes in (main, rest):
        axes.yaxis.set_label_coords(-0.145, 0.5)
    rest.set_xlabel("E / V", fontsize=7, labelpad=1)
    return figure


def _raw(scans: Sequence[tuple[Array, Array]]) -> Figure:
    figure = sheet(2.36, 2.2)
    main = plain(figure.add_axes((0.17, 0.165, 0.81, 0.81)))
    for potential_v, current_a in scans:
        few = slice(None, None, max(1, len(potential_v) // MOST_POINTS))
        main.plot(potential_v[few], 1e6 * current_a[few], color=FAINT, linewidth=0.6)
    main.tick_params(labelsize=6.5, pad=1.5)
    main.locator_params(nbins=5)
    main.set_ylabel("I / µA", fontsize=7, labelpad=1)
    main.set_xlabel("E / V", fontsize=7, labelpad=1)
    return figure
