"""The curve worth seeing now: points of a scan while they arrive, else the last fit that was kept.

Points come from the driver, through `on_point`; fits come from the run folder, where the engine writes them. It looks,
and changes nothing: a file that cannot be read is a curve that is not shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.text import Text

from autosynth.cli.braille import Span, drawn, round_span
from autosynth.cli.words import one_line
from autosynth.contracts.potentiostat import Point
from autosynth.errors import InputError
from autosynth.files import read_within
from autosynth.journal.event import Event
from autosynth.units import format_quantity

MARGIN = 10
"""Columns for the numbers beside the picture."""
MOST_POINTS = 3000
LARGEST = 64 * 1024 * 1024
"""Bytes of a table of fitted curves."""
SMALLEST = 4
"""Fewer lines than this show nothing."""
KINDS = {
    "E / V": ("V", "potential"),
    "I / A": ("A", "current"),
    "shift / ppm": ("ppm", ""),
    "wavenumber / 1/cm": ("1/cm", ""),
    "wavelength / nm": ("nm", ""),
    "2theta / deg": ("°", ""),
    "relative pressure": ("p/p0", ""),
    "signal": ("", ""),
}
"""Column of a kept fit -> unit and dimension."""
FALLING = ("shift / ppm", "wavenumber / 1/cm")
"""Axes that run from right to left."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn: a title, the points, and how their axes are called; shifts run from right to left."""

    title: str
    x: Sequence[float]
    y: Sequence[float]
    x_kind: str = "E / V"
    y_kind: str = "I / A"
    reach: tuple[float, ...] = ()
    """Where the x axis will have to reach, of a curve that still grows."""

    def lines(self, width: int, height: int) -> list[Text]:
        """Return at most `height` lines: the title, the picture with its numbers beside it, the ends of the x axis."""
        if height < SMALLEST or len(self.x) < 2:
            return []
        up, across = round_span(self.y), self._across()
        rows, columns = height - 2, max(width - MARGIN - 3, 8)
        stride = -(-len(self.x) // MOST_POINTS)
        picture = drawn(self.x[::stride], self.y[::stride], across, up, columns, rows)
        labels = {0: _number(up.end, self.y_kind), rows - 1: _number(up.begin, self.y_kind)}
        ends = [_number(each, self.x_kind) for each in (across.begin, across.end)]
        foot = f"{' ' * (MARGIN + 2)}{ends[0]}{ends[1].rjust(columns - len(ends[0]))}"
        return [
            Text(f"  {one_line(self.title, width - 2)}", style="bold"),
            *(
                Text(f"{labels.get(row, ''):>{MARGIN}} ").append("│", style="dim").append(line, style="green")
                for row, line in enumerate(picture)
            ),
            Text(foot, style="dim"),
        ]

    def _across(self) -> Span:
        low, high = min(*self.x, *self.reach), max(*self.x, *self.reach)
        return Span(high, low) if self.x_kind in FALLING else Span(low, high)


class Curves:
    """The curve worth seeing of one run; `take` its events, and give `listen` the potentiostats that stream points."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scan = 0
        self._x: list[float] = []
        self._y: list[float] = []
        self._last_s = float("inf")
        self._device = ""
        self._kept: Curve | None = None
        self._reach: tuple[float, ...] = ()

    def listen(self, devices: Mapping[str, Any]) -> None:
        """Hear every point of the devices that stream them."""
        for name, device in devices.items():
            if hasattr(device, "on_point"):
                device.on_point = _Heard(name, self.point)

    def point(self, device: str, point: Point) -> None:
        """Take one point; a time that runs backwards, or another device, begins a new scan."""
        if point.t_s < self._last_s or device != self._device:
            self._x, self._y = [], []
            self._scan += 1
        self._device, self._last_s, self._kept = device, point.t_s, None
        self._x.append(point.potential_v)
        self._y.append(point.current_a)

    def take(self, event: Event) -> None:
        """Note an event: a measurement's first fit replaces the points that it was made of."""
        if event.kind == "measured":
            self._kept = self._fit(event.payload) or self._kept
            self._scan = 0
        elif event.kind == "action.started" and "verb" in event.payload:
            self._scan = 0
            ends = [event.payload.get(f"{end}_v") for end in ("begin", "vertex1", "vertex2")]
            self._reach = tuple(float(each) for each in ends if isinstance(each, int | float))

    def latest(self) -> Curve | None:
        """Return the curve to show; None before there is one."""
        if self._kept is not None:
            return self._kept
        if not self._x:
            return None
        now = f"{_number(self._x[-1], 'E / V')}, {_number(self._y[-1], 'I / A')}"
        return Curve(f"{self._device}: scan {max(self._scan, 1)}, {now}", self._x, self._y, reach=self._reach)

    def _fit(self, measured: Mapping[str, Any]) -> Curve | None:
        fits = [str(each["file"]) for each in measured.get("fits", ())]
        if not fits or Path(fits[-1]).is_absolute() or ".." in Path(fits[-1]).parts:
            return None
        try:
            head, *rows = read_within(self._folder / fits[-1], LARGEST).decode().splitlines()
            x, y = zip(*([float(cell) for cell in row.split("\t")[:2]] for row in rows), strict=True)
        except (OSError, ValueError, InputError):
            return None
        x_kind, y_kind = head.split("\t")[:2]
        return Curve(f"{measured['as']} in {measured.get('cell', '')}, as it was fitted", x, y, x_kind, y_kind)


class Hears(Protocol):
    """What takes points with the name of their device."""

    def __call__(self, device: str, point: Point) -> None:
        """Take one point."""
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    device: str
    hears: Hears

    def __call__(self, point: Point) -> None:
        self.hears(self.device, point)


def _number(value: float, kind: str) -> str:
    unit, dimension = KINDS.get(kind, ("", ""))
    if dimension:
        return format_quantity(float(f"{value:.3g}"), dimension)
    number = f"{value:.3g}" if abs(value) < 1e3 else f"{value:.0f}"
    return f"{number} {unit}".rstrip()
