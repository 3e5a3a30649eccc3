"""The last word of every sensor, with its age: what live rules are judged by.

Temperatures pass through here on their way to the telemetry; currents are heard point by point while a cell is scanned.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.potentiostat import Point
from autosynth.engine.sampler import Sink

CHANNEL = "temperature_c"
"""What the sampler calls a vessel's temperature, behind its name and a dot."""
LATELY_S = 2.0
"""Points older than this are forgotten: rules are judged twice as often."""


class Readings:
    """Keeps the last reading of every vessel and passes all on to a sink."""

    def __init__(self, clock: Clock, sink: Sink) -> None:
        self._clock = clock
        self._sink = sink
        self._temperatures: dict[str, tuple[float, float]] = {}
        self._others: dict[str, tuple[float, float]] = {}
        self._currents: dict[str, deque[tuple[float, float]]] = {}

    def add(self, channel: str, t_s: float, value: float) -> None:
        """Keep a reading and pass it on."""
        vessel, _, what = channel.rpartition(".")
        if what == CHANNEL:
            self._temperatures[vessel] = (t_s, value)
        else:
            self._others[channel] = (t_s, value)
        self._sink.add(channel, t_s, value)

    def temperature_c(self, vessel: str, within_s: float) -> float | None:
        """Return a vessel's temperature, None when the last reading is older than `within_s` or there is none."""
        t_s, value_c = self._temperatures.get(vessel, (-float("inf"), 0.0))
        return value_c if self._clock.now() - t_s <= within_s else None

    def last(self, vessel: str, what: str, within_s: float) -> float | None:
        """Return another reading of a vessel; None when the last is older than `within_s` or there is none."""
        t_s, value = self._others.get(f"{vessel}.{what}", (-float("inf"), 0.0))
        return value if self._clock.now() - t_s <= within_s else None

    def current_a(self, device: str, within_s: float) -> float | None:
        """Return the largest current lately, A without sign; None when the last point is older than `within_s`."""
        points = self._currents.get(device)
        if not points or self._clock.now() - points[-1][0] > within_s:
            return None
        return max(each_a for _, each_a in points)

    def listen(self, devices: Mapping[str, Any]) -> None:
        """Hear every point of these potentiostats, and let whoever hears them already hear them too."""
        for name, device in devices.items():
            device.on_point = self._hearing(name, device.on_point)

    def _hearing(self, name: str, other: Callable[[Point], None] | None) -> Callable[[Point], None]:
        points = self._currents.setdefault(name, deque())

        def heard(point: Point) -> None:
            now_s = self._clock.now()
            points.append((now_s, abs(point.current_a)))
            while now_s - points[0][0] > LATELY_S:
                points.popleft()
            if other is not None:
                other(point)

        return heard
