"""A device for tests of the bench: answers each line, counts what happens to it, wakes when told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulators.device import Link, Twin

REPLY_DELAY_S = 0.004


@dataclass
class Parrot:
    """Repeats every line that ends in CR after 4 ms; `wake <s>` makes it say `awake` that much later."""

    link: Link
    faults: frozenset[str] = frozenset({"stall"})
    seen: list[tuple[float, bytes]] = field(default_factory=list)
    events: list[tuple[float, str]] = field(default_factory=list)
    _buffer: bytes = b""
    _outbox: list[tuple[float, bytes]] = field(default_factory=list)
    _wake_s: float | None = None

    def receive(self, t_s: float, data: bytes) -> None:
        self.seen.append((t_s, data))
        *lines, self._buffer = (self._buffer + data).split(b"\r")
        for line in lines:
            if line.startswith(b"wake "):
                self._wake_s = t_s + float(line[5:])
            elif not line.startswith(b"-"):
                self._outbox.append((t_s + REPLY_DELAY_S, b">" + line + b"\r"))

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        frames, self._outbox = self._outbox, []
        return frames

    def advance(self, t_s: float) -> float | None:
        if self._wake_s is not None and self._wake_s <= t_s:
            self._outbox.append((self._wake_s, b"awake\r"))
            self._wake_s = None
        return self._wake_s

    def power_cycle(self, t_s: float) -> None:
        self.events.append((t_s, "power_cycle"))
        self._buffer, self._wake_s = b"", None

    def opened(self, t_s: float) -> None:
        self.events.append((t_s, "opened"))

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        self.events.append((t_s, f"{fault} {dict(values)}"))

    def state(self) -> dict[str, Any]:
        return {"lines": len(self.seen), "events": [text for _, text in self.events]}


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> Parrot:
    """Build a parrot; options `kind` and `baud`."""
    options = spec.get("options", {})
    kind = options.get("kind", "serial")
    return Parrot(Link(kind, 0 if kind == "tcp" else options.get("baud", 9600), "" if kind == "tcp" else "8N1"))
