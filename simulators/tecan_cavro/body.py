"""The mechanics of a syringe pump: a plunger, a valve, one motion at a time.

It knows where plunger and valve really are and tells the twin what flowed, once per finished or interrupted stroke,
with the pump's true gain applied. It knows no command, error latch or step mode: those are the firmware's.
"""

from dataclasses import dataclass
from typing import Protocol

from simulators.tecan_cavro.motion import FULL_STROKE, Ramp

STALL_LAG = 20.0
"""Half-increments the motor runs against a blocked plunger before the encoder notices (assumed)."""

TRAVEL = 1.06 * FULL_STROKE
"""Half-increments from the mechanical top to the lower stop (assumed; moves to 105 % are tolerated)."""


class Hydraulics(Protocol):
    """What the mechanics ask of the twin."""

    def turn(self, device: str, port: str | None, t_s: float) -> None:
        """Put the valve at a port."""
        ...

    def displace(self, pump: str, delta_ml: float, t0_s: float, t1_s: float) -> bool:
        """Move volume along the open path."""
        ...

    def path_open(self, pump: str, t_s: float) -> bool:
        """Tell whether there is an open path."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """Rotate the valve to a port (None: bypass); from an unknown position it first looks for its home."""

    port: str | None
    steps: int


@dataclass(frozen=True, slots=True)
class Drive:
    """Move the plunger to `target` half-increments from the mechanical top."""

    target: float
    start: float
    top: float
    end: float
    slope: float
    settle_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Stand still for a while, or for good."""

    seconds: float


Motion = Turn | Drive | Pause


class PumpBody:
    """Plunger and valve of one pump.

    Attributes:
        plunger: Half-increments below the mechanical top, while at rest.
        port: The port the valve stands at; None between ports or blocked.
        lag: Half-increments (down positive) the motor ran on after the plunger stuck, in the last motion.
        ends_s: When the motion under way ends, None at rest.
    """

    def __init__(self, name: str, twin: Hydraulics, millilitres: float, step_s: float, plunger: float) -> None:
        self.plunger = plunger
        self.port: str | None = None
        self.lag = 0.0
        self.ends_s: float | None = None
        self._name = name
        self._twin = twin
        self._millilitres = millilitres
        self._step_s = step_s
        self._motion: Motion | None = None
        self._ramp = Ramp(0.0, 1.0, 1.0, 1.0, 1.0)
        self._began_s = 0.0
        self._stuck: float | None = None
        self._stall_at: float | None = None
        self._stall_next = False
        self._drift: tuple[float, float] = (0.0, 0.0)

    @property
    def motion(self) -> Motion | None:
        """The motion under way."""
        return self._motion

    def place(self, port: str | None, t_s: float) -> None:
        """Put the valve at a port without moving anything: where it stood when the bench was opened."""
        self.port = port
        self._twin.turn(self._name, port, t_s)

    def begin(self, motion: Motion, t_s: float) -> None:
        """Start a motion at `t_s`; it ends by itself at `ends_s`, to be acknowledged with `finish`."""
        self._motion = motion
        self._began_s = t_s
        self._stuck = None
        self.lag = 0.0
        match motion:
            case Turn():
                self.ends_s = t_s + motion.steps * self._step_s
                if motion.steps:
                    self.port = None
                    self._twin.turn(self._name, None, t_s)
            case Pause():
                self.ends_s = t_s + motion.seconds
            case Drive():
                distance = abs(motion.target - self.plunger)
                self._ramp = Ramp.plan(distance, motion.start, motion.top, motion.end, motion.slope)
                self.ends_s = t_s + self._ramp.duration_s + motion.settle_s
                if distance > 0:
                    self._look_for_trouble(motion, t_s)

    def _look_for_trouble(self, motion: Drive, t_s: float) -> None:
        """Foresee where this stroke will stick: no path, or an injected stall."""
        at: float | None = None
        if self._stall_next or not self._twin.path_open(self._name, t_s):
            at = self.plunger
        elif self._stall_at is not None and self._passes(motion, self._stall_at):
            at = self._stall_at
        elif not 0 <= motion.target <= TRAVEL:
            at = min(max(motion.target, 0.0), TRAVEL)
        if at is not None:
            self._stick(motion, at)

    def _passes(self, motion: Drive, at: float) -> bool:
        low, high = sorted((self.plunger, motion.target))
        return low <= at <= high

    def _stick(self, motion: Drive, at: float) -> None:
        self._stuck = at
        self._stall_next = False
        self._stall_at = None
        covered = abs(at - self.plunger)
        lag = min(STALL_LAG, self._ramp.distance - covered)
        self.lag = lag if motion.target > self.plunger else -lag
        self.ends_s = self._began_s + self._ramp.reached_s(covered + lag)

    @property
    def will_stick(self) -> bool:
        """Whether the plunger is to stick in a later stroke, or farther on in this one."""
        return self._stall_next or self._stall_at is not None

    def stall(self, t_s: float, at: float | None) -> None:
        """Make the plunger stick: where it is now, in its next stroke, or when it passes `at` half-increments."""
        motion = self._motion
        self._stall_next = at is None
        self._stall_at = at
        if not isinstance(motion, Drive) or self._stuck is not None:
            return
        here = self.where(t_s)
        if at is None:
            self._stick(motion, here)
        elif self._passes(motion, at) and abs(at - self.plunger) >= abs(here - self.plunger):
            self._stick(motion, at)

    def drift(self, t_s: float, per_h: float) -> None:
        """Let a stroke move that part more, or less, than it should, every hour from now on."""
        self._drift = (t_s, per_h)

    def where(self, t_s: float) -> float:
        """Return where the plunger is at `t_s`, in half-increments."""
        motion = self._motion
        if not isinstance(motion, Drive):
            return self.plunger
        covered = self._ramp.travelled(t_s - self._began_s)
        if self._stuck is not None:
            covered = min(covered, abs(self._stuck - self.plunger))
        if covered >= self._ramp.distance:
            return motion.target
        return self.plunger + covered if motion.target > self.plunger else self.plunger - covered

    def finish(self) -> bool:
        """End the motion under way at its own time; return False if the plunger stuck."""
        ends_s, motion = self.ends_s, self._motion
        if ends_s is None or motion is None:
            return True
        stuck = self._stuck is not None
        match motion:
            case Turn():
                if motion.steps:
                    self.place(motion.port, ends_s)
            case Drive():
                settled_s = ends_s if stuck else ends_s - motion.settle_s
                stuck = not self._settle(settled_s) or stuck
            case Pause():
                pass
        self._motion = self.ends_s = None
        return not stuck

    def _settle(self, t_s: float) -> bool:
        """Bring the plunger to where it is at `t_s` and tell the twin; return False if the twin had no path."""
        there = self.where(t_s)
        moved = there - self.plunger
        if moved == 0.0:
            return True
        since_s, per_h = self._drift
        full_ml = self._millilitres * (1.0 + per_h * (t_s - since_s) / 3600.0)
        flowed = self._twin.displace(self._name, -moved / FULL_STROKE * full_ml, self._began_s, t_s)
        if flowed:
            self.plunger = there
        else:
            self.lag = moved
        return flowed

    def halt(self, t_s: float) -> None:
        """Stop at once: the plunger stays where it is, a turning valve stays between ports."""
        if isinstance(self._motion, Drive):
            self._settle(t_s)
        self._motion = self.ends_s = None
