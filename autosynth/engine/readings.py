"""The last word of every sensor, with its age: what live rules are judged by.

Readings pass through here on their way to the telemetry; currents are heard point by point while a cell is scanned.
What is not a finite number, and a current beyond its range, is a word that says nothing: the quantity is unknown.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.potentiostat import Point
from autosynth.engine.sampler import Sink

_NEVER = (-math.inf, math.nan)
LATELY_S = 2.0
"""Points older than this are forgotten: rules are judged twice as often."""


class Readings:
    """Keeps the last reading of every vessel and passes all on to a sink."""

    def __init__(self, clock: Clock, sink: Sink) -> None:
        self._clock = clock
        self._sink = sink
        self._last: dict[str, tuple[float, float]] = {}
        self._currents: dict[str, deque[tuple[float, float]]] = {}

    def add(self, channel: str, t_s: float, value: float) -> None:
        """Keep a reading and pass it on."""
        self._last[channel] = (t_s, value)
        self._sink.add(channel, t_s, value)

    def last(self, vessel: str, what: str, within_s: float) -> float | None:
        """Return the last reading of a vessel; None: there is none, it is older than `within_s`, or not finite."""
        t_s, value = self._last.get(f"{vessel}.{what}", _NEVER)
        return value if self._clock.now() - t_s <= within_s and math.isfinite(value) else None

    def heard(self, vessel: str, what: str, within_s: float) -> bool:
        """Say whether anything was read of a vessel in the last `within_s`, be it a number or not."""
        return self._clock.now() - self._last.get(f"{vessel}.{what}", _NEVER)[0] <= within_s

    def current_a(self, device: str, within_s: float) -> float | None:
        """Return the largest current lately, A without sign.

        None when the last point is older than `within_s`, or one lately says nothing: it may have been any current.
        """
        points = self._currents.get(device)
        if not points or not self.streams(device, within_s):
            return None
        return None if any(math.isnan(each_a) for _, each_a in points) else max(each_a for _, each_a in points)

    def streams(self, device: str, within_s: float) -> bool:
        """Say whether a potentiostat has told a point in the last `within_s`, be it a current or not."""
        points = self._currents.get(device)
        return points is not None and len(points) > 0 and self._clock.now() - points[-1][0] <= within_s

    def listen(self, devices: Mapping[str, Any]) -> None:
        """Hear every point of these potentiostats, and let whoever hears them already hear them too."""
        for name, device in devices.items():
            device.on_point = self._hearing(name, device.on_point)

    def _hearing(self, name: str, other: Callable[[Point], None] | None) -> Callable[[Point], None]:
        points = self._currents.setdefault(name, deque())

        def heard(point: Point) -> None:
            now_s = self._clock.now()
            known = math.isfinite(point.current_a) and not point.overload
            points.append((now_s, abs(point.current_a) if known else math.nan))
            while now_s - points[0][0] > LATELY_S:
                points.popleft()
            if other is not None:
                other(point)

        return heard
