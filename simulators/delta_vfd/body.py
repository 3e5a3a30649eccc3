"""A drive's output, the jar that follows it, and the door that stays locked until the jar has stood for a while.

Frequencies climb and fall evenly: by the drive's own ramp, or as the jar coasts when the output is cut. The twin hears
of every change of plan, in the jar's frequency.
"""

from typing import Protocol


class Milling(Protocol):
    """What the body asks of the twin."""

    def shake(self, mill: str, from_hz: float, to_hz: float, t0_s: float, t1_s: float) -> None:
        """Let a mill's frequency go evenly from one value to another."""
        ...


class DriveBody:
    """One motor with its jar; frequencies are the output's unless they are said to be the jar's, Hz.

    While it coasts the "output" shown is what the rotor still does, as drives show it [assumed].
    """

    def __init__(self, name: str, twin: Milling, ratio: float, hz_s: float, coast_hz_s: float, lock_s: float) -> None:
        self._name = name
        self._twin = twin
        self._ratio = ratio
        self._hz_s = hz_s
        self._coast_hz_s = coast_hz_s
        self._lock_s = lock_s
        self._t0_s = self._t1_s = 0.0
        self._from_hz = self._to_hz = 0.0
        self._turned = False

    def hz(self, t_s: float) -> float:
        """Return the output's frequency."""
        if t_s >= self._t1_s:
            return self._to_hz
        return self._from_hz + (self._to_hz - self._from_hz) * (t_s - self._t0_s) / (self._t1_s - self._t0_s)

    def jar_hz(self, t_s: float) -> float:
        """Return the jar's frequency."""
        return self.hz(t_s) * self._ratio

    def standing(self, t_s: float) -> bool:
        """Tell whether nothing turns and nothing is on its way up."""
        return self.hz(t_s) == 0.0 and self._to_hz == 0.0

    def locked(self, t_s: float) -> bool:
        """Tell whether the door is locked: from the first turn until the jar has stood long enough."""
        return self._turned and (not self.standing(t_s) or t_s < self._t1_s + self._lock_s)

    def ramp(self, t_s: float, to_hz: float) -> None:
        """Go to a frequency by the drive's ramp."""
        self._plan(t_s, to_hz, self._hz_s)

    def coast(self, t_s: float) -> None:
        """Come to rest without the drive."""
        self._plan(t_s, 0.0, self._coast_hz_s)

    def next_s(self, t_s: float) -> float | None:
        """Return when the present ramp is over, or the door is unlocked after it; None when nothing more comes."""
        if self._t1_s > t_s:
            return self._t1_s
        return self._t1_s + self._lock_s if self.locked(t_s) and self._to_hz == 0.0 else None

    def _plan(self, t_s: float, to_hz: float, hz_s: float) -> None:
        from_hz = self.hz(t_s)
        if from_hz == to_hz == self._to_hz:
            return
        self._t0_s, self._t1_s = t_s, t_s + abs(to_hz - from_hz) / hz_s
        self._from_hz, self._to_hz = from_hz, to_hz
        self._turned = self._turned or to_hz > 0.0
        self._twin.shake(self._name, from_hz * self._ratio, to_hz * self._ratio, self._t0_s, self._t1_s)
