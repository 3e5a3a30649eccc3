"""A Geno/Grinder's frames and what it does: locking, mixing, unlocking, complete; all of it from one source.

Assumed: the start is answered once it is locked, a stop with what it then does, an unknown or misplaced order with
silence; after a run it says that it is complete until it is started again or loses its power.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.delta_vfd.body import DriveBody
from simulators.device import Link, Twin
from simulators.options import read_options

LONGEST = 64
STANDBY, RUNNING, LOCKING, MIXING, UNLOCKING, COMPLETE, ERROR = (
    "standby",
    "running",
    "locking",
    "mixing",
    "unlocking",
    "complete",
    "error",
)
WORDS: Mapping[str, str] = {
    STANDBY: "Standby",
    RUNNING: "Running Sample",
    LOCKING: "Locking",
    MIXING: "Mixing",
    UNLOCKING: "Unlocking",
    COMPLETE: "Run Complete",
    ERROR: "Error",
}


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description.

    Attributes:
        highest_rpm, lowest_rpm: Speeds that it takes.
        ratio: The jar's strokes a turn of the motor.
        ramp_s: From rest to the highest speed and back.
        lock_s: How long it locks, and unlocks.
        answers_stop: Whether a stop is answered.
        words: What it says, by what it does; None for the source's.
    """

    highest_rpm: float = 1750.0
    lowest_rpm: float = 1.0
    ratio: float = 1.0
    ramp_s: float = 5.0
    lock_s: float = 3.0
    answers_stop: bool = True
    words: Any = None
    baud: int = 9600
    reply_delay_s: float = 0.02
    boot_s: float = 2.0


class GrinderFace:
    """One mill on its line."""

    faults = frozenset({"drive_fault"})

    def __init__(self, name: str, options: Options, twin: Twin) -> None:
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._words = {**WORDS, **(options.words or {})}
        hz_s = options.highest_rpm / 60.0 / options.ramp_s
        self._body = DriveBody(name, twin, options.ratio, hz_s, hz_s, options.lock_s)
        self._phase = STANDBY
        self._ends_s: float | None = None
        self._seconds, self._rpm = 30, 1750
        self._line = bytearray()
        self._outbox: list[tuple[float, bytes]] = []
        self._start_unanswered = False
        self._deaf_until_s = 0.0
        self._t_s = 0.0

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; every complete frame is obeyed."""
        self.advance(t_s)
        if t_s < self._deaf_until_s:
            return
        for byte in data:
            if byte == 0x0D:
                frame = bytes(self._line).decode("latin-1").strip()
                self._line.clear()
                if len(frame) > 2 and frame[0] == frame[-1] == "*":
                    self._obey(t_s, frame[1:-1])
            elif len(self._line) <= LONGEST:
                self._line.append(byte)

    def _obey(self, t_s: float, frame: str) -> None:
        order, *arguments = frame.split(",")
        if order == "01":
            self._say(t_s, self._words[self._phase])
        elif order == "02" and self._set(arguments):
            self._say(t_s, "Parameters Set")
        elif order == "04" and self._phase in (STANDBY, COMPLETE):
            self._begin(t_s, LOCKING, self._options.lock_s)
            self._start_unanswered = True
        elif order == "05":
            self._phase = STANDBY if self._phase == ERROR else self._phase
            self._say(t_s, self._words[self._phase])
        elif order == "06":
            self._stop(t_s)
            if self._options.answers_stop:
                self._say(t_s, self._words[self._phase])

    def _set(self, arguments: list[str]) -> bool:
        if [len(each) for each in arguments] != [3, 4] or not all(map(str.isdecimal, arguments)):
            return False
        seconds, rpm = map(int, arguments)
        if seconds < 1 or not self._options.lowest_rpm <= rpm <= self._options.highest_rpm:
            return False
        self._seconds, self._rpm = seconds, rpm
        return True

    def _stop(self, t_s: float) -> None:
        if self._phase in (LOCKING, MIXING):
            self._start_unanswered = False
            self._body.ramp(t_s, 0.0)
            rest_s = (self._body.next_s(t_s) or t_s) - t_s if not self._body.standing(t_s) else 0.0
            self._begin(t_s, UNLOCKING, rest_s + self._options.lock_s)

    def _begin(self, t_s: float, phase: str, for_s: float) -> None:
        self._phase, self._ends_s = phase, t_s + for_s

    def _say(self, t_s: float, text: str) -> None:
        self._outbox.append((t_s + self._options.reply_delay_s, text.encode("ascii", "replace") + b"\r"))

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """End what is over by `t_s`; return when the next is."""
        self._t_s = t_s
        while self._ends_s is not None and self._ends_s <= t_s:
            at_s, self._ends_s = self._ends_s, None
            if self._phase == LOCKING:
                self._begin(at_s, MIXING, float(self._seconds))
                self._body.ramp(at_s, self._rpm / 60.0)
                if self._start_unanswered:
                    self._start_unanswered = False
                    self._say(max(at_s, t_s - self._options.reply_delay_s), self._words[RUNNING])
            elif self._phase == MIXING:
                self._stop(at_s)
            else:
                self._phase = COMPLETE
        times = [each for each in (self._ends_s, self._body.next_s(t_s)) if each is not None]
        return min(times, default=None)

    def power_cycle(self, t_s: float) -> None:
        """Lose and regain power: what shakes comes to rest, and nothing is remembered."""
        self.advance(t_s)
        self._halt(t_s, STANDBY)
        self._line.clear()
        self._outbox.clear()
        self._deaf_until_s = t_s + self._options.boot_s

    def _halt(self, t_s: float, phase: str) -> None:
        self._body.coast(t_s)
        self._phase, self._ends_s, self._start_unanswered = phase, None, False

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this mill."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Trip, and stay in error until it is cleared.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        if fault not in self.faults:
            raise ValueError(f"this mill knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")
        self._halt(t_s, ERROR)

    def state(self) -> dict[str, Any]:
        """Return what it does and how fast the jar goes."""
        return {
            "running": self._phase in (LOCKING, MIXING),
            "phase": self._phase,
            "jar_hz": self._body.jar_hz(self._t_s),
            "rpm": self._rpm,
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> GrinderFace:
    """Build a mill at rest.

    Raises:
        ValueError: for an option that is unknown or of the wrong kind.
    """
    return GrinderFace(name, read_options(Options, spec.get("options", {})), twin)
