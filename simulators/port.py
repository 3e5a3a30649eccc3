"""A port of the simulated bench: bytes take time on the wire, in order, and only an open port hears them.

Serial bytes take ten bit times; devices on one bus share the line towards the host. It refuses to know what the bytes
mean. Times are the bench's.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from typing import Protocol

from simulators.device import Link

BITS_PER_BYTE = 10
TCP_LATENCY_S = 2e-4
TCP_BYTE_S = 1e-7


@dataclass(slots=True)
class _Flight:
    """A frame on the line, or arrived and not yet read to its end."""

    start_s: float
    end_s: float
    data: bytes
    sender: int
    read: int = 0


@dataclass(slots=True)
class Port:
    """The wire of one address, seen from the bench.

    Attributes:
        address: Its name.
        link: Kind, baud and framing.
        units: Which of the bench's devices sit on it.
        unplugged_until_s: No connection before this time.
        generation: Counts openings and closings; a stream of an earlier one is dead.
        pulled: Counts unplugging; bytes under way then are lost.
        wake_s: When the bench will next look for an arrival.
    """

    address: str
    link: Link
    units: Sequence[int]
    unplugged_until_s: float = -inf
    generation: int = 0
    pulled: int = 0
    wake_s: float | None = None
    byte_s: float = field(init=False)
    latency_s: float = field(init=False)
    _out_free_s: float = 0.0
    _in_free_s: float = 0.0
    waiting: list[tuple[float, int, bytes, int]] = field(default_factory=list[tuple[float, int, bytes, int]])
    flying: deque[_Flight] = field(default_factory=deque[_Flight])
    _count: int = 0

    def __post_init__(self) -> None:
        """Derive the time a byte takes.

        Raises:
            ValueError: a serial link without a baud rate.
        """
        if self.link.kind == "serial":
            if self.link.baud <= 0:
                message = f"serial port {self.address} needs a baud rate, not {self.link.baud}"
                raise ValueError(message)
            self.byte_s, self.latency_s = BITS_PER_BYTE / self.link.baud, 0.0
        else:
            self.byte_s, self.latency_s = TCP_BYTE_S, TCP_LATENCY_S

    def send(self, t_s: float, count: int) -> float:
        """Take bytes from the host; return when the last of them reaches the devices."""
        start_s = max(t_s, self._out_free_s)
        self._out_free_s = start_s + count * self.byte_s
        return self._out_free_s + self.latency_s

    def queue(self, frames: Sequence[tuple[float, bytes]], sender: int) -> float:
        """Take frames a device lets go at their times; return when the first will be here if nothing comes between."""
        first_s, byte_s, free_s, number = inf, self.byte_s, self._in_free_s, self._count
        for t_s, data in frames:
            number += 1
            heappush(self.waiting, (t_s, number, data, sender))
            arrival_s = (t_s if t_s > free_s else free_s) + len(data) * byte_s
            if arrival_s < first_s:
                first_s = arrival_s
        self._count = number
        return first_s + self.latency_s

    def settle(self, t_s: float) -> float | None:
        """Put frames whose time has come on the line; return the next arrival after `t_s`, or None."""
        waiting, flying = self.waiting, self.flying
        while waiting and waiting[0][0] <= t_s:
            leaves_s, _, data, sender = heappop(waiting)
            start_s = max(leaves_s, self._in_free_s)
            self._in_free_s = start_s + len(data) * self.byte_s
            flying.append(_Flight(start_s + self.latency_s, self._in_free_s + self.latency_s, data, sender))
        arrival_s: float | None = None
        for flight in reversed(flying):
            if flight.end_s <= t_s:
                break
            arrival_s = flight.end_s
        if arrival_s is not None:
            return arrival_s
        if waiting:
            return max(waiting[0][0], self._in_free_s) + len(waiting[0][2]) * self.byte_s + self.latency_s
        return None

    def read(self, t_s: float) -> bytes:
        """Hand over all bytes that have arrived by `t_s`."""
        if not self.flying and not self.waiting:
            return b""
        self.settle(t_s)
        flying = self.flying
        arrived: list[bytes] = []
        while flying and flying[0].end_s <= t_s:
            flight = flying.popleft()
            arrived.append(flight.data[flight.read :] if flight.read else flight.data)
        if flying and flying[0].start_s < t_s:
            flight = flying[0]
            whole = min(len(flight.data), int((t_s - flight.start_s) / self.byte_s + 1e-9))
            if whole > flight.read:
                arrived.append(flight.data[flight.read : whole])
                flight.read = whole
        return arrived[0] if len(arrived) == 1 else b"".join(arrived)

    def forget(self, t_s: float) -> None:
        """Lose what has arrived unread (a port newly opened hears only what comes)."""
        self.read(t_s)

    def silence(self, t_s: float, sender: int | None) -> None:
        """Lose the bytes a device (None: every device) has not yet put on the line."""
        self.settle(t_s)
        self.waiting = [w for w in self.waiting if sender is not None and w[3] != sender]
        heapify(self.waiting)
        kept: deque[_Flight] = deque()
        for flight in self.flying:
            if sender is None or flight.sender == sender:
                sent = int((t_s - flight.start_s) / self.byte_s + 1e-9)
                flight.data = flight.data[: max(sent, flight.read)]
                flight.end_s = min(flight.end_s, max(t_s, flight.start_s))
            if len(flight.data) > flight.read:
                kept.append(flight)
        self.flying = kept
        self._in_free_s = max((flight.end_s for flight in kept), default=t_s)


class StreamOwner(Protocol):
    """What a stream needs of its bench."""

    def advance(self, t_s: float) -> float | None:
        """Bring the bench to a time."""
        ...

    def deliver(self, port: Port, t_s: float, data: bytes) -> None:
        """Let the devices of a port have bytes when they arrive."""
        ...


class Stream:
    """The host's hold on an open port; opening the port again or pulling the plug ends it."""

    __slots__ = ("_bench", "_generation", "_port")

    def __init__(self, bench: StreamOwner, port: Port) -> None:
        """Hold a port that has just been opened."""
        self._bench = bench
        self._port = port
        self._generation = port.generation

    def write(self, t_s: float, data: bytes) -> None:
        """Send bytes.

        Raises:
            ConnectionError: the port was closed, opened anew or unplugged.
        """
        self._bench.advance(t_s)
        self._check()
        if data:
            self._bench.deliver(self._port, self._port.send(t_s, len(data)), bytes(data))

    def read(self, t_s: float) -> bytes:
        """Return all bytes that have arrived.

        Raises:
            ConnectionError: the port was closed, opened anew or unplugged.
        """
        self._bench.advance(t_s)
        self._check()
        return self._port.read(t_s)

    def idle(self, t_s: float) -> bool:
        """Tell whether a read at `t_s`, to which the bench was brought, would surely give nothing."""
        port = self._port
        if (port.flying and port.flying[0].start_s < t_s) or (port.waiting and port.waiting[0][0] <= t_s):
            return False
        return self._generation == port.generation

    def close(self, t_s: float) -> None:
        """Give the port back; closing twice does nothing."""
        self._bench.advance(t_s)
        if self._generation == self._port.generation:
            self._port.generation += 1

    def _check(self) -> None:
        if self._generation != self._port.generation:
            message = f"port {self._port.address} is no longer open"
            raise ConnectionError(message)
