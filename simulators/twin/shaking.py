"""How a mill's frequency goes over time, and what that delivers: powers of it integrated in closed form.

The frequency is linear between the times a body reports and constant after the last of them. Nothing here knows jars.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

CLOSE_REL = 1e-5
"""Frequencies closer than this count as the same: the closed form would lose its digits."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """The frequency in Hz goes evenly from one value to another over a time in s."""

    t0_s: float
    t1_s: float
    from_hz: float
    to_hz: float

    def at(self, t_s: float) -> float:
        """Return the frequency at a time; before the ramp its first value, after it its last."""
        if t_s >= self.t1_s:
            return self.to_hz
        part = max(0.0, t_s - self.t0_s) / (self.t1_s - self.t0_s)
        return self.from_hz + (self.to_hz - self.from_hz) * part


class Shaking:
    """What is known of one mill's frequency; at rest until somebody says otherwise."""

    def __init__(self) -> None:
        self._ramps: list[Ramp] = []

    def plan(self, from_hz: float, to_hz: float, t0_s: float, t1_s: float) -> None:
        """Replace what was planned after `t0_s`.

        Raises:
            ValueError: a frequency is negative, or the time runs backwards.
        """
        if from_hz < 0.0 or to_hz < 0.0 or t1_s < t0_s:
            message = f"no mill goes from {from_hz:g} to {to_hz:g} Hz in {t1_s - t0_s:g} s"
            raise ValueError(message)
        while self._ramps and self._ramps[-1].t0_s >= t0_s:
            self._ramps.pop()
        if self._ramps and self._ramps[-1].t1_s > t0_s:
            last = self._ramps.pop()
            self._ramps.append(Ramp(last.t0_s, t0_s, last.from_hz, last.at(t0_s)))
        self._ramps.append(Ramp(t0_s, t1_s, from_hz, to_hz))

    def frequency(self, t_s: float) -> float:
        """Return the frequency in Hz at a time."""
        ramp = next((each for each in reversed(self._ramps) if each.t0_s <= t_s), None)
        return 0.0 if ramp is None else ramp.at(t_s)

    def pieces(self, t0_s: float, t1_s: float) -> Iterator[Ramp]:
        """Cut a time into stretches over which the frequency is linear."""
        at_s, first = t0_s, len(self._ramps)
        while first > 0 and self._ramps[first - 1].t1_s > t0_s:
            first -= 1
        first = max(0, first - 1)
        for i in range(first, len(self._ramps)):
            ramp = self._ramps[i]
            ends_s = self._ramps[i + 1].t0_s if i + 1 < len(self._ramps) else inf
            for low_s, high_s in ((-inf, ramp.t0_s), (ramp.t0_s, ramp.t1_s), (ramp.t1_s, ends_s)):
                start_s, end_s = max(at_s, low_s), min(t1_s, high_s)
                if end_s > start_s:
                    still = high_s <= ramp.t0_s
                    yield Ramp(start_s, end_s, 0.0, 0.0) if still else _part(ramp, start_s, end_s)
                    at_s = end_s
        if not self._ramps and t1_s > t0_s:
            yield Ramp(t0_s, t1_s, 0.0, 0.0)

    def delivered(self, exponent: float, t0_s: float, t1_s: float) -> float:
        """Return the integral of the frequency's power over a time, in Hz^exponent s."""
        return sum(power_integral(piece, exponent) for piece in self.pieces(t0_s, t1_s))


def power_integral(ramp: Ramp, exponent: float) -> float:
    """Return the integral of f^exponent dt over a ramp."""
    span_s, rise_hz = ramp.t1_s - ramp.t0_s, ramp.to_hz - ramp.from_hz
    if abs(rise_hz) <= CLOSE_REL * (ramp.from_hz + ramp.to_hz):
        return float(((ramp.from_hz + ramp.to_hz) / 2.0) ** exponent * span_s)
    higher = exponent + 1.0
    return float((ramp.to_hz**higher - ramp.from_hz**higher) / (higher * rise_hz) * span_s)


def _part(ramp: Ramp, start_s: float, end_s: float) -> Ramp:
    """Return a stretch of a ramp, or of the rest after it."""
    if start_s >= ramp.t1_s:
        return Ramp(start_s, end_s, ramp.to_hz, ramp.to_hz)
    return Ramp(start_s, end_s, ramp.at(start_s), ramp.at(end_s))
