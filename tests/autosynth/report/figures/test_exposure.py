"""Drawings of measurements by file: breaks at gaps, marked lines, points of isotherms, odd numbers."""

import numpy as np
import pytest

from autosynth.analysis.curvetable import Curves
from autosynth.report.exposures import component_colours, lines
from autosynth.report.figures.exposure import Look, _exposure, draw_exposure, measured_stretches
from tests.autosynth.report.pages import read_page


def curves(points: int = 400, name: str = "COOH") -> Curves:
    axis = np.concatenate((np.arange(700.0, 800.0, 0.5), np.arange(1350.0, 1800.0, 900.0 / points)))
    part = 0.3 / (1 + ((axis - 1725) / 10) ** 2)
    base = np.full_like(axis, 0.01)
    return Curves("wavenumber / 1/cm", axis, base + part + 0.001, base + part, base, {name: part, "none": 0 * part})


@pytest.mark.parametrize("name", ["COOH", "<script>", "$x^{", ""])
def test_names_are_text(name: str) -> None:
    """Any component's name stands in a well-formed drawing with a title."""
    look = Look("x", "absorbance", falling=True)
    page = read_page(draw_exposure(curves(name=name), look, {name: "#0b5fa5"}, "ir1", name))
    assert page.tags[0] == "svg"
    assert page.unlabelled == 0


def test_nothing_is_drawn_across_a_gap() -> None:
    """The curve breaks where nothing was measured: two strokes instead of one."""
    look = Look("x", "y")
    whole, broken = curves(), curves()
    dense = np.arange(len(whole.axis), dtype=float)
    whole = Curves("x", dense, whole.measured, whole.fitted, whole.baseline, {})
    broken = Curves("x", broken.axis, broken.measured, broken.fitted, broken.baseline, {})
    strokes = [draw_exposure(each, look, {}, "ir1", "t").count("M ") for each in (whole, broken)]
    assert strokes[1] > strokes[0]


def test_equal_curves_have_equal_drawings() -> None:
    """The same bytes for the same numbers."""
    look = Look("x", "y", ticks={"COOH": np.array([1725.0])})
    assert draw_exposure(curves(), look, {}, "a", "t", wide=True) == draw_exposure(
        curves(), look, {}, "a", "t", wide=True
    )


def test_an_isotherm_has_points_and_a_fit_only_in_its_window() -> None:
    """Numbers that are none outside the window are no trouble."""
    axis = np.linspace(0.001, 0.99, 60)
    fit = np.where(axis < 0.1, 5 + axis, np.nan)
    told = Curves("relative pressure", axis, 5 + axis, fit, 0 * axis, {"BET": fit})
    assert component_colours({"1": told}) == {"BET": "#0b5fa5"}
    assert "<svg" in draw_exposure(told, Look("p", "mmol/g", points=True), {"BET": "#0b5fa5"}, "s", "t", wide=True)


def test_lines_are_the_maxima_that_stand_out() -> None:
    """Ripples far below the highest line are none; a component without points has none."""
    axis = np.arange(0.0, 20.0, 0.01)
    part = np.exp(-(((axis - 5) / 0.1) ** 2)) + 0.5 * np.exp(-(((axis - 9) / 0.1) ** 2)) + 1e-4 * np.cos(40 * axis) ** 2
    assert lines(axis, part) == pytest.approx([5.0, 9.0], abs=0.02)
    assert len(lines(axis[:2], part[:2])) == 0


def test_a_gap_takes_no_room_and_has_no_numbers() -> None:
    """What was measured fills the drawing, each stretch with its own numbers; without a gap nothing is marked."""
    gapped = np.concatenate([np.linspace(1800, 1350, 226), np.linspace(820, 700, 61)])
    assert measured_stretches(gapped) == [(700.0, 820.0), (1350.0, 1800.0)]
    assert measured_stretches(np.linspace(1800, 700, 551)) == [(700.0, 1800.0)]
    figures = []
    for axis in (gapped, np.linspace(1800, 700, 551)):
        signal = np.ones_like(axis)
        curves = Curves("wavenumber", axis, signal, signal, signal, {})
        figures.append(_exposure(curves, Look("wavenumber / 1/cm", "absorbance", falling=True), {}, wide=False))
    main, rest = figures[0].axes
    marked = [float(tick) for tick in rest.get_xticks()]
    assert len([tick for tick in marked if 700 <= tick <= 820]) >= 1
    assert len([tick for tick in marked if 1350 <= tick <= 1800]) >= 3
    assert not [tick for tick in marked if 820 < tick < 1350]
    ends = main.transAxes.inverted().transform(main.transData.transform([(1350.0, 1.0), (820.0, 1.0)]))
    assert ends[1][0] - ends[0][0] == pytest.approx(0.03 / 1.03, abs=1e-3)
    assert (len(main.patches), len(figures[1].axes[0].patches)) == (1, 0)
