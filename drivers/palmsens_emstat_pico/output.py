"""What a running script prints, line by line, turned into points; keeps the bytes and counts what is wrong.

Loops nest: `M` to `*` a measurement, `L` to `+` a loop, `C` to `-` one scan of several. An empty line ends the script,
also after an error. The time of a point is not sent; it follows from step and rate, steps missing between two
potentials included.
"""

import math
from collections.abc import Callable

from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.errors import DeviceError, GarbledReplyError, WireError
from drivers.palmsens_emstat_pico.codec import CURRENT, OVERLOAD, POTENTIAL, SET_POTENTIAL, parse_package
from drivers.palmsens_emstat_pico.faults import refusal

_OPENS, _CLOSES = {"M": "*", "L": "+", "C": "-"}, ("*", "+", "-")


class ScriptOutput:
    """The output of one script; `raw` are all its bytes, `done` is true once it ended."""

    def __init__(self, method: Voltammetry, sign: float, device: str, on_point: Callable[[Point], None]) -> None:
        self.raw = bytearray()
        self.done = False
        self.error: WireError | DeviceError | None = None
        self.points = self.overloads = self.gaps = 0
        self._step_v = method.step_v
        self._point_s = method.step_v / method.rate_v_s
        self._sign = sign
        self._device = device
        self._on_point = on_point
        self._open: list[str] = []
        self._steps = 0
        self._last_v = math.nan

    def take(self, line: bytes) -> None:
        """Take one line; errors are kept in `error`, the first one, and reading goes on to the end of the script."""
        self.raw += line
        first = chr(line[0])
        if line.strip() == b"":
            self._end(line)
        elif first == "P":
            self._package(line)
        elif first in _OPENS:
            self._open.append(_OPENS[first])
        elif first in _CLOSES:
            if not self._open or self._open.pop() != first:
                self._fail(GarbledReplyError("a loop ends that did not begin", self._device, received=line))
        elif first == "!":
            self._fail(refusal(line, self._device, b""))
        elif first != "T":
            self._fail(GarbledReplyError("not a line of a script's output", self._device, received=line))

    def _end(self, line: bytes) -> None:
        self.done = True
        if self._open:
            self._fail(GarbledReplyError("the script ended within a loop", self._device, received=line))
        elif not self.points:
            self._fail(GarbledReplyError("the script ended without a point", self._device, received=bytes(self.raw)))

    def _package(self, line: bytes) -> None:
        try:
            values = {each.kind: each for each in parse_package(line)}
        except GarbledReplyError as error:
            self._fail(GarbledReplyError(error.message, self._device, received=line))
            return
        potential, current = values.get(POTENTIAL) or values.get(SET_POTENTIAL), values.get(CURRENT)
        if potential is None or current is None:
            self._fail(GarbledReplyError("a package without potential and current", self._device, received=line))
            return
        overload = bool((potential.status | current.status) & OVERLOAD)
        self._advance(potential.value)
        self.points += 1
        self.overloads += overload
        self._on_point(Point(self._steps * self._point_s, potential.value, self._sign * current.value, overload))

    def _advance(self, potential_v: float) -> None:
        if self.points:
            moved_v = abs(potential_v - self._last_v)
            steps = max(1, round(moved_v / self._step_v)) if math.isfinite(moved_v) else 1
            self._steps += steps
            self.gaps += steps > 1
        self._last_v = potential_v

    def _fail(self, error: WireError | DeviceError) -> None:
        self.error = self.error or error
