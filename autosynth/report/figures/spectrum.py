"""One NMR spectrum, small: what was measured, the fit and what it is made of, and below what the fit leaves over."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autosynth.analysis.nmr import SpectrumCurves
from autosynth.report.figures.canvas import FAINT, INK, drawn, plain, sheet

MEASURED = "#b9c1cb"
MOST_POINTS = 700
"""Points drawn of each curve; where there are more, the largest of its neighbours stands for them: no line is lost."""
UNKNOWN = "unknown"
"""What the analyser calls lines of no listed species."""
MARGIN_PPM = 2.5
LEAST_PART = 0.01
"""A component smaller than this part of the largest line of its spectrum is not drawn."""


def draw_spectrum(curves: SpectrumCurves, colours: Mapping[str, str], name: str, title: str) -> str:
    """Return the spectrum with its fit, shifts falling to the right, and what the fit leaves over."""
    return drawn(lambda: _spectrum(curves, colours), name, title)


def _spectrum(curves: SpectrumCurves, colours: Mapping[str, str]) -> Figure:
    figure = sheet(3.5, 2.1)
    main = plain(figure.add_axes((0.03, 0.36, 0.955, 0.63)))
    rest = plain(figure.add_axes((0.03, 0.17, 0.955, 0.15), sharex=main))
    curves = _where_lines_are(curves)
    few = _few(curves)
    shift = curves.shift_ppm[few]
    most = float(np.max(np.abs(curves.measured), initial=1e-12))
    main.plot(shift, curves.measured[few], color=MEASURED, linewidth=1.4)
    for species, part in curves.components.items():
        if species in colours and np.max(np.abs(part)) > LEAST_PART * most:
            main.plot(shift, part[few], color=colours[species], linewidth=0.8)
    main.plot(shift, curves.fitted[few], color=INK, linewidth=0.5)
    rest.plot(shift, curves.residual[few], color=FAINT, linewidth=0.4)
    rest.axhline(0, color=INK, linewidth=0.4)
    for axes in (main, rest):
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        axes.tick_params(labelsize=6.5, pad=1.5)
    main.tick_params(labelbottom=False)
    main.set_xlim(float(shift.max()), float(shift.min()))
    rest.xaxis.set_major_locator(MaxNLocator(8))
    rest.set_xlabel("shift / ppm", fontsize=7, labelpad=1)
    return figure


def _where_lines_are(curves: SpectrumCurves) -> SpectrumCurves:
    """Return the stretch with the lines of listed species; an unknown line far away is told, not drawn."""
    listed = [part for name, part in curves.components.items() if name != UNKNOWN]
    height = np.max(np.abs(listed), axis=0) if listed else np.abs(curves.fitted)
    high = np.flatnonzero(height > LEAST_PART * float(np.max(height, initial=0.0)))
    if not len(high):
        return curves
    low_ppm, high_ppm = curves.shift_ppm[high[0]] - MARGIN_PPM, curves.shift_ppm[high[-1]] + MARGIN_PPM
    near = slice(*np.searchsorted(curves.shift_ppm, (low_ppm, high_ppm)))
    parts = {name: part[near] for name, part in curves.components.items()}
    fitted, baseline, rest = curves.fitted[near], curves.baseline[near], curves.residual[near]
    return SpectrumCurves(curves.shift_ppm[near], curves.measured[near], fitted, baseline, rest, parts)


def _few(curves: SpectrumCurves) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the points to draw: of each stretch the one that stands out most."""
    count = len(curves.shift_ppm)
    if count <= MOST_POINTS:
        return np.arange(count)
    step = -(-count // MOST_POINTS)
    height = np.abs(curves.measured)
    starts = range(0, count, step)
    return np.array([start + int(np.argmax(height[start : start + step])) for start in starts], dtype=np.intp)
