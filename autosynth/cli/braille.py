"""A line drawn with braille dots, two by four to a character: a small picture that any terminal can show."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Dot of a character by column and row."""
_BLANK = 0x2800
DOTS_X, DOTS_Y = 2, 4
ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Leading digits of the ends of axes."""


@dataclass(frozen=True, slots=True)
class Span:
    """The two ends of an axis, in the order in which they are drawn: left to right, or bottom to top."""

    begin: float
    end: float

    def dot(self, value: float, dots: int) -> int | None:
        """Return which of `dots` places a value falls on; None outside, or when it is no number."""
        if not math.isfinite(value) or self.end == self.begin:
            return None
        place = (value - self.begin) / (self.end - self.begin) * (dots - 1)
        return round(place) if -0.5 <= place <= dots - 0.5 else None


def drawn(x: Sequence[float], y: Sequence[float], across: Span, up: Span, columns: int, rows: int) -> list[str]:
    """Return `rows` lines of `columns` characters with the points joined; what lies outside is left out."""
    width, height = columns * DOTS_X, rows * DOTS_Y
    cells = [[0] * columns for _ in range(rows)]
    before: tuple[int, int] | None = None
    for one, other in zip(x, y, strict=True):
        right, high = across.dot(one, width), up.dot(other, height)
        if right is None or high is None:
            before = None
            continue
        here = (right, height - 1 - high)
        for column, row in _joined(before or here, here):
            cells[row // DOTS_Y][column // DOTS_X] |= _BITS[column % DOTS_X][row % DOTS_Y]
        before = here
    return ["".join(chr(_BLANK + cell) for cell in line) for line in cells]


def _joined(start: tuple[int, int], stop: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the dots of a straight line, both ends included."""
    steps = max(abs(stop[0] - start[0]), abs(stop[1] - start[1]), 1)
    for step in range(steps + 1):
        part = step / steps
        yield round(start[0] + part * (stop[0] - start[0])), round(start[1] + part * (stop[1] - start[1]))


def round_span(values: Sequence[float], *, zero: bool = True) -> Span:
    """Return a span of round numbers (1, 1.5, 2, ... times a power of ten) that holds the values and, if asked, zero.

    Growing values change it in steps, so that a picture that is drawn again and again stays calm.
    """
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    return Span(-_round_up(-low) if low < 0 else low, _round_up(high) if high > 0 else high)


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in ROUND if step * power >= value * (1 - 1e-9))
