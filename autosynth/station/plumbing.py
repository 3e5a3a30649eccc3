"""Which valve ports lie between a syringe and a vessel, and which tubes.

A path leaves the syringe through one port of its own valve, and may pass selectors: in at `common` and out at
the selected port, or the other way round. It never passes another pump or a vessel. Nothing moves here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autosynth.errors import InputError, Problem
from autosynth.station.model import LineSpec, Station

COMMON = "common"
OUTLET = "out"
"""The one port of a pump without a valve."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A valve and the port it must stand at."""

    device: str
    port: str


@dataclass(frozen=True, slots=True)
class Path:
    """The way from a pump's syringe to a vessel: valve positions and lines in order, from the syringe outwards.

    `forward` says of each line whether going outwards is going from its `from` end to its `to` end.
    """

    pump: str
    vessel: str
    hops: tuple[Hop, ...]
    lines: tuple[str, ...]
    forward: tuple[bool, ...]
    dead_volume_ml: float

    @property
    def port(self) -> str:
        """Return the port of the pump's own valve."""
        return self.hops[0].port


@dataclass(frozen=True, slots=True)
class Infusion:
    """The way out of a pump without a valve: the stock in its syringe, its one line, and the vessel at its end."""

    pump: str
    stock: str
    line: str
    forward: bool
    vessel: str


class Plumbing:
    """The graph of a station's lines, and the paths through it."""

    def __init__(self, station: Station) -> None:
        self._vessels = station.vessels
        self._devices = station.devices
        self._lines = {line.name: line for line in station.lines}
        self._at: dict[str, list[LineSpec]] = {}
        for line in station.lines:
            for end in (line.from_end, line.to_end):
                self._at.setdefault(end, []).append(line)
        self.infusers = dict(self._infusions())
        self.pumps = self._find_pumps()
        self._paths = {pump: self._reach(pump) for pump in self.pumps}
        self._reached = {pump: tuple(dict.fromkeys(each.vessel for each in ways)) for pump, ways in self._paths.items()}
        self._valves = {pump: frozenset(h.device for p in ways for h in p.hops) for pump, ways in self._paths.items()}

    def _find_pumps(self) -> tuple[str, ...]:
        """Devices with lines and no common port have a syringe behind their valve."""
        wired = {end.partition(":")[0] for end in self._at if ":" in end}
        driven = wired - self.infusers.keys()
        return tuple(name for name in self._devices if name in driven and f"{name}:{COMMON}" not in self._at)

    def _infusions(self) -> Iterator[tuple[str, Infusion]]:
        """Pumps whose own syringe is a stock, with a line from their outlet to a vessel."""
        for stock in self._vessels.values():
            end = f"{stock.loaded_in}:{OUTLET}"
            for line in self._at.get(end, ()) if stock.loaded_in else ():
                forward = line.from_end == end
                vessel = line.to_end if forward else line.from_end
                if vessel in self._vessels and stock.loaded_in:
                    yield stock.loaded_in, Infusion(stock.loaded_in, stock.name, line.name, forward, vessel)

    def infuser(self, stock: str, vessel: str) -> Infusion | None:
        """Return the pump that pushes a stock into a vessel, or None."""
        return next((way for way in self.infusers.values() if (way.stock, way.vessel) == (stock, vessel)), None)

    def ports(self, device: str) -> tuple[str, ...]:
        """Return the ports of a pump's valve or of a selector that a line is connected to, without `common`."""
        ends = (end.partition(":") for end in self._at)
        return tuple(port for name, _, port in ends if name == device and port != COMMON)

    def paths(self, pump: str) -> tuple[Path, ...]:
        """Return every path of `pump`, the shortest dead volume of each vessel first."""
        return self._paths.get(pump, ())

    def vessels(self, pump: str) -> tuple[str, ...]:
        """Return the vessels that `pump` can reach."""
        return self._reached.get(pump, ())

    def valves(self, pump: str) -> frozenset[str]:
        """Return the devices whose valves are on any path of `pump`, its own among them."""
        return self._valves.get(pump, frozenset())

    def path(self, pump: str, vessel: str) -> Path:
        """Return the path with the least dead volume.

        Raises:
            InputError: `pump` is no pump with lines, or no line leads from it to `vessel`.
        """
        for path in self.paths(pump):
            if path.vessel == vessel:
                return path
        reach = ", ".join(self.vessels(pump)) or "nothing"
        raise InputError(Problem(f"no line leads from {pump!r} to {vessel!r}", hint=f"it reaches {reach}"))

    def connected(self, pump: str, positions: Mapping[str, str | None]) -> Path | None:
        """Return the path open at these valve positions, or None when it is closed or leads nowhere."""
        for path in self.paths(pump):
            if all(positions.get(hop.device) == hop.port for hop in path.hops):
                return path
        return None

    def waste(self, pump: str) -> str:
        """Return the waste that `pump` reaches with the least dead volume.

        Raises:
            InputError: it reaches none.
        """
        for path in self.paths(pump):
            if self._vessels[path.vessel].role == "waste":
                return path.vessel
        raise InputError(Problem(f"no line leads from {pump!r} to a waste", hint="connect one of its ports to waste:"))

    def pump_to(self, *vessels: str) -> str | None:
        """Return the first pump of the station that reaches all of `vessels`, or None."""
        for pump in self.pumps:
            reach = self.vessels(pump)
            if all(vessel in reach for vessel in vessels):
                return pump
        return None

    def _reach(self, pump: str) -> tuple[Path, ...]:
        found: list[Path] = []
        for port in self.ports(pump):
            start = Path(pump, "", (Hop(pump, port),), (), (), 0.0)
            found.extend(self._onward(start, f"{pump}:{port}"))
        return tuple(sorted(found, key=lambda path: path.dead_volume_ml))

    def _onward(self, so_far: Path, end: str) -> Iterator[Path]:
        """Follow the lines at `end` of a path so far, to vessels and through selectors."""
        for line in self._at.get(end, ()):
            if line.name in so_far.lines:
                continue
            forward = line.from_end == end
            other = line.to_end if forward else line.from_end
            onward = Path(
                so_far.pump,
                other,
                so_far.hops,
                (*so_far.lines, line.name),
                (*so_far.forward, forward),
                so_far.dead_volume_ml + line.volume_ml,
            )
            if ":" not in other:
                yield onward
            else:
                yield from self._through(onward, other)

    def _through(self, so_far: Path, end: str) -> Iterator[Path]:
        """Pass a selector, in at common and out at each of its ports, or in at a port and out at common."""
        device, _, port = end.partition(":")
        if device in self.pumps or any(hop.device == device for hop in so_far.hops):
            return
        ways = [(p, f"{device}:{p}") for p in self.ports(device)] if port == COMMON else [(port, f"{device}:{COMMON}")]
        for at, out in ways:
            hops = (*so_far.hops, Hop(device, at))
            through = Path(so_far.pump, "", hops, so_far.lines, so_far.forward, so_far.dead_volume_ml)
            yield from self._onward(through, out)
