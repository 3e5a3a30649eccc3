"""The instrument's line protocol: idle commands, scripts to take in, and what may interrupt one.

Lines end in LF. While idle the first character chooses; while a script is being received everything up to an empty line
belongs to it; while one runs only Z, Y, h and H are understood. Assumed and configurable: identity texts, reply delay,
whether `e` and the first output line are glued (older firmware), start-up time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.options import read_options
from simulators.palmsens_emstat_pico.body import FrontEnd, PotentiostatBody
from simulators.palmsens_emstat_pico.run import Manner, Run
from simulators.palmsens_emstat_pico.script import LONGEST_LINE, MOST_LINES, Script, ScriptError, parse
from simulators.twin.electrode import Electrode

UNKNOWN_COMMAND, UNKNOWN_REGISTER, READ_ONLY, WRONG_MODE, BAD_ARGUMENT = 0x03, 0x04, 0x05, 0x06, 0x07
NO_SCRIPT = 0x0C
LONGEST_INPUT = 4096
ELECTRODE_OPTIONS = ("reference_offset_v", "area_cm2", "ru_ohm", "cdl_f")


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description, besides those of its electrode; see `FrontEnd` and `Manner`.

    Attributes:
        identity: What t answers before its second line.
        serial: What i answers.
        glued: Whether `e` is answered without its line feed, as older firmware does.
    """

    potential_min_v: float = -1.7
    potential_max_v: float = 2.0
    ocp_v: float = 0.0
    noise_v: float = 1e-4
    noise_share: float = 1e-5
    underload_share: float = 0.01
    warning_share: float = 0.95
    dac_step_v: float = 0.0
    finish_after_error: bool = True
    first_scan: int = 0
    fastest_s: float = 5e-4
    identity: str = "espico1401#Jan 01 2024 12:00:00"
    release: str = "R"
    serial: str = "SIM24A001"
    script_version: str = "0104"
    glued: bool = False
    baud: int = 230400
    reply_delay_s: float = 0.001
    boot_s: float = 0.5


class PicoFace:
    """One instrument on its port."""

    faults = frozenset({"busy_forever", "drift"})

    def __init__(self, options: Options, body: PotentiostatBody) -> None:
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._manner = Manner(options.finish_after_error, options.first_scan, options.fastest_s)
        self._body = body
        self._input = bytearray()
        self._receiving: str | None = None
        self._lines: list[str] = []
        self._loaded: Script | None = None
        self._stored: Script | None = None
        self._registers = {"01": "00", "04": "00", "06": "FFFFFFFF"}
        self._run: Run | None = None
        self._hung_until_s: float | None = None
        self._deaf_until_s = 0.0
        self._outbox: list[tuple[float, bytes]] = []

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; every complete line is obeyed."""
        self.advance(t_s)
        if t_s < self._deaf_until_s or self._hung_until_s is not None:
            self._input.clear()
            return
        self._input += data
        while (end := self._input.find(b"\n")) >= 0:
            line = bytes(self._input[:end]).decode("latin-1").rstrip("\r")
            del self._input[: end + 1]
            self._take(t_s, line)
        del self._input[LONGEST_INPUT:]

    def _take(self, t_s: float, line: str) -> None:
        if self._receiving is not None:
            if line.strip():
                if len(self._lines) <= MOST_LINES:
                    self._lines.append(line[: LONGEST_LINE + 1])
            else:
                self._received(t_s, self._receiving)
        elif self._run is not None:
            self._interrupt(t_s, line)
        elif line.strip():
            self._command(t_s, line)

    def _say(self, t_s: float, text: str) -> None:
        self._outbox.append((t_s + self._options.reply_delay_s, text.encode("latin-1")))

    def _received(self, t_s: float, command: str) -> None:
        """Read the script that has just been closed by an empty line."""
        lines, self._lines, self._receiving = self._lines, [], None
        try:
            script = parse(lines)
        except ScriptError as error:
            self._say(t_s, f"{command}!{error}\n")
            return
        self._say(t_s, command if command == "e" and self._options.glued else f"{command}\n")
        if command == "e":
            self._start(t_s, script)
        else:
            self._loaded = script

    def _start(self, t_s: float, script: Script) -> None:
        self._run = Run(script, self._body, self._manner, t_s + self._options.reply_delay_s)
        self.advance(t_s)

    def _interrupt(self, t_s: float, line: str) -> None:
        """What the instrument hears while a script runs."""
        run, command = self._run, line[:1]
        if run is None or not command:
            return
        if line not in ("Z", "Y", "h", "H"):
            self._say(t_s, f"{command}!{WRONG_MODE:04X}\n")
            return
        self._say(t_s, f"{line}\n")
        match line:
            case "Z":
                run.abort(t_s + self._options.reply_delay_s)
            case "Y":
                run.skip()
            case "h":
                run.halt(t_s)
            case _:
                run.proceed(t_s)
        self.advance(t_s)

    def _command(self, t_s: float, line: str) -> None:
        """What the instrument hears while idle."""
        options, command = self._options, line[0]
        match line:
            case "e" | "l":
                self._receiving = line
            case "t":
                self._say(t_s, f"t{options.identity}\n{options.release}*\n")
            case "i":
                self._say(t_s, f"i{options.serial}\n")
            case "v":
                self._say(t_s, f"v{options.script_version}\n")
            case "r" | "Fmscr" | "Lmscr":
                self._script_command(t_s, line)
            case "Z" | "Y" | "h" | "H":
                self._say(t_s, f"{line}!{WRONG_MODE:04X}\n")
            case _ if command in "GS":
                self._say(t_s, command + self._register(line))
            case _:
                self._say(t_s, f"{command}!{UNKNOWN_COMMAND:04X}\n")

    def _script_command(self, t_s: float, line: str) -> None:
        """Run the loaded script, or move it to or from the permanent memory."""
        script = self._stored if line[0] == "L" else self._loaded
        if script is None:
            self._say(t_s, f"{line[0]}!{NO_SCRIPT:04X}\n")
            return
        self._say(t_s, f"{line[0]}\n")
        match line[0]:
            case "r":
                self._start(t_s, script)
            case "F":
                self._stored = script
            case _:
                self._loaded = script

    def _register(self, line: str) -> str:
        """Read or write a register; return the rest of the answer."""
        name, value = line[1:3], line[3:]
        if name not in self._registers:
            return f"!{UNKNOWN_REGISTER:04X}\n"
        if line[0] == "G":
            return f"{self._registers[name]}\n"
        if name == "06":
            return f"!{READ_ONLY:04X}\n"
        if not value or set(value) - set("0123456789ABCDEFabcdef"):
            return f"!{BAD_ARGUMENT:04X}\n"
        self._registers[name] = value.upper()
        return "\n"

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over answers and output lines produced since the last call, in the order they leave."""
        outbox, self._outbox = self._outbox, []
        return sorted(outbox, key=itemgetter(0))

    def run_on(self, t_s: float) -> None:
        """Run the script up to `t_s` at once; every line keeps the time it leaves at."""
        self.advance(t_s)

    def advance(self, t_s: float) -> float | None:
        """Run the script up to `t_s`; return when it next goes on."""
        run = self._run
        if run is None:
            return None
        if self._hung_until_s is not None:
            if t_s < self._hung_until_s:
                return self._hung_until_s if self._hung_until_s < float("inf") else None
            run.proceed(self._hung_until_s)
            self._hung_until_s = None
        next_s = run.advance(t_s)
        if run.lines:
            self._outbox += [(at_s, line.encode("latin-1") + b"\n") for at_s, line in run.lines]
            run.lines.clear()
        if run.resumes_s is None:
            self._run = None
        return next_s

    def power_cycle(self, t_s: float) -> None:
        """The cell is off, the script and what was loaded are gone; the permanent memory stays."""
        self.advance(t_s)
        if self._run is not None:
            self._run.close()
        self._body.reset()
        self._run = self._loaded = self._receiving = self._hung_until_s = None
        self._lines.clear()
        self._input.clear()
        self._deaf_until_s = t_s + self._options.boot_s

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this instrument: a script goes on."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Hang: a script running produces nothing more, nobody is heard (`for` seconds, else for good); or drift.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        if fault not in self.faults:
            raise ValueError(f"a potentiostat knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")
        until_s = t_s + values.get("for", float("inf"))
        if fault == "drift":
            self._body.drift(t_s, values["per_h"])
        elif self._run is not None:
            self._run.halt(t_s)
            self._hung_until_s = until_s
        else:
            self._deaf_until_s = until_s

    def state(self) -> dict[str, Any]:
        """Return whether the cell is on, at what potential, and whether a script runs."""
        body = self._body
        return {
            "cell_on": body.cell_on,
            "potential_v": body.potential_v,
            "mode": body.mode,
            "running": self._run is not None,
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> PicoFace:
    """Build an idle instrument with its cell off.

    Raises:
        ValueError: for an option that is unknown or of the wrong kind, or without a vessel.
    """
    vessel = spec.get("vessel")
    if not isinstance(vessel, str):
        raise ValueError(f"{name}: a potentiostat needs the vessel its electrodes are in")
    given = spec.get("options", {})
    options = read_options(Options, given, ignored=ELECTRODE_OPTIONS)
    front_end = FrontEnd(
        options.potential_min_v,
        options.potential_max_v,
        options.ocp_v,
        options.noise_v,
        options.noise_share,
        options.underload_share,
        options.warning_share,
        options.dac_step_v,
    )
    return PicoFace(options, PotentiostatBody(vessel, Electrode.from_options(given), front_end, twin, rng))
