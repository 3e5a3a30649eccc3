"""The board's serial line: lines answered in order, real-time bytes picked out of the stream wherever they stand.

What is assumed is an option: whether opening the port resets the board, how long it boots, whether a soft reset at rest
locks. A line that waits keeps later ones in the receive buffer of 128 bytes; what does not fit there is lost, as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.grbl_carousel.body import CarouselBody
from simulators.grbl_carousel.controller import UNLOCK_HINT, Controller
from simulators.grbl_carousel.gcode import TOO_LONG
from simulators.grbl_carousel.manner import Manner
from simulators.grbl_carousel.rack import Rack
from simulators.grbl_carousel.reports import RX_BYTES
from simulators.grbl_carousel.settings import HARD_LIMITS, HOMING, SOFT_LIMITS, Settings
from simulators.options import read_options

LINE_BYTES = 80
RESET, DOOR, CANCEL_JOG = 0x18, 0x84, 0x85
STATUS, HOLD, RESUME = b"?!~"
BANNER = "\r\nGrbl 1.1h ['$' for help]"


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description; lengths in the board's units (mm, degrees as mm).

    Attributes:
        pitch, positions, zero: The carousel: distance of neighbours, how many, where position 1 is under the needle.
        magnet_offset: How many positions on from the needle the bore is.
        up_z, down_z: The lift's ends; its switch is at the upper one.
        home_past_zero: Where the carousel's switch is, counted from position 1.
        port: The tube under the needle when the bench opens; None stands between two.
        resets_on_open: Whether opening the port resets the board, as the line DTR does on most.
        boot_s: How long a reset by power or DTR takes until the banner.
        quiet_homing: Whether the board answers no `?` while it homes.
        reset_locks: Whether a soft reset at rest locks a board that must home, too.
    """

    pitch: float = 15.0
    positions: int = 24
    magnet_offset: int = 12
    zero: float = 0.0
    up_z: float = 0.0
    down_z: float = -100.0
    home_past_zero: float = 0.0
    travel_x: float = 360.0
    margin_z: float = 10.0
    port: int | None = None
    resets_on_open: bool = True
    tube_sensor: bool = True
    homing: bool = True
    soft_limits: bool = True
    hard_limits: bool = False
    rate_x: float = 6000.0
    rate_z: float = 1500.0
    acceleration_x: float = 200.0
    acceleration_z: float = 100.0
    seek_rate: float = 1500.0
    baud: int = 115200
    build: str = ""
    boot_s: float = 1.2
    reply_delay_s: float = 0.001
    quiet_homing: bool = False
    reset_locks: bool = True


class GrblFace:
    """One board on its line."""

    faults = frozenset({"stall", "busy_forever", "homing_lost", "tube_missing"})

    def __init__(self, options: Options, body: CarouselBody, settings: Settings, manner: Manner) -> None:
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._body = body
        self._controller = Controller(body, settings, manner, self._say)
        self._buffer = bytearray()
        self._line = bytearray()
        self._outbox: list[tuple[float, bytes]] = []
        self._boots_s: float | None = None
        self._reports = 0
        self._t_s = 0.0

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes: real-time ones act at once, the others line by line."""
        self.advance(t_s)
        if self._boots_s is not None:
            return
        for byte in data:
            if byte in (STATUS, HOLD, RESUME) or byte == RESET or byte >= 0x80:
                self._at_once(t_s, byte)
            elif len(self._buffer) < RX_BYTES:
                self._buffer.append(byte)
            self._read_on(t_s)

    def _at_once(self, t_s: float, byte: int) -> None:
        controller = self._controller
        if byte == STATUS:
            if not (controller.homing and self._options.quiet_homing):
                self._say(t_s, controller.report(t_s, self._reports))
                self._reports += 1
        elif byte in (HOLD, DOOR):
            controller.hold(t_s, door=byte == DOOR)
        elif byte == RESUME:
            controller.resume(t_s)
        elif byte == CANCEL_JOG:
            controller.cancel_jog(t_s)
        elif byte == RESET:
            self._forget()
            controller.reset(t_s)
            self._greet(t_s)

    def _read_on(self, t_s: float) -> None:
        """Obey the lines that have come, until one must wait."""
        while self._buffer and not self._controller.busy:
            byte = self._buffer.pop(0)
            if byte not in b"\r\n":
                if len(self._line) <= LINE_BYTES:
                    self._line.append(byte)
                continue
            line, too_long = _clean(self._line.decode("latin-1")), len(self._line) > LINE_BYTES
            self._line.clear()
            if too_long:
                self._say(t_s, f"error:{TOO_LONG}")
            else:
                self._controller.obey(t_s, line)

    def _say(self, t_s: float, text: str) -> None:
        self._outbox.append((t_s + self._options.reply_delay_s, text.encode("latin-1") + b"\r\n"))

    def _greet(self, t_s: float) -> None:
        self._say(t_s, BANNER)
        if self._controller.alarm:
            self._say(t_s, UNLOCK_HINT)

    def _forget(self) -> None:
        self._buffer.clear()
        self._line.clear()
        self._reports = 0

    def _reboot(self, t_s: float) -> None:
        self._forget()
        self._controller.reboot(t_s)
        self._outbox.clear()
        self._boots_s = t_s + self._options.boot_s

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over what was said since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Let moves end, waiting lines go on and the board boot, each at its own time; return the next such time."""
        while (next_s := self._next_s(self._t_s)) is not None and next_s <= t_s:
            self._t_s = next_s
            if self._boots_s is not None and self._boots_s <= next_s:
                self._boots_s = None
                self._greet(next_s)
            self._controller.advance(next_s)
            self._read_on(next_s)
        self._t_s = max(self._t_s, t_s)
        return self._next_s(self._t_s)

    def _next_s(self, t_s: float) -> float | None:
        times = [each for each in (self._boots_s, self._controller.next_s(t_s)) if each is not None]
        return min(times, default=None)

    def power_cycle(self, t_s: float) -> None:
        """Stop dead; the board begins anew, locked, and does not know where it is."""
        self.advance(t_s)
        self._reboot(t_s)

    def opened(self, t_s: float) -> None:
        """Opening the port pulls DTR, which resets most boards."""
        self.advance(t_s)
        if self._options.resets_on_open:
            self._reboot(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Lose steps, stay busy (`for` seconds), reset by itself, or miss the tube of a `position`.

        Raises:
            ValueError: for a fault not in `faults`, or a position that is not there.
        """
        self.advance(t_s)
        if fault == "stall":
            self._body.slip(t_s)
        elif fault == "busy_forever":
            self._controller.stuck_until_s = t_s + values.get("for", float("inf"))
        elif fault == "homing_lost":
            self._reboot(t_s)
        elif fault == "tube_missing":
            self.check(fault, values)
            self._body.take_tube(int(values["position"]))
        else:
            raise ValueError(f"a carousel knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")

    def check(self, fault: str, values: Mapping[str, float]) -> None:
        """Raise ValueError for a tube that is not there."""
        if fault == "tube_missing" and not 1 <= values["position"] <= self._options.positions:
            raise ValueError(f"{fault}: position {values['position']:g} is not within 1 to {self._options.positions}")

    def state(self) -> dict[str, Any]:
        """Return where things really are, what the board believes, and what was broken."""
        x, z = self._body.position(self._t_s)
        believed_x, believed_z = self._controller.planner.position(self._t_s)
        return {
            "x": x,
            "z": z,
            "believed_x": believed_x,
            "believed_z": believed_z,
            "port": self._body.port(self._t_s),
            "inserted": self._body.inserted,
            "state": self._controller.state(self._t_s),
            "broken_tubes": list(self._body.broken),
        }


def _clean(line: str) -> str:
    """Drop comments, spaces and control characters, and write in capitals."""
    kept, depth = "", False
    for letter in line:
        if letter == ";" and not depth:
            break
        if letter in "()":
            depth = letter == "("
        elif not depth and letter > " ":
            kept += letter
    return kept.upper()


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> GrblFace:
    """Build a sampler that stands where the bench says, its board not yet homed.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    options = read_options(Options, spec.get("options", {}))
    if options.pitch == 0.0 or options.positions < 1 or options.up_z == options.down_z:
        raise ValueError(f"{name}: a carousel needs a pitch, positions and a lift with two ends, not {options}")
    if options.port is not None and not 1 <= options.port <= options.positions:
        raise ValueError(f"{name}: port {options.port} is not within 1 to {options.positions}")
    rack = Rack(options.pitch, options.positions, options.magnet_offset, options.zero, options.up_z, options.down_z)
    manner = Manner(rack, options.home_past_zero, options.tube_sensor, options.build, options.reset_locks)
    return GrblFace(options, CarouselBody(name, twin, rack, options.port), Settings(_settings(options)), manner)


def _settings(options: Options) -> dict[int, float]:
    return {
        SOFT_LIMITS: float(options.soft_limits),
        HARD_LIMITS: float(options.hard_limits),
        HOMING: float(options.homing),
        25: options.seek_rate,
        110: options.rate_x,
        112: options.rate_z,
        120: options.acceleration_x,
        122: options.acceleration_z,
        130: options.travel_x,
        132: abs(options.down_z - options.up_z) + options.margin_z,
    }
