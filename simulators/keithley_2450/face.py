"""SCPI over a socket: messages end in LF, answers too; what is wrong goes into the error queue.

The command set is what a cyclic voltammogram needs; its spelling is standard, its finer points (states of TRIG:STAT?,
number formats, what a sweep leaves behind) are of low confidence and, where it matters, options. With `language` TSP
only *LANG? and *IDN? are answered: everything else times out.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.keithley_2450.body import Manner, SmuBody
from simulators.keithley_2450.instrument import Handler, Instrument, Limits, Parameters
from simulators.keithley_2450.scpi import OVERFLOW, TEXTS, UNDEFINED_HEADER, Headers, ScpiError, commands
from simulators.options import read_options
from simulators.twin.electrode import Electrode

QUEUE = 50
LONGEST = 65536


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description, besides those of its electrode; see `Manner`.

    Attributes:
        potential_min_v, potential_max_v: Levels outside are refused with -222.
        language: "SCPI" or "TSP".
        turn_twice: Whether a dual sweep measures its turning point twice.
    """

    potential_min_v: float = -210.0
    potential_max_v: float = 210.0
    polarity: int = 1
    line_hz: float = 50.0
    overhead_s: float = 0.0015
    auto_delay_s: float = 0.001
    output_off_after_sweep: bool = True
    turn_twice: bool = False
    language: str = "SCPI"
    model: str = "MODEL 2450-EC"
    serial: str = "04400001"
    firmware: str = "1.7.12b"
    reply_delay_s: float = 0.002
    boot_s: float = 20.0


class KeithleyFace:
    """One instrument on its socket."""

    faults = frozenset({"busy_forever", "drift"})

    def __init__(self, options: Options, body: SmuBody) -> None:
        self.link = Link("tcp", 0, "")
        self._options = options
        self._body = body
        self._instrument = Instrument(
            body, Limits(options.potential_min_v, options.potential_max_v, options.turn_twice)
        )
        self._input = bytearray()
        self._errors: deque[tuple[int, float]] = deque()
        self._waiting = 0
        self._deaf_until_s = 0.0
        self._outbox: list[tuple[float, bytes]] = []
        self._headers = Headers(self._handlers())

    def _handlers(self) -> dict[str, Handler]:
        return {
            "*IDN?": self._identify,
            "*RST": self._reset,
            "*CLS": self._clear,
            "*OPC?": self._complete,
            "*WAI": lambda _t, _p: None,
            "*LANG?": lambda _t, _p: self._options.language,
            "SYSTem:ERRor[:NEXT]?": self._next_error,
            "SYSTem:ERRor:COUNt?": lambda _t, _p: str(len(self._errors)),
            "SYSTem:CLEar": self._clear,
            **self._instrument.handlers(),
        }

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; every complete message is obeyed, its answers leave together."""
        self.advance(t_s)
        if t_s < self._deaf_until_s:
            self._input.clear()
            return
        self._input += data
        while (end := self._input.find(b"\n")) >= 0:
            message = bytes(self._input[:end]).decode("latin-1").rstrip("\r")
            del self._input[: end + 1]
            self._obey(t_s, message)
        del self._input[LONGEST:]

    def _obey(self, t_s: float, message: str) -> None:
        answers: list[str] = []
        for command in commands(message):
            if self._options.language != "SCPI" and command.header not in ("*LANG?", "*IDN?"):
                continue
            handler = self._headers.find(command.header)
            try:
                if handler is None:
                    raise ScpiError(UNDEFINED_HEADER)
                answer = handler(t_s, command.parameters)
            except ScpiError as error:
                self._complain(error.code, t_s)
                break
            if answer is not None:
                answers.append(answer)
        if answers:
            self._say(max(t_s, self._instrument.answers_s), ";".join(answers))
        self._release()

    def _say(self, t_s: float, answer: str) -> None:
        self._outbox.append((t_s + self._options.reply_delay_s, answer.encode("latin-1") + b"\n"))

    def _complain(self, code: int, t_s: float) -> None:
        if len(self._errors) < QUEUE:
            self._errors.append((code if len(self._errors) < QUEUE - 1 else OVERFLOW, t_s))

    def _identify(self, _t_s: float, _parameters: Parameters) -> str:
        options = self._options
        return f"KEITHLEY INSTRUMENTS,{options.model},{options.serial},{options.firmware}"

    def _reset(self, t_s: float, _parameters: Parameters) -> None:
        self._instrument.reset(t_s)

    def _clear(self, _t_s: float, _parameters: Parameters) -> None:
        self._errors.clear()

    def _next_error(self, _t_s: float, _parameters: Parameters) -> str:
        if not self._errors:
            return '0,"No error;0;0 0"'
        code, at_s = self._errors.popleft()
        return f'{code},"{TEXTS[code]};1;{at_s:.3f}"'

    def _complete(self, _t_s: float, _parameters: Parameters) -> str | None:
        if self._body.sweep is None:
            return "1"
        self._waiting += 1
        return None

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Bring a sweep to `t_s`; return when it ends."""
        next_s = self._instrument.advance(t_s)
        self._release()
        return next_s

    def _release(self) -> None:
        """Answer whoever waits for a sweep that is over."""
        if self._waiting and self._body.sweep is None:
            for _ in range(self._waiting):
                self._say(self._instrument.ended_s, "1")
            self._waiting = 0

    def power_cycle(self, t_s: float) -> None:
        """Output off, settings and buffers gone, deaf while starting up."""
        self.advance(t_s)
        self._waiting = 0
        self._reset(t_s, ())
        self._errors.clear()
        self._input.clear()
        self._instrument.hang(float("-inf"))
        self._deaf_until_s = t_s + self._options.boot_s

    def opened(self, t_s: float) -> None:
        """A new connection starts with an empty message; a sweep goes on."""
        self.advance(t_s)
        self._input.clear()

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Hang: a sweep makes no progress (`for` seconds, else until the power is cycled); or drift.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        if fault not in self.faults:
            raise ValueError(f"a source-measure unit knows no fault {fault!r}; known are {', '.join(self.faults)}")
        if fault == "drift":
            self._body.drift(t_s, values["per_h"])
        else:
            self._instrument.hang(t_s + values.get("for", float("inf")))

    def state(self) -> dict[str, Any]:
        """Return whether the output is on, at what level, what the cell is held at, and whether a sweep runs."""
        body = self._body
        return {
            "output": body.output,
            "cell_v": body.cell_v,
            "level_v": body.settings.level_v,
            "sweeping": body.sweep is not None,
            "errors": [code for code, _ in self._errors],
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> KeithleyFace:
    """Build an instrument with its output off.

    Raises:
        ValueError: for an option that is unknown or of the wrong kind, or without a vessel.
    """
    vessel = spec.get("vessel")
    if not isinstance(vessel, str):
        raise ValueError(f"{name}: a source-measure unit needs the vessel its electrodes are in")
    given = spec.get("options", {})
    options = read_options(Options, given, ignored=("reference_offset_v", "area_cm2", "ru_ohm", "cdl_f"))
    if options.polarity not in (1, -1):
        raise ValueError(f"{name}: polarity is 1 or -1, not {options.polarity}")
    if options.language not in ("SCPI", "TSP"):
        raise ValueError(f"{name}: language is SCPI or TSP, not {options.language!r}")
    manner = Manner(
        options.polarity, options.line_hz, options.overhead_s, options.auto_delay_s, options.output_off_after_sweep
    )
    return KeithleyFace(options, SmuBody(vessel, Electrode.from_options(given), manner, twin))
