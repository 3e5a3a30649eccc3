"""Which vessel a syringe reaches: lines between valve ports and vessels, and where the valves stood when.

Valve positions are kept as a history, because a stroke is reported at its end and a selector may have turned on the
way. It refuses lines that end at a device nobody declared.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.twin.contents import Layout, Plug
from simulators.twin.plugs import End, pour, volume_ml

COMMON, OUT = "common", "out"
"""The inlet of a selector or sampler, and the only port of a pump without a valve, which is always open."""
VOLUME_TOLERANCE_ML = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """A tube between two endpoints, full of plugs ordered from end a to end b."""

    name: str
    a: str
    b: str
    volume_ml: float
    plugs: deque[Plug]


@dataclass(frozen=True, slots=True)
class Path:
    """An open way from a syringe to a vessel: the lines outwards, each with the end nearer the syringe."""

    hops: tuple[tuple[Line, End], ...]
    vessel: str


def build_lines(entries: Iterable[Mapping[str, Any]], layout: Layout) -> list[Line]:
    """Return the lines of a bench description, filled with gas where it names no plugs.

    Raises:
        ValueError: the plugs of a line do not sum to its volume.
    """
    lines: list[Line] = []
    for entry in entries:
        plugs: deque[Plug] = deque()
        for mixture in entry.get("plugs", ()):
            pour(plugs, layout.plug(mixture), "b")
        wanted_ml = float(entry["volume_ml"])
        if not plugs:
            pour(plugs, layout.gas(wanted_ml), "b")
        if abs(volume_ml(plugs) - wanted_ml) > VOLUME_TOLERANCE_ML:
            message = f"line {entry['name']} holds {wanted_ml:g} mL but its plugs sum to {volume_ml(plugs):g} mL"
            raise ValueError(message)
        lines.append(Line(str(entry["name"]), str(entry["a"]), str(entry["b"]), wanted_ml, plugs))
    return lines


class Plumbing:
    """Lines, and the position of every valve over time."""

    def __init__(self, lines: Sequence[Line], vessels: Iterable[str], devices: Iterable[str]) -> None:
        """Connect the lines.

        Raises:
            ValueError: two lines share an endpoint on a device, or an endpoint is neither a vessel nor on a device.
        """
        self.lines = tuple(lines)
        self._vessels = frozenset(vessels)
        self._turns: dict[str, tuple[list[float], list[str | None]]] = {name: ([], []) for name in devices}
        self._at: dict[str, tuple[Line, End]] = {}
        for line in self.lines:
            self._attach(line, line.a, "a")
            self._attach(line, line.b, "b")

    def turn(self, device: str, port: str | None, t_s: float) -> None:
        """Put a valve at a port from `t_s` on; None is closed.

        Raises:
            ValueError: there is no such device on this bench.
        """
        if device not in self._turns:
            message = f"{device} has no valve on this bench; it knows {', '.join(sorted(self._turns))}"
            raise ValueError(message)
        times, ports = self._turns[device]
        times.append(t_s)
        ports.append(port)

    def valveless(self, device: str) -> bool:
        """Tell whether a device is a pump without a valve: a line ends at its port "out"."""
        return f"{device}:{OUT}" in self._at

    def port(self, device: str, t_s: float) -> str | None:
        """Return where a valve stands at a time; None is closed."""
        times, ports = self._turns[device]
        if not times and self.valveless(device):
            return OUT
        at = bisect_right(times, t_s)
        return ports[at - 1] if at else None

    def line_at(self, device: str, port: str) -> tuple[Line | None, End]:
        """Return the line that ends at a port and which end of it that is; None where no line ends."""
        return self._at.get(f"{device}:{port}", (None, "a"))

    def vessel_at(self, device: str, port: str) -> str | None:
        """Return the vessel at the other end of the line at a port, None where no line ends or it leads on."""
        line, near = self.line_at(device, port)
        if line is None:
            return None
        far = line.b if near == "a" else line.a
        return far if far in self._vessels else None

    def turns_between(self, t0_s: float, t1_s: float) -> list[float]:
        """Return the times strictly inside an interval at which any valve turned, in order."""
        found: set[float] = set()
        for times, _ in self._turns.values():
            if times and times[-1] > t0_s:
                found.update(t for t in times[bisect_right(times, t0_s) :] if t < t1_s)
        return sorted(found)

    def path(self, pump: str, t_s: float) -> Path | None:
        """Return the way open from a pump's syringe at a time, or None."""
        port = self.port(pump, t_s)
        endpoint = None if port is None else f"{pump}:{port}"
        hops: list[tuple[Line, End]] = []
        passed: set[str] = set()
        while endpoint is not None and endpoint not in passed:
            passed.add(endpoint)
            if endpoint not in self._at:
                return None
            line, near = self._at[endpoint]
            hops.append((line, near))
            far = line.b if near == "a" else line.a
            if far in self._vessels:
                return Path(tuple(hops), far)
            endpoint = self._through_valve(far, t_s)
        return None

    def _through_valve(self, endpoint: str, t_s: float) -> str | None:
        """Return the endpoint on the other side of a selector, or None when it is turned elsewhere."""
        device, _, port = endpoint.rpartition(":")
        standing = self.port(device, t_s)
        if standing is None:
            return None
        if port == COMMON:
            return f"{device}:{standing}"
        return f"{device}:{COMMON}" if standing == port else None

    def _attach(self, line: Line, endpoint: str, end: End) -> None:
        if endpoint in self._vessels:
            return
        device = endpoint.rpartition(":")[0]
        if device not in self._turns:
            message = f"line {line.name} ends at {endpoint}, which is neither a vessel nor a port of a device"
            raise ValueError(message)
        if endpoint in self._at:
            message = f"lines {self._at[endpoint][0].name} and {line.name} both end at {endpoint}"
            raise ValueError(message)
        self._at[endpoint] = (line, end)
