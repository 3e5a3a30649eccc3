"""A plunger that is driven at an even rate, what the motor has counted, and what stops it.

It tells the twin what left the syringe once a finished or interrupted stroke, with the pump's true gain; the motor
counts nominal volumes. Against a closed path, or when it sticks, the motor runs on for a moment before it notices
(assumed), and what it counts meanwhile is not pushed.
"""

from dataclasses import dataclass
from math import inf
from typing import Protocol


class Hydraulics(Protocol):
    """What the mechanics ask of the twin."""

    def displace(self, pump: str, delta_ml: float, t0_s: float, t1_s: float) -> bool:
        """Move volume out of the syringe."""
        ...

    def path_open(self, pump: str, t_s: float) -> bool:
        """Tell whether there is an open path."""
        ...


@dataclass(frozen=True, slots=True)
class Drive:
    """A movement since `t_s`: nominal mL/s, positive out of the syringe; the volume at which it ends by itself."""

    t_s: float
    rate_ml_s: float
    volume_ml: float


class PlungerBody:
    """One plunger.

    Attributes:
        infused_ml: Counted out of the syringe, nominal, up to the last movement's end.
        withdrawn_ml: Counted into it.
        done_ml: Of the target volume, in earlier parts of a paused stroke.
    """

    def __init__(self, name: str, twin: Hydraulics, gain: float, stall_s: float) -> None:
        self.infused_ml = self.withdrawn_ml = self.done_ml = 0.0
        self._name = name
        self._twin = twin
        self._gain = gain
        self._stall_s = stall_s
        self._drive: Drive | None = None
        self._stuck_s = inf
        self._sticks = False
        self._sticks_at_ml = inf
        self._drift = (0.0, 0.0)

    @property
    def moving(self) -> bool:
        """Whether the motor turns."""
        return self._drive is not None

    @property
    def will_stick(self) -> bool:
        """Whether the plunger is to stick in a later movement."""
        return self._sticks or self._sticks_at_ml < inf

    def begin(self, t_s: float, rate_ml_s: float, volume_ml: float) -> None:
        """Start to move; `volume_ml` (infinite: for ever) is what the whole stroke is to move."""
        self._drive = Drive(t_s, rate_ml_s, max(volume_ml - self.done_ml, 0.0))
        self._stuck_s = inf
        if self._sticks or not self._twin.path_open(self._name, t_s):
            self._stick(t_s)
        elif rate_ml_s > 0 and self._sticks_at_ml < self.infused_ml + self._drive.volume_ml:
            self._stick(t_s + max(self._sticks_at_ml - self.infused_ml, 0.0) / rate_ml_s)

    def stall(self, t_s: float, at_ml: float | None) -> None:
        """Make the plunger stick: now or in its next movement, or when the counter comes to `at_ml`."""
        if at_ml is not None:
            self._sticks_at_ml = at_ml
            drive = self._drive
            if drive is not None and drive.rate_ml_s > 0 and at_ml >= self.counted(t_s)[0]:
                self._stick(t_s + (at_ml - self.counted(t_s)[0]) / drive.rate_ml_s)
        elif self._drive is None:
            self._sticks = True
        else:
            self._stick(t_s)

    def drift(self, t_s: float, per_h: float) -> None:
        """Let a stroke move that part more, or less, than it should, every hour from now on."""
        self._drift = (t_s, per_h)

    def counted(self, t_s: float) -> tuple[float, float]:
        """Return what has been counted out and in, nominal mL."""
        moved_ml = self._moved_ml(t_s)
        if self._drive is not None and self._drive.rate_ml_s < 0:
            return self.infused_ml, self.withdrawn_ml + moved_ml
        return self.infused_ml + moved_ml, self.withdrawn_ml

    def next_s(self) -> float:
        """Return when the movement ends by itself; infinite when it does not."""
        drive = self._drive
        if drive is None:
            return inf
        return min(drive.t_s + drive.volume_ml / abs(drive.rate_ml_s), self._stuck_s + self._stall_s)

    def end(self, t_s: float) -> bool:
        """End the movement under way and tell the twin; return False if the plunger has stuck."""
        drive = self._drive
        if drive is None:
            return True
        moved_ml, stuck = self._moved_ml(t_s), t_s > self._stuck_s
        free_ml = abs(drive.rate_ml_s) * max(min(t_s, self._stuck_s) - drive.t_s, 0.0)
        since_s, per_h = self._drift
        true_ml = min(moved_ml, free_ml) * self._gain * (1.0 + per_h * (t_s - since_s) / 3600.0)
        self.infused_ml, self.withdrawn_ml = self.counted(t_s)
        self.done_ml += moved_ml
        self._drive, self._stuck_s = None, inf
        if true_ml > 0.0 and t_s > drive.t_s:
            signed_ml = true_ml if drive.rate_ml_s > 0 else -true_ml
            return self._twin.displace(self._name, signed_ml, drive.t_s, t_s) and not stuck
        return not stuck

    def turn_to_rate(self, t_s: float, rate_ml_s: float) -> None:
        """Go on at another rate; the way is the same."""
        drive = self._drive
        if drive is not None:
            whole_ml = drive.volume_ml + self.done_ml
            self.end(t_s)
            self.begin(t_s, rate_ml_s if drive.rate_ml_s > 0 else -rate_ml_s, whole_ml)

    def _moved_ml(self, t_s: float) -> float:
        drive = self._drive
        if drive is None:
            return 0.0
        return min(abs(drive.rate_ml_s) * max(t_s - drive.t_s, 0.0), drive.volume_ml)

    def _stick(self, t_s: float) -> None:
        self._stuck_s = t_s
        self._sticks, self._sticks_at_ml = False, inf
