"""The drive's registers on a Modbus RTU line, and the drive on the bench.

Orders at 2000, frequency at 2001, external fault, reset and base block at 2002; what it does from 2100 on. Written
from the manuals' tables of registers; where a page was not read (bits of 2000, numbers of faults, parameters of the
line, that an order to jog runs) the behaviour is assumed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulators.circuit import Circuit
from simulators.delta_vfd.body import DriveBody
from simulators.delta_vfd.drive import HZ, RUNNING, Drive
from simulators.delta_vfd.profile import ACTIONS, PROFILES, Options, check
from simulators.device import Link, Twin
from simulators.modbus import NO_ADDRESS, NO_VALUE, READ_HOLDING, WRITE_MANY, WRITE_ONE, Place, RefusalError, Station
from simulators.options import read_options

ORDER, FREQUENCY, CONTROL = 0x2000, 0x2001, 0x2002
FAULT, TARGET, OUTPUT, CURRENT, LAST = 0x2100, 0x2102, 0x2103, 0x2104, 0x211F
ADDRESS, ACTION, SILENCE = 0x0900, 0x0902, 0x0903
LONGEST_SILENCE = 1200
FREQUENCY_FROM_LINE, ORDERS_FROM_LINE = 1 << 8, 1 << 10
REVERSE = 0b11 << 3
IDLE_A, FULL_A = 0.4, 2.6


class VfdFace:
    """One drive on its bus."""

    faults = frozenset({"drive_fault"})
    functions = frozenset({READ_HOLDING, WRITE_ONE, WRITE_MANY})

    def __init__(self, name: str, options: Options, twin: Twin) -> None:
        check(options)
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._profile = PROFILES[options.model]
        top_hz = options.highest_hz
        self._body = DriveBody(
            name, twin, options.ratio, top_hz / options.ramp_s, top_hz / options.coast_s, options.lock_s
        )
        self._drive = Drive(options, self._body, twin.circuit(options.guard) if options.guard else Circuit())
        self._station = Station(Place(options.address, options.baud, options.reply_delay_s), self, self._drive.heard)
        self._deaf_until_s = 0.0
        self._t_s = 0.0

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; a frame is acted upon when the silence after it is over."""
        self.advance(t_s)
        if t_s >= self._deaf_until_s:
            self._station.receive(t_s, data)

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        return self._station.collect()

    def advance(self, t_s: float) -> float | None:
        """Act on what is over by `t_s`: a frame, a silence of the host's, a ramp; return when the next is."""
        self._t_s = t_s
        frame_s = self._station.advance(t_s)
        drive_s = self._drive.advance(t_s)
        times = [each for each in (frame_s, drive_s) if each is not None]
        return min(times, default=None)

    def read(self, t_s: float, function: int, address: int) -> int:
        """Return a register."""
        drive = self._drive
        drive.advance(t_s)
        hz = self._body.hz(t_s)
        running = hz > 0.0
        registers = {
            FREQUENCY: drive.target,
            FAULT: drive.fault,
            self._profile.status: self._status(t_s),
            TARGET: drive.target,
            OUTPUT: round(hz / HZ),
            CURRENT: round(10 * (IDLE_A + FULL_A * hz / self._options.highest_hz)) if running else 0,
        }
        if self._profile.parameters:
            registers |= {
                ADDRESS: self._options.address,
                ACTION: ACTIONS.index(drive.line.action),
                SILENCE: round(10 * drive.line.silence_s),
            }
        if address not in registers and not FAULT <= address <= LAST:
            raise RefusalError(NO_ADDRESS)
        return registers.get(address, 0)

    def _status(self, t_s: float) -> int:
        drive, word = self._drive, self._drive.motion(t_s)
        word |= REVERSE if drive.reverse and word == RUNNING else 0
        word |= FREQUENCY_FROM_LINE if self._options.frequency_source == "rs485" else 0
        return word | (ORDERS_FROM_LINE if self._options.command_source == "rs485" else 0)

    def write(self, t_s: float, address: int, value: int) -> None:
        """Obey an order, or set the frequency or a parameter of the line."""
        drive = self._drive
        drive.advance(t_s)
        if address == ORDER:
            self._order(t_s, value)
        elif address == FREQUENCY:
            if value * HZ > self._options.highest_hz + 1e-9:
                raise RefusalError(NO_VALUE)
            drive.set_target(t_s, value)
        elif address == CONTROL:
            self._control(t_s, value)
        else:
            self._parameter(address, value)

    def _parameter(self, address: int, value: int) -> None:
        line = self._drive.line
        if not self._profile.parameters or address not in (ACTION, SILENCE):
            raise RefusalError(NO_ADDRESS)
        if value > (len(ACTIONS) - 1 if address == ACTION else LONGEST_SILENCE):
            raise RefusalError(NO_VALUE)
        if address == ACTION:
            line.action = ACTIONS[value]
        else:
            line.silence_s = value / 10

    def _order(self, t_s: float, value: int) -> None:
        turn = value >> 4 & 0b11
        if turn:
            self._drive.reverse = {1: False, 2: True, 3: not self._drive.reverse}[turn]
        order = value & 0b11
        if order == 1:
            self._drive.stop(t_s)
        elif order:
            self._drive.run(t_s)

    def _control(self, t_s: float, value: int) -> None:
        if value & 1:
            self._drive.external_fault(t_s)
        elif value & 2:
            self._drive.reset(t_s)
        if value & 4:
            self._drive.cut(t_s)

    def power_cycle(self, t_s: float) -> None:
        """Lose and regain power; see `Drive.power_cycle`."""
        self.advance(t_s)
        self._station.forget()
        self._deaf_until_s = t_s + self._options.boot_s
        self._drive.power_cycle(t_s)

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this drive."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Trip with fault `code`, an over-current without.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        if fault not in self.faults:
            raise ValueError(f"a drive knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")
        self._drive.trip(t_s, int(values.get("code", 1.0)) & 0xFF or 1)

    def state(self) -> dict[str, Any]:
        """Return what turns, what was set, and whether the door is locked."""
        drive, t_s = self._drive, self._t_s
        return {
            "running": drive.told,
            "output_hz": self._body.hz(t_s),
            "jar_hz": self._body.jar_hz(t_s),
            "target_hz": drive.target * HZ,
            "fault": drive.fault,
            "door_locked": self._body.locked(t_s),
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> VfdFace:
    """Build a drive at rest.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    return VfdFace(name, read_options(Options, spec.get("options", {})), twin)
