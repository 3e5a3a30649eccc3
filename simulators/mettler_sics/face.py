"""MT-SICS on the line: every command is answered, `S` when the reading is stable or its time is over.

Lines end in CR LF. Any command gives up an `S` that still waits (assumed). After a loss of power the balance zeroes
itself, and says its serial number unasked when it has started.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.mettler_sics.body import BalanceBody
from simulators.mettler_sics.dosing import DosingBody
from simulators.mettler_sics.options import Options
from simulators.mettler_sics.quantos import Quantos
from simulators.options import read_options

LONGEST = 256
DOSING = frozenset({"head_empty", "powder_stuck"})
"""Faults of a dosing head, which a mere balance does not have."""


class SicsFace:
    """One balance on its line."""

    faults = frozenset({"unsteady", "drift", *DOSING})

    def __init__(self, name: str, options: Options, twin: Twin, rng: np.random.Generator) -> None:
        if options.unit not in {"g", "mg"}:
            raise ValueError(f"unit {options.unit!r} is neither g nor mg")
        self.link = Link("serial", options.baud, "8N1")
        self._options = options
        self._balance = BalanceBody(name, twin, rng, options.readability_mg, options.noise_mg, options.settle_s)
        self._dosing = DosingBody(name, twin, options.prepare_s, options.flow_mg_s, options.patience_s)
        self._quantos = Quantos(options, self._balance, self._dosing, rng, self._say)
        self._line = bytearray()
        self._outbox: list[tuple[float, bytes]] = []
        self._waits_until_s = inf
        self._starts_s = inf
        self._refused = 0

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; every complete line is answered."""
        self.advance(t_s)
        if t_s < self._starts_s < inf:
            self._line.clear()
            return
        for byte in data:
            if byte in b"\r\n":
                line, too_long = bytes(self._line).decode("latin-1"), len(self._line) > LONGEST
                self._line.clear()
                if line.strip():
                    self._obey(t_s, ["too long"] if too_long else line.split())
            elif len(self._line) <= LONGEST:
                self._line.append(byte)
        self.advance(t_s)

    def _obey(self, t_s: float, words: Sequence[str]) -> None:
        self._waits_until_s = inf
        match words:
            case ["S"]:
                self._waits_until_s = t_s + self._options.stability_s
            case ["SI"]:
                self._say(t_s, self._reading(t_s, waiting=False))
            case ["Z"] | ["ZI"]:
                self._balance.zero(t_s)
                self._say(t_s, b"Z A" if words == ["Z"] else b"ZI S")
            case ["@"] | ["I4"]:
                self._say(t_s, f'I4 A "{self._options.serial}"'.encode())
            case ["I2"]:
                capacity_g = self._options.capacity_mg / 1000.0
                self._say(t_s, f'I2 A "{self._options.model} {capacity_g:.4f} g"'.encode())
            case ["I3"]:
                self._say(t_s, f'I3 A "{self._options.software}"'.encode())
            case [("QRA" | "QRD"), *_] if self._options.quantos:
                self._quantos.obey(t_s, words)
            case _:
                self._refused += 1
                self._say(t_s, b"ES")

    def _reading(self, t_s: float, *, waiting: bool) -> bytes:
        """Return the answer to `S` (its time has come) or `SI`."""
        falling_mg = self._dosing.fallen_mg(t_s)
        mass_mg = self._balance.shown_mg(t_s, falling_mg)
        stable = t_s >= self._balance.steady_at_s(t_s) and self._dosing.job is None
        if self._balance.true_mg(t_s, falling_mg) > self._options.capacity_mg:
            return b"S +"
        if self._balance.true_mg(t_s, falling_mg) < -0.1 * self._options.capacity_mg:
            return b"S -"
        if waiting and not stable:
            return b"S I"
        in_grams = self._options.unit == "g"
        decimals = max(0, round(-np.log10(self._options.readability_mg))) + (3 if in_grams else 0)
        value = mass_mg / 1000.0 if in_grams else mass_mg
        return f"S {'S' if stable else 'D'} {value:>10.{decimals}f} {self._options.unit}".encode()

    def _say(self, t_s: float, line: bytes) -> None:
        self._outbox.append((t_s + self._options.reply_delay_s, line + b"\r\n"))

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Let happen what happens until `t_s`; return when something happens next."""
        while (next_s := self._next_s(t_s)) <= t_s:
            if next_s == self._starts_s:
                self._starts_s = inf
                self._say(next_s, f'I4 A "{self._options.serial}"'.encode())
            elif self._quantos.next_s() <= next_s:
                self._quantos.happen(next_s)
            else:
                self._waits_until_s = inf
                self._say(t_s, self._reading(t_s, waiting=True))
        return None if next_s == inf else next_s

    def _next_s(self, t_s: float) -> float:
        answers_s = inf
        if self._waits_until_s < inf:
            steady_s = self._balance.steady_at_s(t_s) if self._dosing.job is None else inf
            answers_s = min(self._waits_until_s, max(steady_s, t_s))
        return min(self._starts_s, self._quantos.next_s(), answers_s)

    def power_cycle(self, t_s: float) -> None:
        """Stop dosing, forget what was said, start anew with what stands on the pan as zero."""
        self.advance(t_s)
        self._quantos.power_cycle(t_s)
        self._line.clear()
        self._outbox.clear()
        self._waits_until_s = inf
        self._balance.zero(t_s)
        self._balance.disturb(t_s + self._options.boot_s)
        self._starts_s = t_s + self._options.boot_s

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to a balance."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Shake the pan, let it drift, empty the head, or let no powder flow.

        Raises:
            ValueError: as `check` does.
        """
        self.advance(t_s)
        self.check(fault, values)
        for_s = values.get("for", inf)
        match fault:
            case "unsteady":
                self._balance.shake(t_s, for_s)
            case "drift":
                self._balance.drift(t_s, values["per_h"])
            case "head_empty":
                self._dosing.leave(t_s, values.get("mg", 0.0))
            case _:
                self._dosing.stick(t_s, for_s)

    def check(self, fault: str, values: Mapping[str, float]) -> None:
        """Raise ValueError for a fault that is not known, or of a dosing head where there is none."""
        known = self.faults if self._options.quantos else self.faults - DOSING
        if fault not in known:
            raise ValueError(f"this balance knows no fault {fault!r}; known are {', '.join(sorted(known))}")

    def state(self) -> dict[str, Any]:
        """Return what is true of door, head and dosing."""
        job = self._dosing.job
        return {
            "door": self._quantos.door,
            "pin": self._quantos.pin,
            "dosing": job is not None,
            "dosed": self._dosing.count if self._options.quantos else 0,
            "last_mg": self._dosing.last_mg,
            "refused": self._refused,
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> SicsFace:
    """Build a balance as it stands when the bench opens.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    return SicsFace(name, read_options(Options, spec.get("options", {})), twin, rng)
