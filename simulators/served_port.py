"""One address of a served bench: what a client does at the port becomes what a host does to the bench, and back.

It knows neither pseudo-terminals nor sockets, only an outlet; times are the bench's.
"""

from collections.abc import Callable

from simulators.bench import SimulatedBench
from simulators.outlet import Outlet
from simulators.port import BITS_PER_BYTE, Stream

BACKLOG_BYTES = 65536
"""The most a client may be ahead of the baud rate; more is lost."""


class ServedPort:
    """An address and the outlet that clients open; `outlet` is set before anything happens."""

    outlet: Outlet

    def __init__(self, bench: SimulatedBench, address: str, baud: float, now_s: Callable[[], float]) -> None:
        self.pulled = False
        self._bench = bench
        self._address = address
        self._byte_s = BITS_PER_BYTE / baud if baud else 0.0
        self._now_s = now_s
        self._free_s = 0.0
        self._stream: Stream | None = None

    def opened(self) -> None:
        """Begin a conversation; any earlier one is over."""
        try:
            self._stream = self._bench.connect(self._address, self._now_s())
        except ConnectionError:
            self._pull()

    def heard(self, data: bytes) -> None:
        """Pass a client's bytes to the bench; what it is too far ahead of the baud rate with is lost."""
        now_s = self._now_s()
        start_s = max(self._free_s, now_s)
        if self._stream is None or start_s - now_s > BACKLOG_BYTES * self._byte_s > 0:
            return
        self._free_s = start_s + len(data) * self._byte_s
        try:
            self._stream.write(now_s, data)
        except ConnectionError:
            self._pull()

    def left(self) -> None:
        """End the conversation; the devices go on with what they are doing."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.close(self._now_s())

    def collect(self) -> None:
        """Pass what has arrived to the client, and see whether the cable is where it was."""
        now_s = self._now_s()
        self._bench.advance(now_s)
        plugged = self._bench.plugged(self._address, now_s)
        if self.pulled and plugged:
            self.pulled = False
            self.outlet.plug()
        elif not self.pulled and not plugged:
            self._pull()
        if self._stream is not None:
            try:
                data = self._stream.read(now_s)
            except ConnectionError:  # pulled and plugged in again since the last look
                self._pull()
            else:
                self.outlet.send(data)

    def _pull(self) -> None:
        self.pulled = True
        self._stream = None
        self.outlet.pull()
