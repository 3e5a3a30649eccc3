"""The pump on the wire: framing, addresses, repeats, reports, and what a loss of power does.

Both framings are understood until a valid OEM frame has been seen; then DT is deaf until the power is cycled. Answers
of reports always carry the ready bit, as the manual warns that only Q's can be trusted. Assumed, and options: reply
delay, start-up time, what Q says before initialisation, what ?6 says of an unknown valve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.gain import true_gain
from simulators.options import read_options
from simulators.plumbed import PLUMBED, Plumbed
from simulators.tecan_cavro.body import Drive, PumpBody
from simulators.tecan_cavro.firmware import Firmware
from simulators.tecan_cavro.frames import Reader, Request, addresses, dt_answer, oem_answer
from simulators.tecan_cavro.motion import FULL_STROKE
from simulators.tecan_cavro.reports import report
from simulators.tecan_cavro.settings import INVALID_COMMAND, STROKES, Habits

READY = 0x20


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description; see `Habits` for those passed on.

    Attributes:
        switch: Address switch 0..14.
        protocol: "oem" if the pump was already locked to OEM framing when the bench opened, else "dt".
        gain_sd: Standard deviation of the pump's true gain about 1.
        initialised: Whether it was initialised before the bench opened, standing at `plunger_ml` and `port`.
        port: Where the valve stands; None for somewhere between.
        reply_delay_s: From the last command byte to the first of the answer (the manual: below 5 ms).
        boot_s: Deafness after power-up (assumed).
        unknown_valve: What ?6 answers before the valve has been homed (assumed).
        firmware: What & answers (made up).
    """

    switch: int = 0
    protocol: str = "dt"
    dialect: str = "xcalibur"
    syringe_ml: float = 1.0
    ports: int = 9
    gain_sd: float = 0.004
    initialised: bool = False
    plunger_ml: float = 0.0
    port: int | None = None
    baud: int = 9600
    valve_step_s: float = 0.25
    reply_delay_s: float = 0.003
    boot_s: float = 1.0
    unknown_valve: str = "0"
    firmware: str = "SIM-733085"
    q_shows_uninitialised: bool = True
    model_backlash: bool = False
    terminate_slip: float = 0.0
    home_settle_s: float = 0.4
    homing_turns: int = 1

    def habits(self) -> Habits:
        """Return what the firmware wants to know.

        Raises:
            ValueError: for an unknown dialect.
        """
        for dialect in STROKES:
            if dialect == self.dialect:
                return Habits(
                    dialect,
                    self.ports,
                    self.q_shows_uninitialised,
                    self.model_backlash,
                    self.terminate_slip,
                    self.home_settle_s,
                    self.homing_turns,
                )
        raise ValueError(f"unknown dialect {self.dialect!r}; known are {', '.join(STROKES)}")


class CavroFace:
    """One pump on its bus."""

    faults = frozenset({"stall", "overload", "busy_forever", "drift", *PLUMBED})

    def __init__(self, name: str, options: Options, twin: Twin, gain: float) -> None:
        self.link = Link("serial", options.baud, "8N1")
        self._plumbed = Plumbed(name, twin, [str(port) for port in range(1, options.ports + 1)])
        self._options = options
        self._habits = options.habits()
        self._gain = gain
        self._address, self._groups = addresses(options.switch)
        if not 0 <= options.plunger_ml <= options.syringe_ml:
            raise ValueError(f"plunger_ml {options.plunger_ml} is not within the syringe of {options.syringe_ml} mL")
        plunger = options.plunger_ml / options.syringe_ml * FULL_STROKE
        self._body = PumpBody(name, twin, options.syringe_ml * gain, options.valve_step_s, plunger)
        self._body.place(None if options.port is None else str(options.port), 0.0)
        self._firmware = Firmware(self._body, self._habits)
        self._reader = Reader()
        self._locked = options.protocol == "oem"
        self._deaf_until_s = 0.0
        self._last_sequence: int | None = None
        self._last_error = 0
        self._outbox: list[tuple[float, bytes]] = []
        if options.initialised:
            self._firmware.adopt()

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; frames for others, in the wrong protocol or while starting up are ignored."""
        self._firmware.advance(t_s)
        if t_s < self._deaf_until_s:
            self._reader.reset()
            return
        for request in self._reader.feed(data):
            if request.sequence is not None:
                self._locked = True
            elif self._locked:
                continue
            if request.address == self._address:
                self._answer(t_s, request)
            elif request.address in self._groups:
                self._execute(t_s, request)

    def _answer(self, t_s: float, request: Request) -> None:
        status, data = self._execute(t_s, request)
        frame = dt_answer(status, data) if request.sequence is None else oem_answer(status, data)
        self._outbox.append((t_s + self._options.reply_delay_s, frame))

    def _execute(self, t_s: float, request: Request) -> tuple[int, str]:
        """Do what a request says; return status byte and data."""
        firmware, text = self._firmware, request.data
        if text in ("Q", "?29", "QR"):
            self._last_sequence = request.number
            return self._status(firmware.query(), busy=firmware.shows_busy(t_s)), ""
        if text[:1] in "?F#%&*" and text:
            self._last_sequence = request.number
            return self._report(t_s, text)
        if not (request.is_repeat and request.number == self._last_sequence):
            self._last_error = self._command(t_s, text)
        self._last_sequence = request.number
        return self._status(self._last_error or firmware.fatal, busy=firmware.shows_busy(t_s)), ""

    def _command(self, t_s: float, text: str) -> int:
        if text in ("T", "TR"):
            self._firmware.terminate(t_s)
            return 0
        return self._firmware.submit(t_s, text)

    def _report(self, t_s: float, text: str) -> tuple[int, str]:
        answer = report(self._firmware, t_s, text, self._options.unknown_valve, self._options.firmware)
        if answer is None:
            return self._status(INVALID_COMMAND, busy=False), ""
        return self._status(self._firmware.error, busy=False), answer

    @staticmethod
    def _status(error: int, *, busy: bool) -> int:
        return 0x40 | error | (0 if busy else READY)

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Run strings and motions up to `t_s`; return when the motion under way ends."""
        return self._firmware.advance(t_s)

    def power_cycle(self, t_s: float) -> None:
        """Stop everything where it is and start anew: not initialised, position 0, both protocols, valve unknown."""
        self._firmware.advance(t_s)
        self._body.halt(t_s)
        self._firmware = Firmware(self._body, self._habits)
        self._reader.reset()
        self._locked, self._last_sequence, self._last_error = False, None, 0
        self._deaf_until_s = t_s + self._options.boot_s

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this pump."""
        self._firmware.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Make the plunger stick (`at_ml`: when its reading passes that), the processor hang, or volumes go astray.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self._firmware.advance(t_s)
        if fault not in self.faults:
            raise ValueError(f"a pump knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")
        if fault in PLUMBED:
            self._plumbed.inject(t_s, fault, values)
        elif fault == "drift":
            self._body.drift(t_s, values["per_h"])
        elif fault == "busy_forever":
            self._firmware.stuck_busy_until_s = t_s + values.get("for", float("inf"))
        else:
            at_ml = values.get("at_ml")
            self._body.stall(t_s, None if at_ml is None else at_ml / self._options.syringe_ml * FULL_STROKE)

    def check(self, fault: str, values: Mapping[str, float]) -> None:
        """Raise ValueError for a port that has no line, or no bottle."""
        self._plumbed.check(fault, values)

    def waits(self, fault: str) -> bool:
        """Tell whether the plunger is yet to stick."""
        return fault in {"stall", "overload"} and self._body.will_stick

    def state(self) -> dict[str, Any]:
        """Return where plunger and valve really are (at rest: a stroke under way is not in it yet)."""
        firmware, body = self._firmware, self._body
        return {
            "gain": self._gain,
            "plunger_ml": body.plunger / FULL_STROKE * self._options.syringe_ml,
            "port": body.port,
            "moving": body.motion is not None,
            "driving": isinstance(body.motion, Drive),
            "initialised": firmware.initialised,
            "trusted": firmware.trusted,
            "error": firmware.error,
            "oem_locked": self._locked,
            "bad_checksums": self._reader.bad_checksums,
            **firmware.counts,
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> CavroFace:
    """Build a pump as it stands when the bench opens; its true gain comes from `rng`.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    options = read_options(Options, spec.get("options", {}), ignored={"syringe"})
    return CavroFace(name, options, twin, true_gain(options.gain_sd, rng))
