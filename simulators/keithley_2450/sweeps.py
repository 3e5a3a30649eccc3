"""What a sweep command asks for: the levels to step through and where the readings go.

`LIN` takes start, stop, points, delay, count, range type, fail-abort, dual and buffer; `LIST` steps through the list
set before. The order and defaults of the later parameters are from memory of the manual (low confidence).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulators.keithley_2450.scpi import ILLEGAL, MISSING, NOT_ALLOWED, OUT_OF_RANGE, ScpiError, number, switch

MOST_POINTS = 1_000_000
RANGE_TYPES = frozenset({"AUTO", "BEST", "FIX", "FIXED"})


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep set up, waiting for INITiate; a negative delay is the automatic one."""

    level_v: npt.NDArray[np.float64]
    delay_s: float
    buffer: str


def linear(texts: tuple[str, ...], limit_v: tuple[float, float], *, turn_twice: bool, by_step: bool) -> Plan:
    """Read a linear sweep; `turn_twice` measures a dual sweep's turning point twice.

    Raises:
        ScpiError: for a missing, superfluous or wrong parameter.
    """
    if not 3 <= len(texts) <= 9:
        raise ScpiError(NOT_ALLOWED if len(texts) > 9 else MISSING)
    start, stop = (number(text, *limit_v) for text in texts[:2])
    if by_step:
        step = number(texts[2], 1e-9, 400)
        points = int(_few(abs(stop - start) / step + 1e-9)) + 1
        stop = start + (points - 1) * step * (1 if stop >= start else -1)
    else:
        points = int(number(texts[2], 2, MOST_POINTS))
    delay_s = _delay(texts[3:4])
    count = int(number(texts[4], 1, MOST_POINTS)) if len(texts) > 4 else 1
    if len(texts) > 5 and texts[5].upper() not in RANGE_TYPES:
        raise ScpiError(ILLEGAL)
    if len(texts) > 6:
        switch(texts[6])
    dual = len(texts) > 7 and switch(texts[7])
    _few(points * count * (2 if dual else 1) - count)
    once = np.linspace(start, stop, points)
    if dual:
        once = np.concatenate((once, once[::-1] if turn_twice else once[-2::-1]))
    return _plan(np.tile(once, count), delay_s, texts[8:9])


def listed(texts: tuple[str, ...], levels: list[float]) -> Plan:
    """Read a list sweep over `levels`.

    Raises:
        ScpiError: for a missing, superfluous or wrong parameter, or an empty list.
    """
    if not 1 <= len(texts) <= 5:
        raise ScpiError(NOT_ALLOWED if texts else MISSING)
    if not levels:
        raise ScpiError(OUT_OF_RANGE)
    first = int(number(texts[0], 1, len(levels)))
    delay_s = _delay(texts[1:2])
    count = int(number(texts[2], 1, MOST_POINTS)) if len(texts) > 2 else 1
    if len(texts) > 3:
        switch(texts[3])
    kept = levels[first - 1 :]
    _few(len(kept) * count)
    return _plan(np.tile(np.array(kept), count), delay_s, texts[4:5])


def _few(points: float) -> float:
    """Return a number of points; refused before they are made when there are more than the instrument takes."""
    if points > MOST_POINTS:
        raise ScpiError(OUT_OF_RANGE)
    return points


def _plan(level_v: npt.NDArray[np.float64], delay_s: float, buffer: tuple[str, ...]) -> Plan:
    return Plan(level_v, delay_s, buffer[0].strip("\"'") if buffer else "defbuffer1")


def _delay(texts: tuple[str, ...]) -> float:
    if not texts:
        return -1.0
    delay_s = number(texts[0], -1, 10000)
    if delay_s < 0 and delay_s != -1:
        raise ScpiError(OUT_OF_RANGE)
    return delay_s
