"""Drawings: SVG that can stand in a page, the same for the same numbers, whatever the numbers and names are."""

import math

import numpy as np
import pytest

from autosynth.analysis.voltammetry import Curves
from autosynth.report.figures.timeline import Bar, Mark, draw_timeline
from autosynth.report.figures.titration import Curve, Threshold, draw_titration
from autosynth.report.figures.traces import Trace, draw_traces, thinned
from autosynth.report.figures.voltammogram import FitSheet, draw_raw
from tests.autosynth.report.pages import read_page


def curves(points: int = 900) -> Curves:
    potential_v = np.linspace(0.2, -1.2, points)
    part_a = 1e-6 * np.sin(5 * potential_v)
    noise_a = 1e-8 * np.cos(700 * potential_v)
    return Curves(potential_v, part_a + noise_a, part_a, 0 * part_a, noise_a, {"IA2": part_a, "none": 0 * part_a})


def every_drawing(name: str) -> list[str]:
    time_s = np.arange(5.0) * 1000
    bars = [Bar("add", 0, 9, name), Bar("wait", 9, 60, open=True)]
    curve = Curve(name, [1, 2], [0.2, 0.4], [0.01, math.nan])
    return [
        draw_timeline(bars, [Mark("decision", 9, "true")], [(0, 60, "HELD")], 60),
        draw_traces([Trace(name, time_s, time_s, limit=4000)], "mL", 4000, "volumes", steps=True),
        draw_titration([curve], [curve], [Threshold(0.1, name, False)], (2, name), "x", "t"),
        FitSheet().draw([curves()], {"IA2": "#000000"}, "cv1", name),
        draw_raw([(np.arange(60.0), np.arange(60.0))], "cv2", name),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["reactor", "<script>&\"'", "$x^{", "Ag⁺ → µ", ""])
def test_names_are_text(name: str) -> None:
    """Any name, also one that looks like markup or mathematics, is text within a well-formed drawing."""
    for svg in every_drawing(name):
        page = read_page(svg)
        assert page.unclosed == []
        assert "script" not in page.tags
        assert page.unlabelled == 0


def test_the_same_numbers_give_the_same_bytes() -> None:
    """Nothing in a drawing depends on the time, on chance or on what was drawn before."""
    assert every_drawing("reactor") == every_drawing("reactor")


def test_a_sheet_used_again_shows_nothing_of_the_fit_before() -> None:
    """The second drawing on a sheet is, byte for byte, the one that a fresh sheet would bear."""
    first_fit = curves()
    steep_a = 7.0 * first_fit.measured_a
    other = Curves(first_fit.potential_v + 0.4, steep_a, steep_a, 0 * steep_a, first_fit.residual_a, {})
    sheet, colours = FitSheet(), {"IA2": "#000000"}
    first = sheet.draw([first_fit], colours, "cv1", "a fit")
    again = sheet.draw([other], colours, "cv2", "another")
    assert again == FitSheet().draw([other], colours, "cv2", "another")
    assert again.count("<path") < first.count("<path")


def test_drawings_bring_no_style_sheet_and_no_address() -> None:
    """A style sheet would reach the whole page; addresses are not needed inline."""
    for svg in every_drawing("reactor"):
        assert "<style" not in svg
        assert "http" not in svg
        assert "<metadata" not in svg


def test_identifiers_begin_with_the_name_of_the_drawing() -> None:
    """Two drawings in a page never share an identifier."""
    page = read_page(FitSheet().draw([curves()], {}, "cv7", "a fit"))
    assert {each.partition("-")[0] for each in page.ids} == {"cv7"}


def test_spikes_survive_thinning() -> None:
    """Of a long trace the lowest and highest of each part stay, and time goes on forwards."""
    t_s, value = np.arange(20_000.0), np.zeros(20_000)
    value[7777], value[12345] = 5.0, -3.0
    few_s, few = thinned(t_s, value, bins=100)
    assert (few.min(), few.max()) == (-3.0, 5.0)
    assert len(few_s) <= 200
    assert np.all(np.diff(few_s) > 0)


def test_short_traces_stay_whole() -> None:
    """A trace with fewer samples than would be drawn is left alone."""
    t_s = np.arange(100.0)
    assert np.array_equal(thinned(t_s, t_s)[1], t_s)
