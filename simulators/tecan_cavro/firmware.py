"""What the pump's processor does with a command string: checks it, runs it, remembers what went wrong.

One error latch, last error wins. An operand is checked when its command is reached, except that the first command's is
checked before the string is accepted; so a later bad operand shows only in Q. Where the manual is silent the choice is
an option or is said in place to be assumed. Framing, addressing and reports are elsewhere.
"""

from collections import deque

from simulators.tecan_cavro.body import Drive, Motion, Pause, PumpBody, Turn
from simulators.tecan_cavro.checks import (
    BUSY,
    FATAL,
    INIT_FAILED,
    MOVES,
    NOT_INITIALISED,
    OVERLOAD,
    Standing,
    fault,
    rotation,
    target,
)
from simulators.tecan_cavro.motion import SLOPE_UNIT, SPEED_CODES
from simulators.tecan_cavro.program import Command, Program, SpoiltStringError, parse
from simulators.tecan_cavro.settings import INVALID_OPERAND, Habits, Settings

BUFFER_CHARS = 255
HOME_SPEED = 500.0
LOOP_S = 0.001
ON_THE_FLY_TOP = (5, 1024)


class Firmware:
    """The pump's processor, from power-up to power-down; a new one is a power cycle.

    Attributes:
        latched: The error waiting to be reported.
        trusted: False once a move was terminated or overloaded, until the next initialisation.
    """

    def __init__(self, body: PumpBody, habits: Habits) -> None:
        self.body = body
        self.habits = habits
        self.settings = Settings(habits.dialect)
        self.initialised = self.initialising = False
        self.valve_known = False
        self.trusted = True
        self.latched = 0
        self.counts = {"inits": 0, "strokes": 0, "valve": 0, "valve_since": 0}
        self.stored: str | None = None
        self.stuck_busy_until_s = float("-inf")
        self._offset = -body.plunger
        self._last = ""
        self._program: Program | None = None
        self._left: Program | None = None
        self._motions: deque[Motion] = deque()
        self._halted = self._quiet = False

    def counter(self, t_s: float) -> int:
        """Return the position the pump believes in, in increments of the present mode."""
        return round((self.body.where(t_s) + self._offset) * self.settings.per_half)

    def actual(self, t_s: float) -> int:
        """Return where the encoder sees the plunger, in increments of the present mode."""
        return round(self.body.where(t_s) * self.settings.per_half)

    def set_counter(self, t_s: float, increments: int) -> None:
        """Call the present position `increments`."""
        self._offset = increments / self.settings.per_half - self.body.where(t_s)

    def busy(self, t_s: float) -> bool:
        """Tell whether a string is being executed."""
        return self.body.motion is not None or self._program is not None or t_s < self.stuck_busy_until_s

    def shows_busy(self, t_s: float) -> bool:
        """Tell what Q's busy bit says: lower-case moves hide themselves."""
        return self.busy(t_s) and not (self._quiet and isinstance(self.body.motion, Drive))

    @property
    def waiting(self) -> bool:
        """Whether commands are in the buffer, to be run by R."""
        return self.stored is not None or self._halted or (self._left is not None and not self._left.over)

    def query(self) -> int:
        """Return the error Q reports, and forget an overload (the pump then says it is not initialised)."""
        error = self.error
        if error == OVERLOAD:
            self.latched = 0
        return error

    @property
    def error(self) -> int:
        """The error a reply carries now."""
        if self.latched == 0 and not (self.initialised or self.initialising) and self.habits.q_shows_uninitialised:
            return NOT_INITIALISED
        return self.latched

    @property
    def fatal(self) -> int:
        """The error no command clears but an initialisation, 0 for none."""
        return self.latched if self.latched in FATAL else 0

    def adopt(self) -> None:
        """Be as after an initialisation long ago: the counter agrees with the plunger, the valve is known."""
        self.initialised = self.trusted = True
        self._offset = 0.0
        self.valve_known = self.body.port is not None

    def advance(self, t_s: float) -> float | None:
        """Execute up to `t_s`; return when something next ends."""
        body = self.body
        while (ends_s := body.ends_s) is not None and ends_s <= t_s:
            self._ended(ends_s)
            self._go_on(ends_s)
        return body.ends_s

    def submit(self, t_s: float, text: str) -> int:
        """Take a command string; return the error of the immediate answer."""
        if len(text) > BUFFER_CHARS:
            return BUSY
        if self._halted and text == "R":
            self._halted = False
            self._go_on(t_s)
            return 0
        if self.busy(t_s):
            return self._change_speed(t_s, text) if text[:1] == "V" else BUSY
        runs = text.endswith("R")
        bare = text.removesuffix("R")
        if bare == "X":
            return self._start(t_s, self._last)
        if not bare:
            return self._resume(t_s) if runs else 0
        if not runs:
            return self._store(bare)
        return self._start(t_s, bare)

    def _store(self, text: str) -> int:
        try:
            parse(text)
        except SpoiltStringError as error:
            return error.code
        self.stored, self._left = text, None
        self._forgive()
        return 0

    def _resume(self, t_s: float) -> int:
        if self.stored is not None:
            return self._start(t_s, self.stored)
        self._program, self._left = self._left, None
        self._forgive()
        self._go_on(t_s)
        return 0

    def _start(self, t_s: float, text: str) -> int:
        try:
            commands = parse(text)
        except SpoiltStringError as error:
            return error.code
        wrong = self._fault(t_s, commands[0]) if commands else 0
        if wrong:
            return wrong
        self._forgive()
        self.stored, self._left = None, None
        self._last = text
        self._program = Program(commands)
        self._go_on(t_s)
        return 0

    def _forgive(self) -> None:
        """A valid command clears an error that is not fatal."""
        if self.latched not in FATAL:
            self.latched = 0

    def terminate(self, t_s: float) -> None:
        """Stop plunger, delays and loops at once; a turning valve finishes; what is left can be run with R."""
        self._left, self._program = self._program, None
        self._motions.clear()
        self._halted = False
        if isinstance(self.body.motion, Turn):
            return
        if isinstance(self.body.motion, Drive):
            self.trusted = False
            self.body.halt(t_s)
            self.set_counter(t_s, self.counter(t_s))
            self._offset += self.habits.terminate_slip
        self.body.halt(t_s)
        self.initialising = False

    def _change_speed(self, t_s: float, text: str) -> int:
        """V on the fly: a new top speed for the rest of this move; needs a move begun at v = V."""
        motion = self.body.motion
        digits = text[1:].removesuffix("R")
        if not isinstance(motion, Drive) or not digits.isdecimal():
            return BUSY
        low, high = ON_THE_FLY_TOP
        if motion.start != motion.top or not low <= int(digits) <= high:
            return INVALID_OPERAND
        self.body.halt(t_s)
        speed = float(digits)
        self.body.begin(Drive(motion.target, speed, speed, speed, motion.slope, motion.settle_s), t_s)
        return 0

    def _ended(self, t_s: float) -> None:
        """Book the motion that ends now."""
        motion = self.body.motion
        if not self.body.finish():
            self._offset += self.body.lag
            self.latched = INIT_FAILED if self.initialising else OVERLOAD
            self.initialised = self.initialising = self.trusted = False
            self._program = None
            self._motions.clear()
        elif isinstance(motion, Turn):
            self.valve_known = True
            self.counts["valve"] += motion.steps > 0
            self.counts["valve_since"] += motion.steps > 0
        elif isinstance(motion, Drive):
            self.counts["strokes"] += not self.initialising
            if self.initialising:
                self._homed(t_s)

    def _homed(self, t_s: float) -> None:
        self.set_counter(t_s, 0)
        self.initialised, self.initialising, self.trusted = True, False, True
        self.latched = 0
        self.counts["inits"] += 1

    def _go_on(self, t_s: float) -> None:
        """Execute commands until one takes time, or the string is over."""
        while self.body.motion is None and not self._halted:
            if self._motions:
                self.body.begin(self._motions.popleft(), t_s)
            elif self._program is not None and not self._program.over:
                command = self._program.take()
                wrong = self._fault(t_s, command)
                if wrong:
                    self.latched, self._program = wrong, None
                else:
                    self._execute(t_s, command)
            else:
                self._program = None
                return

    def _fault(self, t_s: float, command: Command) -> int:
        """Return the error `command` would meet if it were executed now."""
        standing = Standing(self.initialised, self.latched, self.body.port is None, self.counter(t_s))
        return fault(command, standing, self.settings, self.habits)

    def _execute(self, t_s: float, command: Command) -> None:
        letter, value = command.letter, command.operand() or 0
        if letter in MOVES:
            self._quiet = letter.islower()
            self._move(t_s, target(command, self.counter(t_s)) or 0)
        elif letter in "ZYW":
            self._initialise(command)
        elif letter in "IOw":
            self._turn(value, clockwise=letter != "O")
        elif letter == "z":
            self._homed(t_s)
        elif letter == "M":
            self._motions.append(Pause(value / 1000))
        elif letter == "H":
            self._halted = True
        elif letter == "G" and self._program is not None:
            self._program.loop(value)
            self._motions.append(Pause(LOOP_S))
        elif letter not in "gBE":
            self.settings.apply(letter, value)

    def _move(self, t_s: float, increments: int) -> None:
        settings = self.settings
        start, top, cutoff = settings.speeds
        goal = increments / settings.per_half - self._offset
        aspirates = goal > self.body.where(t_s)
        slope = settings.slope * SLOPE_UNIT
        extra = settings.backlash / settings.per_half if aspirates and self.habits.model_backlash else 0.0
        self._motions.append(Drive(goal + extra, start, top, start if aspirates else cutoff, slope))
        if extra:
            self._motions.append(Drive(goal, start, top, cutoff, slope))

    def _initialise(self, command: Command) -> None:
        """Output port, plunger to the top, input port (W: plunger alone)."""
        force = command.operand() or 0
        speed = float(SPEED_CODES[force]) if force >= 10 else HOME_SPEED
        home = Drive(0.0, speed, speed, speed, SLOPE_UNIT, self.habits.home_settle_s)
        self.initialised, self.initialising = False, True
        self._quiet = False
        self.latched = 0
        if command.letter == "W":
            self._motions.append(home)
            return
        output = command.operand(2) or self.habits.ports
        self._turn(output, clockwise=True)
        self._motions.append(home)
        self._motions.append(rotation(output, command.operand(1) or 1, self.habits, clockwise=True))

    def _turn(self, port: int, *, clockwise: bool) -> None:
        now = int(self.body.port) if self.body.port is not None and self.valve_known else None
        self._motions.append(rotation(now, port, self.habits, clockwise=clockwise))
