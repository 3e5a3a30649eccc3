"""The curve of the live view: points as they arrive, the last kept fit, and the dots that draw them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from autosynth.cli.braille import Span, drawn, round_span
from autosynth.cli.curve import Curve, Curves
from autosynth.contracts.potentiostat import Point
from autosynth.journal.event import Event

BLANK = "\u2800"


def event(kind: str, payload: dict[str, Any]) -> Event:
    """Return an event as a view is told it."""
    return Event(seq=1, t_s=0.0, kind=kind, action="1", schema=1, payload=payload, prev="")


def texts(curve: Curve, width: int = 40, height: int = 8) -> list[str]:
    """Return a curve's lines as text."""
    return [line.plain for line in curve.lines(width, height)]


def test_a_rising_line_goes_from_bottom_left_to_top_right() -> None:
    """Two by four dots a character: the line touches two opposite corners and neither of the others."""
    rows = drawn([0, 1], [0, 1], Span(0, 1), Span(0, 1), 4, 4)
    assert [row.strip(BLANK) != "" for row in rows] == [True] * 4
    assert rows[-1][0] != BLANK
    assert rows[0][-1] != BLANK
    assert rows[0][0] == rows[-1][-1] == BLANK


def test_points_outside_and_no_numbers_are_left_out() -> None:
    """What lies outside breaks the line instead of bending it."""
    rows = drawn([0, 0.5, 1], [0, 5, 0], Span(0, 1), Span(0, 1), 4, 2)
    assert rows[0] == 4 * BLANK
    assert drawn([0, float("nan")], [0, 0], Span(0, 1), Span(0, 1), 1, 1) == ["\u2840"]


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ((0.3, 0.7), (0.0, 0.8)),
        ((-3e-6, 1.2e-5), (-3e-6, 1.5e-5)),
        ((-42.0, -30.0), (-50.0, 0.0)),
        ((0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_axes_end_at_round_numbers(values: Sequence[float], ends: tuple[float, float]) -> None:
    """So a growing curve changes its scale in steps; zero is always inside."""
    span = round_span(values)
    assert (span.begin, span.end) == pytest.approx(ends)


def test_a_scan_is_drawn_while_its_points_arrive(tmp_path: Path) -> None:
    """The x axis reaches from the beginning as far as the scan will go; a second scan begins anew."""
    curves = Curves(tmp_path)
    assert curves.latest() is None
    curves.take(event("action.started", {"verb": "measure", "begin_v": 0.3, "vertex1_v": -1.2, "vertex2_v": 0.3}))
    for number in range(3):
        curves.point("pot", Point(0.1 * number, 0.3 - 0.1 * number, -1e-6 * number))
    shown = curves.latest()
    assert shown is not None
    lines = texts(shown)
    assert lines[0] == "  pot: scan 1, 100 mV, -2 µA"
    assert (lines[-1].split()[0], lines[-1].split()[2]) == ("-1.2", "300")
    for number in range(2):
        curves.point("pot", Point(0.1 * number, 0.3, 0.0))
    second = curves.latest()
    assert second is not None
    assert (len(second.x), "scan 2" in second.title) == (2, True)


def test_a_fit_takes_the_place_of_the_points(tmp_path: Path) -> None:
    """The first kept columns are drawn; a file that is not there leaves the points."""
    (tmp_path / "fit1.tsv").write_text("E / V\tI / A\tfit / A\n0.3\t1e-6\t1e-6\n0.2\t2e-6\t2e-6\n")
    curves = Curves(tmp_path)
    for number in range(3):
        curves.point("pot", Point(0.1 * number, 0.1 * number, 0.0))
    curves.take(event("measured", {"as": "cv", "cell": "cell", "fits": [{"file": "none.tsv"}]}))
    assert "scan" in curves.latest().title  # type: ignore[union-attr]
    curves.take(event("measured", {"as": "cv", "cell": "cell", "fits": [{"file": "fit1.tsv"}]}))
    shown = curves.latest()
    assert shown is not None
    assert (shown.title, list(shown.y)) == ("cv in cell, as it was fitted", [1e-6, 2e-6])


def test_shifts_run_from_right_to_left() -> None:
    """A spectrum has its high shifts on the left."""
    foot = texts(Curve("a spectrum", [-10.0, 0.0, 20.0], [0.0, 1.0, 0.0], "shift / ppm", "signal"))[-1]
    assert foot.split() == ["20", "ppm", "-10", "ppm"]


@pytest.mark.parametrize(("width", "height"), [(80, 14), (80, 5), (40, 8), (20, 4)])
def test_a_curve_fits_into_its_place(width: int, height: int) -> None:
    """Never more lines than there are, never wider than the terminal; where there is no room, nothing."""
    curve = Curve("a long title " * 10, [0.0, 1.0, 2.0], [0.0, 1.0, 0.0])
    lines = texts(curve, width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert texts(curve, width, 3) == []


def test_points_of_a_driver_are_heard(tmp_path: Path) -> None:
    """A device that streams points gets a listener, another is left alone."""

    class Streams:
        on_point: Any = None

    streams, silent = Streams(), object()
    curves = Curves(tmp_path)
    curves.listen({"pot": streams, "pump": silent})
    streams.on_point(Point(0.0, 0.1, 1e-6))
    streams.on_point(Point(0.1, 0.2, 1e-6))
    assert curves.latest() is not None


def test_a_spectrum_of_bands_runs_from_right_to_left_in_plain_numbers(tmp_path: Path) -> None:
    """Wavenumbers fall, as chemists draw them, and are no powers of ten."""
    (tmp_path / "fit1.tsv").write_text(
        "wavenumber / 1/cm\tsignal\tfit\tbaseline\n700\t0.1\t0.1\t0\n1800\t0.2\t0.2\t0\n", encoding="utf-8"
    )
    curves = Curves(tmp_path)
    curves.take(event("measured", {"as": "ir", "cell": "infrared", "fits": [{"file": "fit1.tsv"}], "quantities": {}}))
    curve = curves.latest()
    assert curve is not None
    foot = curve.lines(60, 8)[-1].plain
    assert foot.split()[:2] == ["1800", "1/cm"]
    assert foot.split()[-2:] == ["700", "1/cm"]
