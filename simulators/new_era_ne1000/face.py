"""The pump on the wire: addresses, modes, alarms, its watchdog, and what a loss of power does.

An alarm stands in the place of the answer to the next valid command, which is then not carried out, whatever it is
(assumed of questions and of STP); that acknowledges it. In Safe mode it is also sent when it happens. The watchdog runs
from the first valid packet after power or SAF. Assumed, and options: that counters are lost with power, reply delay,
start-up time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.gain import true_gain
from simulators.new_era_ne1000.body import PlungerBody
from simulators.new_era_ne1000.commands import Commands
from simulators.new_era_ne1000.frames import Reader, line, packet
from simulators.new_era_ne1000.settings import Settings
from simulators.options import read_options


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description.

    Attributes:
        address: Network address 0..99.
        syringe_ml, plunger_ml: What the syringe holds when full, and when the bench opened (for the twin).
        diameter_mm: Diameter that was set before the bench opened.
        safe_s: Watchdog that was set before; 0 for Basic mode.
        alarm: The alarm that waits to be acknowledged: "R" as after power-up, "" for none.
        gain_sd: Standard deviation of the pump's true gain about 1.
        packets_in_basic: Whether a packet is understood in Basic mode.
        keeps_count: Whether counters outlive a loss of power (assumed not).
        stall_s: How long the motor runs before it notices that the plunger sticks (assumed).
        version: What VER answers.
    """

    address: int = 0
    syringe_ml: float = 10.0
    plunger_ml: float = 0.0
    diameter_mm: float = 26.59
    safe_s: int = 0
    alarm: str = "R"
    gain_sd: float = 0.004
    packets_in_basic: bool = True
    keeps_count: bool = False
    stall_s: float = 0.5
    version: str = "NE1000V3.928"
    baud: int = 19200
    reply_delay_s: float = 0.005
    boot_s: float = 1.0


class NewEraFace:
    """One pump on its bus."""

    faults = frozenset({"stall", "drift", "leak"})

    def __init__(self, name: str, options: Options, twin: Twin, gain: float) -> None:
        if not 0 <= options.address <= 99 or not 0 <= options.safe_s <= 255:
            raise ValueError(f"address {options.address} or safe_s {options.safe_s} does not exist")
        self.link = Link("serial", options.baud, "8N1")
        self._name = name
        self._twin = twin
        self._options = options
        self._gain = gain
        self._body = PlungerBody(name, twin, gain, options.stall_s)
        self._commands = Commands(self._body, Settings(options.diameter_mm, safe_s=options.safe_s), options.version)
        self._reader = Reader()
        self._outbox: list[tuple[float, bytes]] = []
        self._alarm = options.alarm
        self._starts_s = inf
        self._expires_s = inf

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; commands for other addresses and while starting up are ignored."""
        self.advance(t_s)
        if self._starts_s < inf:
            self._reader.reset()
            return
        settings = self._commands.settings
        options = self._options
        for text, packed in self._reader.feed(t_s, data, safe=settings.safe_s > 0, packets=options.packets_in_basic):
            if text is None:
                self._say(t_s, f"{self._commands.letter()}?COM", safe=True)
                continue
            digits = len(text) - len(text.lstrip("0123456789"))
            address, command = text[:digits], text[digits:]
            if digits > 2 or int(address or 0) != options.address:
                continue
            self._answer(t_s, command, packed)

    def _answer(self, t_s: float, command: str, packed: bool) -> None:
        settings = self._commands.settings
        if packed and settings.safe_s:
            self._expires_s = t_s + settings.safe_s
        if self._alarm:
            alarm, self._alarm = self._alarm, ""
            self._say(t_s, f"A?{alarm}", safe=settings.safe_s > 0)
            return
        before_s = settings.safe_s
        data = self._commands.obey(t_s, command)
        if settings.safe_s != before_s:
            self._expires_s = t_s + settings.safe_s if settings.safe_s else inf
        self._say(t_s, f"{self._commands.letter()}{data}", safe=settings.safe_s > 0)

    def _say(self, t_s: float, text: str, *, safe: bool) -> None:
        whole = f"{self._options.address:02d}{text}"
        self._outbox.append((t_s + self._options.reply_delay_s, packet(whole) if safe else line(whole)))

    def _raise_alarm(self, t_s: float, alarm: str) -> None:
        """Let an alarm wait for its acknowledgement; in Safe mode it is sent at once, too."""
        self._alarm = alarm
        if self._commands.settings.safe_s:
            self._say(t_s, f"A?{alarm}", safe=True)

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Let happen what happens until `t_s`; return when something happens next."""
        while (next_s := min(self._starts_s, self._expires_s, self._body.next_s())) <= t_s:
            if next_s == self._starts_s:
                self._starts_s = inf
                self._raise_alarm(next_s, "R")
            elif next_s == self._expires_s:
                self._expires_s = inf
                self._body.end(next_s)
                self._commands.stopped()
                self._raise_alarm(next_s, "T")
            else:
                free = self._body.end(next_s)
                self._commands.stopped()
                if not free:
                    self._raise_alarm(next_s, "S")
        return None if next_s == inf else next_s

    def power_cycle(self, t_s: float) -> None:
        """Stop where it is; settings stay, counters go, and the first answer will be an alarm."""
        self.advance(t_s)
        self._body.end(t_s)
        self._commands.stopped()
        if not self._options.keeps_count:
            self._body.infused_ml = self._body.withdrawn_ml = 0.0
        self._reader.reset()
        self._outbox.clear()
        self._alarm = ""
        self._expires_s = inf
        self._starts_s = t_s + self._options.boot_s

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this pump."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Make the plunger stick (`at_ml`: when the counter comes to that), or volumes go astray.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        match fault:
            case "stall":
                self._body.stall(t_s, values.get("at_ml"))
            case "drift":
                self._body.drift(t_s, values["per_h"])
            case "leak":
                self._twin.leak(self._name, values["share"])
            case _:
                known = ", ".join(sorted(self.faults))
                raise ValueError(f"this pump knows no fault {fault!r}; known are {known}")

    def waits(self, fault: str) -> bool:
        """Tell whether the plunger is yet to stick."""
        return fault == "stall" and self._body.will_stick

    def state(self) -> dict[str, Any]:
        """Return what the motor has really counted (a stroke under way is not in it yet) and what waits."""
        return {
            "gain": self._gain,
            "infused_ml": self._body.infused_ml,
            "withdrawn_ml": self._body.withdrawn_ml,
            "status": self._commands.letter(),
            "alarm": self._alarm,
            "safe_s": self._commands.settings.safe_s,
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> NewEraFace:
    """Build a pump as it stands when the bench opens; its true gain comes from `rng`.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    options = read_options(Options, spec.get("options", {}), ignored={"syringe"})
    return NewEraFace(name, options, twin, true_gain(options.gain_sd, rng))
