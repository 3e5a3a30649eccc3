"""What a drive does about orders, faults, its guards and silence, whoever tells it and in whatever bytes.

A fault cuts the output and stays until it is reset; with a fault, an open guard or a source that is not the line an
order to run does nothing. Silence counts while it runs, from the last sound frame for it (at rest it is ignored:
assumed). Losing power forgets faults, orders and, unless it is kept, the frequency.
"""

from dataclasses import dataclass
from math import inf

from simulators.circuit import Circuit
from simulators.delta_vfd.body import DriveBody
from simulators.delta_vfd.profile import PROFILES, Options

HZ = 0.01
STOPPED, STOPPING, STANDBY, RUNNING = range(4)


@dataclass(slots=True)
class Line:
    """The parameters of the line that can be changed over it."""

    silence_s: float
    action: str


class Drive:
    """One drive.

    Attributes:
        target: The frequency that was set, in hundredths of a hertz.
        fault: Its number, 0 for none.
        told: Whether the last order was to run.
        reverse: Whether it was told to turn the other way round.
        line: Communication timeout and what happens then.
    """

    def __init__(self, options: Options, body: DriveBody, guard: Circuit) -> None:
        self.target = 0
        self.fault = 0
        self.told = self.reverse = False
        self.line = Line(options.silence_s, options.action)
        self._options = options
        self._profile = PROFILES[options.model]
        self._body = body
        self._guard = guard
        self._heard_s = inf
        guard.listen(self.guard_opened)

    def set_target(self, t_s: float, counts: int) -> None:
        """Set the frequency."""
        if self._options.frequency_source == "rs485":
            self.target = counts
            self._follow(t_s)

    def run(self, t_s: float) -> None:
        """Run at the frequency that is set."""
        if self._options.command_source != "rs485" or self.fault:
            return
        if not self._guard.closed:
            self.trip(t_s, self._profile.external)
            return
        self.told = True
        self._heard_s = t_s
        self._follow(t_s)

    def stop(self, t_s: float) -> None:
        """Come to rest by the ramp."""
        self.told = False
        if not self.fault:
            self._body.ramp(t_s, 0.0)

    def trip(self, t_s: float, fault: int) -> None:
        """Cut the output because of a fault."""
        self.fault, self.told = fault, False
        self._body.coast(t_s)

    def external_fault(self, t_s: float) -> None:
        """Be told over the line to trip."""
        self.trip(t_s, self._profile.external)

    def cut(self, t_s: float) -> None:
        """Cut the output without a fault (base block)."""
        self.told = False
        self._body.coast(t_s)

    def reset(self, t_s: float) -> None:
        """Clear a fault, unless what made it is still there."""
        if self._guard.closed:
            self.fault = 0

    def guard_opened(self, t_s: float) -> None:
        """A guard opens: the circuit trips the drive, whatever the host does."""
        self.advance(t_s)
        if not self._body.standing(t_s) or self.told:
            self.trip(t_s, self._profile.external)

    def heard(self, t_s: float) -> None:
        """Something sound came for this drive."""
        self._heard_s = t_s

    def motion(self, t_s: float) -> int:
        """Return what the status word's lowest bits say."""
        if self.told:
            return RUNNING if self.target > 0 else STANDBY
        return STOPPED if self._body.standing(t_s) or self.fault else STOPPING

    def advance(self, t_s: float) -> float | None:
        """Act on a silence that is over by `t_s`; return when the next will be."""
        due_s = self._due_s()
        if due_s is not None and due_s <= t_s:
            self._heard_s = inf
            if self.line.action == "coast":
                self.trip(due_s, self._profile.lost)
            elif self.line.action == "ramp":
                self.told, self.fault = False, self._profile.lost
                self._body.ramp(due_s, 0.0)
        times = [each for each in (self._due_s(), self._body.next_s(t_s)) if each is not None]
        return min(times, default=None)

    def power_cycle(self, t_s: float) -> None:
        """Lose and regain power: what turns coasts, and nothing runs until it is told."""
        self.fault, self.told, self.reverse, self._heard_s = 0, False, False, inf
        if not self._options.keeps_target:
            self.target = 0
        self._body.coast(t_s)

    def _follow(self, t_s: float) -> None:
        if self.told:
            self._body.ramp(t_s, self.target * HZ)

    def _due_s(self) -> float | None:
        if not self.told or self.line.silence_s <= 0.0 or self._heard_s == inf:
            return None
        return self._heard_s + self.line.silence_s
