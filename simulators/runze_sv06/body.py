"""A rotor that connects the common port with one of N, and is closed while it turns or stands at its home.

Ports stand at 1..N around the circle, the home half-way between N and 1. The body always knows where it is; what the
electronics know is the face's business. Turning takes a constant time per port (assumed and configurable).
"""

import math
from typing import Protocol


class Plumbing(Protocol):
    """What the rotor asks of the twin."""

    def turn(self, device: str, port: str | None, t_s: float) -> None:
        """Put the valve at a port."""
        ...


HOME = 0.5


class ValveBody:
    """One rotor.

    Attributes:
        at: Where it stands, in ports (0.5 is home), while at rest.
        ends_s: When it stops turning; None at rest.
        stuck: Whether the last turn ended because it stalled.
    """

    def __init__(self, name: str, twin: Plumbing, ports: int, port_s: float, at: float) -> None:
        self.at = at
        self.ends_s: float | None = None
        self.stuck = False
        self._name = name
        self._twin = twin
        self._ports = ports
        self._port_s = port_s
        self._began_s = 0.0
        self._target = at
        self._travel = 0.0
        self._stall = False
        twin.turn(name, self.port, 0.0)

    @property
    def port(self) -> str | None:
        """The port connected now; None while turning, at home or between ports."""
        at_port = self.ends_s is None and float(self.at).is_integer()
        return str(int(self.at)) if at_port else None

    def turn(self, target: float, t_s: float, *, search: bool = False) -> None:
        """Start turning to `target` the shorter way; `search` looks for the home first, a full turn at worst."""
        self.stuck = False
        self._began_s = t_s
        self._target = target
        self._travel = self._shortest(self.at, target)
        if search:
            self._travel = -((self.at - HOME) % self._ports)
        seconds = abs(self._travel) * self._port_s
        if search:
            seconds += abs(self._shortest(HOME, target)) * self._port_s
        if seconds > 0:
            self._twin.turn(self._name, None, t_s)
        self.ends_s = t_s if self._stall else t_s + seconds
        if self._stall:
            self._travel = 0.0

    def _shortest(self, start: float, target: float) -> float:
        up = (target - start) % self._ports
        return up if up <= self._ports / 2 else up - self._ports

    def advance(self, t_s: float) -> float | None:
        """Finish a turn that is over by `t_s`; return when the one under way ends."""
        if self.ends_s is not None and self.ends_s <= t_s:
            ends_s, self.ends_s = self.ends_s, None
            if self._stall:
                self._stall, self.stuck = False, True
                self.at = self._between(self.at)
            else:
                self.at = self._target
            self._twin.turn(self._name, self.port, ends_s)
        return self.ends_s

    def halt(self, t_s: float) -> float:
        """Stop where it is; return how many ports were still to go."""
        if self.ends_s is None:
            return 0.0
        left = (self.ends_s - t_s) / self._port_s
        self.ends_s = None
        covered = min(abs(self._travel), (t_s - self._began_s) / self._port_s)
        self.at = self._between((self.at + math.copysign(covered, self._travel) - HOME) % self._ports + HOME)
        self._twin.turn(self._name, self.port, t_s)
        return left

    def _between(self, at: float) -> float:
        """A rotor that did not reach its goal is closed, even where it would by chance be at a port."""
        return at + 0.25 if float(at).is_integer() else at

    def stall(self, t_s: float) -> None:
        """Jam: the turn under way, or the next one, stops at once."""
        turning = self.ends_s is not None
        if turning:
            self.halt(t_s)
            self.stuck = True
        else:
            self._stall = True
