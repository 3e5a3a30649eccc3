"""The firmware's state machine: what a line does, what it waits for, alarms and their lock.

A line that must wait (for a place in the planner, for the planner to run dry, for homing) keeps those after it waiting.
Alarms leave the board locked until `$X` or `$H`. It refuses to know bytes: those are the face's.
"""

from collections.abc import Callable
from math import inf

from simulators.grbl_carousel import reports
from simulators.grbl_carousel.body import CarouselBody
from simulators.grbl_carousel.gcode import BEYOND_TRAVEL, LOCKED, NOT_IDLE, Block, GrblError, Modes, jog, understand
from simulators.grbl_carousel.homing import Homing
from simulators.grbl_carousel.manner import Manner
from simulators.grbl_carousel.planner import Planner
from simulators.grbl_carousel.settings import HARD_LIMITS, HOMING, PULL_OFF, SOFT_LIMITS, TRAVELS, Settings

HARD_LIMIT, SOFT_LIMIT, RESET_WHILE_MOVING, RESET_WHILE_HOMING, NO_SWITCH = 1, 2, 3, 6, 9
UNLOCK_HINT = "[MSG:'$H'|'$X' to unlock]"
Say = Callable[[float, str], None]


class Controller:
    """One board.

    Attributes:
        settings: Its `$` settings.
        planner: Its blocks and its belief.
        alarm: Whether it is locked.
    """

    def __init__(self, body: CarouselBody, settings: Settings, manner: Manner, say: Say) -> None:
        self.settings = settings
        self.planner = Planner(body, settings)
        self.alarm = settings.on(HOMING)
        self.jogging = self.door = False
        self.stuck_until_s = -inf
        self._body = body
        self._manner = manner
        self._say = say
        self._modes = Modes()
        self._homing: Homing | None = None
        self._dwell: tuple[float, float] | None = None
        self._waiting: Block | None = None

    @property
    def busy(self) -> bool:
        """Whether the line before is not yet answered."""
        return self._homing is not None or self._dwell is not None or self._waiting is not None

    @property
    def homing(self) -> bool:
        """Whether a homing cycle is under way."""
        return self._homing is not None

    def next_s(self, t_s: float) -> float | None:
        """Return when something next happens of itself, after `t_s`."""
        times = [self.planner.next_s, self.limit_s, self.stuck_until_s if t_s < self.stuck_until_s < inf else None]
        if self._homing is not None:
            times.append(self._homing.next_s)
        if self._dwell is not None and self._dwell[1] < inf:
            times.append(self._dwell[1])
        return min((each for each in times if each is not None and each > t_s), default=None)

    @property
    def limit_s(self) -> float | None:
        """When a move runs into the carousel's switch, if the board looks at it."""
        lowest = self._manner.rack.zero + self._manner.home_past_zero - self.settings[PULL_OFF]
        return self.planner.limit_s(lowest) if self.settings.on(HARD_LIMITS) else None

    def state(self, t_s: float) -> str:
        """Return the state that a report shows."""
        if self._homing is not None:
            return "Home"
        if self.alarm:
            return "Alarm"
        if self.door or self.planner.held:
            return f"{'Door' if self.door else 'Hold'}:{int(self.planner.moving)}"
        if self.jogging and self.planner.moving:
            return "Jog"
        return "Idle" if self.planner.empty and t_s >= self.stuck_until_s and self._dwell is None else "Run"

    def advance(self, t_s: float) -> None:
        """Do what is due at `t_s`: called at each of its own times."""
        limit_s = self.limit_s
        if limit_s is not None and limit_s <= t_s:
            self.stop(t_s, HARD_LIMIT)
            return
        self.planner.advance(t_s)
        self.jogging = self.jogging and not self.planner.empty
        if self._homing is not None:
            self._homing.advance(t_s)
            if self._homing.done:
                self._homed(t_s)
        if self._waiting is not None and not self.planner.full:
            block, self._waiting = self._waiting, None
            self.planner.add(block, t_s)
            self._say(t_s, "ok")
        self._dwelt(t_s)

    def obey(self, t_s: float, line: str) -> None:
        """Do what a line says (upper case, without spaces and comments) and answer it, now or when it is done."""
        try:
            if line.startswith("$"):
                self._command(t_s, line)
            elif not line:
                self._say(t_s, "ok")
            elif self.alarm or self.jogging:
                raise GrblError(LOCKED)
            else:
                self._take(t_s, understand(line, self._modes))
        except GrblError as error:
            self._say(t_s, str(error))

    def stop(self, t_s: float, alarm: int | None) -> None:
        """Stop dead and forget what waits; with an alarm, say it and lock."""
        self.planner.halt(t_s)
        if self._homing is not None:
            self._homing = None
            self._body.rest(t_s)
        self._dwell = self._waiting = None
        self.jogging = self.door = False
        self._modes = Modes()
        if alarm is not None:
            self.alarm = True
            self._say(t_s, f"ALARM:{alarm}")

    def reset(self, t_s: float) -> None:
        """Soft reset: an alarm when something moved, and the lock of a board that must home."""
        moved = RESET_WHILE_MOVING if self.planner.moving else None
        self.stop(t_s, RESET_WHILE_HOMING if self.homing else moved)
        self.alarm = self.alarm or (self.settings.on(HOMING) and self._manner.reset_locks)

    def reboot(self, t_s: float) -> None:
        """Begin anew as after power: the belief is lost, whatever stands where."""
        self.stop(t_s, None)
        self.planner.put((0.0, 0.0))
        self.alarm = self.settings.on(HOMING)

    def cancel_jog(self, t_s: float) -> None:
        """End a jog, as `!` and 0x85 do."""
        if self.jogging:
            self.planner.hold(t_s)
            self.planner.forget()
            self.planner.held = False

    def hold(self, t_s: float, *, door: bool = False) -> None:
        """Come to rest and wait."""
        if self.alarm or self.homing:
            return
        if self.jogging:
            self.cancel_jog(t_s)
            return
        self.door = door or self.door
        self.planner.hold(t_s)

    def resume(self, t_s: float) -> None:
        """Go on after a hold."""
        if self.planner.held and not self.planner.moving:
            self.door = False
            self.planner.resume(t_s)
            self.advance(t_s)

    def report(self, t_s: float, count: int) -> str:
        """Return a status report, the `count`-th since the reset."""
        x, z = self._body.position(t_s) if self.homing else self.planner.position(t_s)
        pins = "P" if self._manner.tube_sensor and self._body.tube_present(t_s) else ""
        status = reports.Status(self.state(t_s), x, z, self.planner.speed(t_s), self.planner.places, pins)
        return reports.status(status, int(self.settings[reports.MASK]), count)

    def _take(self, t_s: float, block: Block) -> None:
        if block.dwell_s is not None:
            self._dwell = (block.dwell_s, t_s + block.dwell_s)
            self._dwelt(t_s)
            return
        if block.axes:
            if self._outside(block):
                self.stop(t_s, SOFT_LIMIT)
                return
            if self.planner.full:
                self._waiting = block
                return
            self.planner.add(block, t_s)
        self._say(t_s, "ok")

    def _dwelt(self, t_s: float) -> None:
        """Answer a dwell when nothing moves any more and its time is over, counted from then."""
        if self._dwell is None:
            return
        seconds, ends_s = self._dwell
        if not self.planner.empty or t_s < self.stuck_until_s:
            self._dwell = (seconds, inf)
        elif ends_s == inf:
            self._dwell = (seconds, t_s + seconds)
            self._dwelt(t_s)
        elif ends_s <= t_s:
            self._dwell = None
            self._say(t_s, "ok")

    def _outside(self, block: Block) -> bool:
        """Tell whether a line leads beyond the soft limits."""
        if not self.settings.on(SOFT_LIMITS):
            return False
        target = block.target(*self.planner.end)
        ranges = self._manner.ranges(self.settings[TRAVELS[0]], self.settings[TRAVELS[1]])
        return any(not low - 1e-6 <= at <= high + 1e-6 for at, (low, high) in zip(target, ranges, strict=True))

    def _homed(self, t_s: float) -> None:
        homing, self._homing = self._homing, None
        if homing is not None and homing.failed:
            self.stop(t_s, NO_SWITCH)
            return
        self.planner.put(self._manner.home)
        self.alarm = False
        self._say(t_s, "ok")

    def _command(self, t_s: float, line: str) -> None:
        if line == "$X":
            if self.alarm:
                self.alarm = False
                self._say(t_s, "[MSG:Caution: Unlocked]")
            self._say(t_s, "ok")
        elif line.startswith("$J="):
            self._jog(t_s, line[3:])
        elif line == "$H":
            self._home(t_s)
        else:
            idle = self.alarm or (self.planner.empty and not self.planner.held)
            for text in reports.answer(line, self.settings, self._modes.describe(), self._manner.build, idle=idle):
                self._say(t_s, text)
            self._say(t_s, "ok")

    def _home(self, t_s: float) -> None:
        if not self.settings.on(HOMING):
            raise GrblError(reports.HOMING_OFF)
        if not self.alarm and self.state(t_s) != "Idle":
            raise GrblError(NOT_IDLE)
        self._homing = Homing(self._body, self.settings, self._manner.home, t_s)

    def _jog(self, t_s: float, text: str) -> None:
        if self.alarm or not (self.jogging or self.state(t_s) == "Idle"):
            raise GrblError(NOT_IDLE)
        block = jog(text)
        if self._outside(block):
            raise GrblError(BEYOND_TRAVEL)
        self.jogging = True
        self._take(t_s, block)
        self.jogging = self.jogging and not self.planner.empty
