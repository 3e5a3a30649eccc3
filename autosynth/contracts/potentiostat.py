"""Cyclic voltammetry: one scan a stroke, points while they arrive, the cell off at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from autosynth.contracts.device import Device, Outcome
from autosynth.errors import ArgumentError


@dataclass(frozen=True, slots=True)
class Voltammetry:
    """A cyclic scan at the instrument's own reference electrode: begin, two vertices, step and rate."""

    begin_v: float
    vertex1_v: float
    vertex2_v: float
    step_v: float
    rate_v_s: float
    current_range_a: float
    quiet_s: float = 0.0
    scans: int = 1

    @property
    def duration_s(self) -> float:
        """Return the time of all scans without the quiet time, in seconds."""
        first = abs(self.vertex1_v - self.begin_v) + abs(self.vertex2_v - self.vertex1_v)
        return self.scans * (first + abs(self.begin_v - self.vertex2_v)) / self.rate_v_s


@dataclass(frozen=True, slots=True)
class Point:
    """One measured point: seconds since the scan began, V against the reference electrode, A (anodic positive)."""

    t_s: float
    potential_v: float
    current_a: float
    overload: bool = False


class Potentiostat(Device, Protocol):
    """A potentiostat; state keys `cell_on`, `running`, `scans_done`."""

    potential_min_v: float
    potential_max_v: float
    current_max_a: float
    on_point: Callable[[Point], None] | None
    """Called for every point of a running scan, in order."""
    raw: bytes
    """The last scan exactly as the instrument sent it; before bare numbers a line with `#` says what they are."""

    async def scan(self, method: Voltammetry) -> Outcome:
        """Run one scan; returns when the cell is off again. Points went to `on_point`, bytes are in `raw`."""
        ...


class PotentiostatRange(Protocol):
    """What a potentiostat can do, as drivers' options have it."""

    @property
    def potential_min_v(self) -> float:
        """The lowest potential."""
        ...

    @property
    def potential_max_v(self) -> float:
        """The highest potential."""
        ...

    @property
    def current_max_a(self) -> float:
        """The largest current range."""
        ...


def check_range(method: Voltammetry, able: PotentiostatRange, device: str) -> None:
    """Refuse a scan beyond what a potentiostat can do, or that is none.

    Raises:
        ArgumentError: a potential or the current range is outside, or step, rate, number or quiet time is impossible.
    """
    low_v, high_v = able.potential_min_v, able.potential_max_v
    for name, potential_v in (("begin", method.begin_v), ("vertex1", method.vertex1_v), ("vertex2", method.vertex2_v)):
        if not low_v <= potential_v <= high_v:
            message = f"{name} potential {potential_v:g} V is outside {low_v:g} to {high_v:g} V"
            raise ArgumentError(message, device)
    if not 0 < method.current_range_a <= able.current_max_a:
        message = f"current range {method.current_range_a:g} A is outside 0 to {able.current_max_a:g} A"
        raise ArgumentError(message, device)
    if not (method.step_v > 0 and method.rate_v_s > 0 and method.scans >= 1 and method.quiet_s >= 0):
        message = "step and rate must be above zero, scans at least 1 and quiet time not negative"
        raise ArgumentError(message, device)
