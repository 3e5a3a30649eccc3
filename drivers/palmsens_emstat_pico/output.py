"""What a running script prints, line by line, turned into points; keeps the bytes and counts what is wrong.

Loops nest: `M` to `*` a measurement, `L` to `+` a loop, `C` to `-` one scan of several. An empty line ends the script,
also after an error. The time of a point is not sent; it follows from step and rate, steps missing between two
potentials included. Packages are read when somebody asks or another line comes: many at once cost little each.
"""

from math import isfinite, nan

from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.errors import DeviceError, GarbledReplyError, WireError
from drivers.palmsens_emstat_pico.block import Row, read_block
from drivers.palmsens_emstat_pico.codec import CURRENT, OVERLOAD, POTENTIAL, SET_POTENTIAL, parse_package
from drivers.palmsens_emstat_pico.faults import refusal

_OPENS, _CLOSES = {"M": "*", "L": "+", "C": "-"}, ("*", "+", "-")


class ScriptOutput:
    """The output of one script; `raw` are all its bytes, `done` is true once it ended."""

    def __init__(self, method: Voltammetry, sign: float, device: str) -> None:
        self.raw = bytearray()
        self.done = False
        self.error: WireError | DeviceError | None = None
        self._points = self._overloads = self._gaps = 0
        self._step_v = method.step_v
        self._point_s = method.step_v / method.rate_v_s
        self._sign = sign
        self._device = device
        self._unread = bytearray()
        self._untold: list[Point] = []
        self._open: list[str] = []
        self._steps = 0
        self._last_v = nan

    @property
    def points(self) -> int:
        """Return how many points have come."""
        self._read()
        return self._points

    @property
    def overloads(self) -> int:
        """Return how many of them were overloaded."""
        self._read()
        return self._overloads

    @property
    def gaps(self) -> int:
        """Return how often steps are missing between two of them."""
        self._read()
        return self._gaps

    def take(self, line: bytes) -> None:
        """Take one line or packages; the first error is kept in `error`, and reading goes on to the script's end."""
        self.raw += line
        first = chr(line[0])
        if first == "P":
            self._unread += line
            return
        self._read()
        if line.strip() == b"":
            self._end(line)
        elif first in _OPENS:
            self._open.append(_OPENS[first])
        elif first in _CLOSES:
            if not self._open or self._open.pop() != first:
                self._fail(GarbledReplyError("a loop ends that did not begin", self._device, received=line))
        elif first == "!":
            self._fail(refusal(line, self._device, b""))
        elif first != "T":
            self._fail(GarbledReplyError("not a line of a script's output", self._device, received=line))

    def news(self) -> list[Point]:
        """Return the points that have come and were not yet read."""
        self._read()
        untold, self._untold = self._untold, []
        return untold

    def _end(self, line: bytes) -> None:
        self.done = True
        if self._open:
            self._fail(GarbledReplyError("the script ended within a loop", self._device, received=line))
        elif not self.points:
            self._fail(GarbledReplyError("the script ended without a point", self._device, received=bytes(self.raw)))

    def _read(self) -> None:
        """Read what has come: its points and where each stands on the sweep, in steps, kept until they are told."""
        unread, self._unread = bytes(self._unread), bytearray()
        rows = read_block(unread)
        for potential_v, current_a, overload in self._read_singly(unread) if rows is None else rows:
            moved = abs(potential_v - self._last_v) / self._step_v
            steps = max(round(moved), 1) if isfinite(moved) else 1
            self._steps += steps if self._points else 0
            self._points += 1
            self._overloads += overload
            self._gaps += steps > 1
            self._last_v = potential_v
            point_s = self._steps * self._point_s
            self._untold.append(Point(point_s, potential_v, self._sign * current_a, overload))

    def _read_singly(self, unread: bytes) -> list[Row]:
        """Read packages one by one, whatever their shape; what is no package of a point is an error."""
        rows: list[Row] = []
        for line in unread.splitlines(keepends=True):
            try:
                values = {each.kind: each for each in parse_package(line)}
            except GarbledReplyError as error:
                self._fail(GarbledReplyError(error.message, self._device, received=line))
                continue
            potential, current = values.get(POTENTIAL) or values.get(SET_POTENTIAL), values.get(CURRENT)
            if potential is None or current is None:
                self._fail(GarbledReplyError("a package without potential and current", self._device, received=line))
                continue
            rows.append((potential.value, current.value, bool((potential.status | current.status) & OVERLOAD)))
        return rows

    def _fail(self, error: WireError | DeviceError) -> None:
        self.error = self.error or error
