"""The valve's binary protocol: eight bytes each way, a sum of the first six, a status in the third.

Over RS-232 a turn is acknowledged with 00 at once, over RS-485 with FE; in both cases only polling the motor tells when
it is over. Assumed and, where it matters, options: answering 6 to a position query before the valve has been homed, a
turn from an unknown position looking for the home first, 04 to a position query while turning, FF to an unknown code.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.options import read_options
from simulators.plumbed import PLUMBED, Plumbed
from simulators.runze_sv06.body import HOME, ValveBody

OK, FRAME_ERROR, PARAMETER_ERROR, BUSY, STALLED, UNKNOWN_POSITION = 0, 1, 2, 4, 5, 6
EXECUTING, UNKNOWN_ERROR = 0xFE, 0xFF
HEAD, TAIL = 0xCC, 0xDD
FACTORY = b"\xff\xee\xbb\xaa"
SHORT, LONG = 8, 14
BAUD_CODES = (9600, 19200, 38400, 57600, 115200)


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description.

    Attributes:
        address: 0..255.
        ports: Number of selectable ports.
        link: "rs232" or "rs485": how a turn is acknowledged.
        port: Where it stands when the bench opens, homed long ago; None for a position it does not know.
        port_s: Time per port turned (assumed; a revolution takes at most 5 s).
        auto_reset: Whether it looks for its home by itself after power-up.
        refuses_unknown: Whether a turn from an unknown position is refused with 6 rather than preceded by a search.
        steps_per_port: What the steps left after a stop are counted in (assumed).
    """

    address: int = 0
    ports: int = 6
    link: str = "rs232"
    port: int | None = None
    baud: int = 9600
    port_s: float = 0.4
    auto_reset: bool = False
    refuses_unknown: bool = False
    steps_per_port: int = 533
    reply_delay_s: float = 0.005
    boot_s: float = 0.5
    firmware_major: int = 2
    firmware_minor: int = 1


def frame(address: int, code: int, value: int) -> bytes:
    """Build an eight-byte frame with its sum."""
    body = bytes((HEAD, address, code, value & 0xFF, value >> 8 & 0xFF, TAIL))
    return body + sum(body).to_bytes(2, "little")


class RunzeFace:
    """One valve on its bus."""

    faults = frozenset({"stall", "busy_forever", *PLUMBED})

    def __init__(self, name: str, options: Options, twin: Twin) -> None:
        if options.link not in ("rs232", "rs485"):
            raise ValueError(f"unknown link {options.link!r}; known are rs232, rs485")
        if options.port is not None and not 1 <= options.port <= options.ports:
            raise ValueError(f"port {options.port} is not within 1 to {options.ports}")
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._address = options.address
        self._auto_reset = options.auto_reset
        self._body = ValveBody(
            name, twin, options.ports, options.port_s, HOME if options.port is None else options.port
        )
        self._plumbed = Plumbed(name, twin, [str(port) for port in range(1, options.ports + 1)])
        self._homed = options.port is not None
        self._buffer = bytearray()
        self._outbox: list[tuple[float, bytes]] = []
        self._deaf_until_s = 0.0
        self._stuck_busy_until_s = float("-inf")

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; frames for other addresses are ignored."""
        self._body.advance(t_s)
        if t_s < self._deaf_until_s:
            self._buffer.clear()
            return
        self._buffer += data
        while (request := self._next_frame()) is not None:
            if request[1] == self._address:
                status, value = self._execute(t_s, request)
                self._outbox.append((t_s + self._options.reply_delay_s, frame(self._address, status, value)))

    def _next_frame(self) -> bytes | None:
        """Cut the next complete frame off the buffer; bytes that cannot begin one are dropped."""
        buffer = self._buffer
        while True:
            start = buffer.find(HEAD)
            del buffer[: len(buffer) if start < 0 else start]
            length = LONG if bytes(buffer[3:5]) == FACTORY[:2] else SHORT
            if len(buffer) < length:
                return None
            if buffer[length - 3] == TAIL:
                whole = bytes(buffer[:length])
                del buffer[:length]
                return whole
            del buffer[0]

    def _execute(self, t_s: float, request: bytes) -> tuple[int, int]:
        """Do what a frame says; return status and value of the answer."""
        if int.from_bytes(request[-2:], "little") != sum(request[:-2]):
            return FRAME_ERROR, 0
        code = request[2]
        if len(request) == LONG:
            return self._factory(code, request)
        value = int.from_bytes(request[3:5], "little")
        busy = self._busy(t_s)
        match code:
            case 0x44 | 0x45:
                return (BUSY, 0) if busy else self._turn(t_s, value if code == 0x44 else None)
            case 0x49:
                left = self._body.halt(t_s)
                self._homed = self._homed and self._body.port is not None
                return OK, math.ceil(left * self._options.steps_per_port)
            case 0x4A:
                return (BUSY if busy else STALLED if self._body.stuck else OK), 0
            case 0x3E:
                return self._position(busy=busy)
            case 0x3F:
                return OK, self._options.firmware_major | self._options.firmware_minor << 8
            case 0x21 | 0x22 | 0x23:
                return OK, BAUD_CODES.index(self._options.baud) if self._options.baud in BAUD_CODES else 0
            case 0x2E:
                return OK, int(self._auto_reset)
            case _:
                return UNKNOWN_ERROR, 0

    def _position(self, *, busy: bool) -> tuple[int, int]:
        if busy:
            return BUSY, 0
        if not self._homed or self._body.stuck:
            return UNKNOWN_POSITION, 0
        return OK, int(self._body.at)

    def _turn(self, t_s: float, port: int | None) -> tuple[int, int]:
        """Start turning to a port, or home for None."""
        if port is not None and not 1 <= port <= self._options.ports:
            return PARAMETER_ERROR, 0
        unknown = not self._homed or self._body.stuck
        if unknown and port is not None and self._options.refuses_unknown:
            return UNKNOWN_POSITION, 0
        self._body.turn(HOME if port is None else float(port), t_s, search=unknown or port is None)
        self._homed = True
        return (OK if self._options.link == "rs232" else EXECUTING), 0

    def _factory(self, code: int, request: bytes) -> tuple[int, int]:
        value = int.from_bytes(request[7:11], "little")
        if request[3:7] != FACTORY:
            return FRAME_ERROR, 0
        match code:
            case 0x00 if value <= 0xFF:
                self._address = value
            case 0x0E if value <= 1:
                self._auto_reset = bool(value)
            case 0x01 | 0x02 if value < len(BAUD_CODES):
                pass
            case _:
                return PARAMETER_ERROR, 0
        return OK, 0

    def _busy(self, t_s: float) -> bool:
        return self._body.ends_s is not None or t_s < self._stuck_busy_until_s

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Turn up to `t_s`; return when the turn under way ends."""
        return self._body.advance(t_s)

    def power_cycle(self, t_s: float) -> None:
        """Stop between ports if turning; the position is unknown unless it looks for its home by itself."""
        self._body.advance(t_s)
        self._body.halt(t_s)
        self._buffer.clear()
        self._homed = self._body.stuck = False
        self._deaf_until_s = t_s + self._options.boot_s
        if self._auto_reset:
            self._turn(t_s, None)

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this valve."""
        self._body.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Jam the rotor in this turn or the next, stay busy (`for` seconds), or let volumes go astray.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self._body.advance(t_s)
        if fault in PLUMBED:
            self._plumbed.inject(t_s, fault, values)
        elif fault == "stall":
            self._body.stall(t_s)
        elif fault == "busy_forever":
            self._stuck_busy_until_s = t_s + values.get("for", float("inf"))
        else:
            raise ValueError(f"a selector knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")

    def check(self, fault: str, values: Mapping[str, float]) -> None:
        """Raise ValueError for a port that has no line, or no bottle."""
        self._plumbed.check(fault, values)

    def state(self) -> dict[str, Any]:
        """Return where the rotor really is and what the electronics believe."""
        body = self._body
        return {"port": body.port, "at": body.at, "turning": body.ends_s is not None, "homed": self._homed}


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> RunzeFace:
    """Build a valve as it stands when the bench opens.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    return RunzeFace(name, read_options(Options, spec.get("options", {})), twin)
