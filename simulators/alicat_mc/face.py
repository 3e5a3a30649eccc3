"""An Alicat controller on a line: a letter and a carriage return are answered with all that it measures.

Written from the MC series manual, pages 36, 41 and 43. Letters count in either case, and whatever is not for its own
letter is for another unit on the line. Set-points below zero or above its full scale, and what it does not understand,
are answered with "?" (assumed for set-points). Whether the set-point outlives a loss of power is chosen on the
instrument; as shipped it does (assumed).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.alicat_mc.body import FlowBody
from simulators.device import Link, Twin
from simulators.options import read_options

LONGEST = 64
REFUSED = "?"


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description; flows in its own units, `ml_min` mL/min each.

    Attributes:
        unit: The letter that it answers to.
        full_scale: Its highest set-point.
        ml_min: What one of its units is in mL/min at 25 °C and 1 atm.
        decimals: How many it shows of a flow.
        gas: What it is set for.
        firmware: What it says of itself.
        tau_s: How quickly the flow follows.
        noise_frac: Standard deviation of a reading, of full scale.
        keeps: Whether the set-point outlives a loss of power.
    """

    unit: str = "A"
    full_scale: float = 1000.0
    ml_min: float = 1.0
    decimals: int = 0
    gas: str = "N2"
    firmware: str = "10v05"
    pressure_psia: float = 14.7
    temperature_c: float = 25.0
    tau_s: float = 0.15
    noise_frac: float = 0.0005
    keeps: bool = True
    baud: int = 19200
    reply_delay_s: float = 0.005
    boot_s: float = 1.0


class AlicatFace:
    """One controller on its line."""

    faults = frozenset({"supply_lost"})

    def __init__(self, options: Options, rng: np.random.Generator) -> None:
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._rng = rng
        self._body = FlowBody(options.tau_s)
        self._line = bytearray()
        self._outbox: list[tuple[float, bytes]] = []
        self._deaf_until_s = 0.0

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; every complete line for this unit is answered."""
        self.advance(t_s)
        if t_s < self._deaf_until_s:
            self._line.clear()
            return
        for byte in data:
            if byte != 0x0D:
                self._line += bytes((byte,)) if len(self._line) <= LONGEST else b""
                continue
            line, too_long = bytes(self._line).decode("latin-1").strip().upper(), len(self._line) > LONGEST
            self._line.clear()
            if line.startswith(self._options.unit) and not too_long:
                self._say(t_s, self._answer(t_s, line[1:].strip()))

    def _say(self, t_s: float, text: str) -> None:
        self._outbox.append((t_s + self._options.reply_delay_s, f"{text}\r".encode("latin-1")))

    def _answer(self, t_s: float, command: str) -> str:
        if command == "":
            return self._frame(t_s)
        if command == "VE":
            return f"{self._options.unit}   {self._options.firmware}"
        if command.startswith("S"):
            target = _number(command[1:])
            if target is not None and 0.0 <= target <= self._options.full_scale:
                self._body.follow(t_s, round(target, self._options.decimals))
                return self._frame(t_s)
        return REFUSED

    def _frame(self, t_s: float) -> str:
        """Return unit, pressure, temperature, volumetric flow, mass flow, set-point and gas."""
        options, body = self._options, self._body
        flow = body.flow(t_s) + options.noise_frac * options.full_scale * float(self._rng.standard_normal())
        width = 5 + options.decimals
        shown = [f"{each:+0{width}.{options.decimals}f}" for each in (flow, flow, body.target)]
        pressure, temperature = f"{options.pressure_psia:+07.2f}", f"{options.temperature_c:+07.2f}"
        return " ".join([options.unit, pressure, temperature, *shown, f"{options.gas:>6}"])

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Let the supply come back by `t_s`; return when it will."""
        return self._body.advance(t_s)

    def power_cycle(self, t_s: float) -> None:
        """Close while there is no power; go on as before, or closed, as was chosen."""
        self.advance(t_s)
        self._line.clear()
        self._deaf_until_s = t_s + self._options.boot_s
        if not self._options.keeps:
            self._body.follow(t_s, 0.0)

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this controller."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Let no gas come (`for` seconds, else for good).

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        if fault not in self.faults:
            raise ValueError(f"a flow controller knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")
        self._body.lose_supply(t_s, values.get("for", float("inf")))

    def state(self) -> dict[str, Any]:
        """Return the set-point, mL/min at 25 °C and 1 atm."""
        return {"target_ml_min": self._body.target * self._options.ml_min, "gas": self._options.gas}


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> AlicatFace:
    """Build a closed controller.

    Raises:
        ValueError: for an option that is unknown or of the wrong kind.
    """
    return AlicatFace(read_options(Options, spec.get("options", {})), rng)
