"""Serves a simulated bench from its own process: pseudo-terminals for serial ports, loopback TCP ports for the others.

Bench time is real time times a speed. The bench moves whether or not anybody listens; a client may die and come back,
and finds the bench where it has got to. One thread, one selector; a signal ends it in order. Beside the ports there
is a query port, loopback too, where tests and trainers read the truth and pull cables. It refuses every other address.
"""

import json
import signal
import socket
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from types import FrameType
from typing import Any

from simulators.bench import SimulatedBench, open_bench
from simulators.outlet import Outlet
from simulators.port import BITS_PER_BYTE, Stream
from simulators.pty_port import PtyPort
from simulators.tcp_port import TcpPort

Announce = Callable[[Mapping[str, str], str], None]
BACKLOG_BYTES = 65536
"""The most a client may be ahead of the baud rate; more is lost."""
UNPLUGGED_LOOK_S = 0.05
"""Real seconds between looks whether a pulled cable is back."""


def serve(
    bench: Mapping[str, Any], seed: int, faults: Sequence[str], speed: float, folder: str, announce: Announce
) -> None:
    """Serve a bench until SIGINT, SIGTERM or SIGHUP; `announce` is told each address's target, and the query port's.

    `folder` is where the serial ports get their names; bench time runs `speed` times as fast as real time.

    Raises:
        ValueError: the description, a fault or the speed is wrong.
    """
    if not 0 < speed <= 1e4:
        message = f"speed must be above 0 and at most 10000, not {speed}"
        raise ValueError(message)
    server = Server(open_bench(bench, seed, faults), speed, Path(folder), time.monotonic)
    with server.standing(), _ended_by_signals(server):
        announce(server.targets(), server.query.target)
        server.run()


class Server:
    """A bench, its ports, and the loop that keeps them together; `clock` gives real seconds."""

    def __init__(self, bench: SimulatedBench, speed: float, folder: Path, clock: Callable[[], float]) -> None:
        self.bench = bench
        self.selector = DefaultSelector()
        self._questions = _Query(self)
        self.query = TcpPort(self.selector, self._questions)
        self._speed = speed
        self._clock = clock
        self._began_s = clock()
        self._ending = False
        self._served: dict[str, _Served] = {}
        for number, (address, about) in enumerate(bench.addresses().items()):
            served = self._served[address] = _Served(self, address, float(about["baud"]))
            if about["kind"] == "serial":
                name = "-".join(about["devices"])[:40] or str(number)
                served.outlet = PtyPort(folder / name, self.selector, served)
            else:
                served.outlet = TcpPort(self.selector, served)

    def now_s(self) -> float:
        """Return the bench's time."""
        return (self._clock() - self._began_s) * self._speed

    def targets(self) -> dict[str, str]:
        """Return where each address of the bench can be reached: `serial:<path>` or `tcp:<host>:<port>`."""
        return {address: served.outlet.target for address, served in self._served.items()}

    def end(self) -> None:
        """Leave the loop after what is being done."""
        self._ending = True

    @contextmanager
    def standing(self) -> Generator[None]:
        """Offer all ports meanwhile."""
        outlets = [self.query, *(served.outlet for served in self._served.values())]
        try:
            for outlet in outlets:
                outlet.plug()
            yield
        finally:
            for outlet in outlets:
                outlet.pull()
            self.selector.close()

    def run(self) -> None:
        """Keep the bench moving and carry bytes until `end`."""
        while not self._ending:
            wake_s = self.bench.advance(self.now_s())
            for served in self._served.values():
                served.collect()
            self._questions.answer_due()
            for key, mask in self.selector.select(self._timeout_s(wake_s)):
                key.data(mask)

    def _timeout_s(self, wake_s: float | None) -> float | None:
        times_s = [each for each in (wake_s, self._questions.due_s) if each is not None]
        left_s = max((min(times_s) - self.now_s()) / self._speed, 0.0) if times_s else None
        if any(served.pulled for served in self._served.values()):
            return UNPLUGGED_LOOK_S if left_s is None else min(left_s, UNPLUGGED_LOOK_S)
        return left_s


class _Served:
    """One address of the bench and the port clients reach it by."""

    outlet: Outlet

    def __init__(self, server: Server, address: str, baud: float) -> None:
        self.pulled = False
        self._server = server
        self._address = address
        self._byte_s = BITS_PER_BYTE / baud if baud else 0.0
        self._free_s = 0.0
        self._stream: Stream | None = None

    def opened(self) -> None:
        """Begin a conversation; any earlier one is over."""
        try:
            self._stream = self._server.bench.connect(self._address, self._server.now_s())
        except ConnectionError:
            self._pull()

    def heard(self, data: bytes) -> None:
        """Pass a client's bytes to the bench; what it is too far ahead of the baud rate with is lost."""
        now_s = self._server.now_s()
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
            stream.close(self._server.now_s())

    def collect(self) -> None:
        """Pass what has arrived to the client, and see whether the cable is where it was."""
        now_s = self._server.now_s()
        plugged = self._server.bench.plugged(self._address, now_s)
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


class _Query:
    """Answers a line with a line of JSON: `truth`, `truth after <seconds>`, `fault <spec>` with its times from now."""

    def __init__(self, server: Server) -> None:
        self.due_s: float | None = None
        self._server = server
        self._line = bytearray()

    def opened(self) -> None:
        """Begin with an empty line."""
        self._line.clear()
        self.due_s = None

    def left(self) -> None:
        """Nothing is kept."""

    def heard(self, data: bytes) -> None:
        """Answer every complete line; an endless one is forgotten."""
        self._line += data
        while b"\n" in self._line:
            line, _, rest = self._line.partition(b"\n")
            self._line = bytearray(rest)
            try:
                self._answer(line.decode("utf-8", "replace").strip())
            except ValueError as error:
                self._send({"error": str(error)})
        if len(self._line) > BACKLOG_BYTES:
            self._line.clear()

    def answer_due(self) -> None:
        """Give the truth that was asked for later, once it is later."""
        now_s = self._server.now_s()
        if self.due_s is not None and now_s >= self.due_s:
            self.due_s = None
            self._server.bench.advance(now_s)
            self._send(self._server.bench.truth())

    def _answer(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        now_s = self._server.now_s()
        if word == "truth":
            after, _, wait = rest.partition(" ")
            if after not in ("", "after"):
                message = f"truth takes `after <seconds>`, not {rest!r}"
                raise ValueError(message)
            self.due_s = now_s + float(wait or 0.0)
            self.answer_due()
        elif word == "fault":
            self._server.bench.suffer(rest.strip(), now_s)
            self._send({"t_s": now_s})
        else:
            message = f"{word!r} is not known: ask `truth`, or `fault device:name@key=value`"
            raise ValueError(message)

    def _send(self, answer: Mapping[str, Any]) -> None:
        self._server.query.send(json.dumps(answer).encode() + b"\n")


@contextmanager
def _ended_by_signals(server: Server) -> Generator[None]:
    """End the server on a signal, at once even while it waits; the former handlers come back afterwards."""
    near, far = socket.socketpair()
    for each in (near, far):
        each.setblocking(False)

    def handle(number: int, frame: FrameType | None) -> None:
        server.end()

    def woken(mask: int) -> None:
        near.recv(64)

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in numbers}
    wakeup = signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)
    server.selector.register(near, EVENT_READ, woken)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        near.close()
        far.close()
