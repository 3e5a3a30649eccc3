"""Serves a simulated bench from its own process: pseudo-terminals for serial ports, loopback TCP ports for the others.

Bench time is real time times a speed. The bench moves whether or not anybody listens; a client may die and come back,
and finds the bench where it has got to. One thread, one selector; a signal ends it in order. It listens on no other
address than loopback.
"""

import signal
import socket
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path, PurePosixPath
from selectors import EVENT_READ, DefaultSelector
from types import FrameType
from typing import Any

from simulators.bench import SimulatedBench, open_bench
from simulators.pty_port import PtyPort
from simulators.query import Query
from simulators.served_port import ServedPort
from simulators.tcp_port import TcpPort

Announce = Callable[[Mapping[str, str], str], None]
FASTEST = 1e4
LOOK_S = 0.05
"""Real seconds between looks whether a pulled cable is back."""


def serve(
    bench: Mapping[str, Any], seed: int, faults: Sequence[str], speed: float, folder: str, announce: Announce
) -> None:
    """Serve a bench until SIGINT, SIGTERM or SIGHUP; `announce` is told each address's target, and the query port's.

    `folder` is where the serial ports get their names and where instruments write their files; bench time runs `speed`
    times as fast as real time.

    Raises:
        ValueError: the description, a fault or the speed is wrong.
    """
    if not 0 < speed <= FASTEST:
        message = f"speed must be above 0 and at most {FASTEST:g}, not {speed:g}"
        raise ValueError(message)
    server = Server(open_bench(bench, seed, faults), speed, Path(folder), time.monotonic)
    for part in ("scipy.fft", "scipy.integrate"):
        import_module(part)  # they load slowly, and soon somebody waits for an instrument
    with server.standing(), _ended_by_signals(server):
        announce(server.targets(), server.query.port.target)
        server.run()


class Server:
    """A bench, its ports, and the loop that keeps them together; `clock` gives real seconds."""

    def __init__(self, bench: SimulatedBench, speed: float, folder: Path, clock: Callable[[], float]) -> None:
        self._bench = bench
        self._folder = folder
        self._selector = DefaultSelector()
        self._speed = speed
        self._clock = clock
        self._began_s = clock()
        self._ending = False
        self._bell, self._rope = socket.socketpair()
        self._selector.register(self._bell, EVENT_READ, self._rung)
        self.query = Query(self._selector, bench, self.now_s)
        self._served: dict[str, ServedPort] = {}
        self._folders: dict[str, Path] = {}
        for address, about in bench.addresses().items():
            if about["kind"] == "folder":
                self._folders[address] = folder / "files" / about["devices"][0]
                continue
            served = self._served[address] = ServedPort(bench, address, float(about["baud"]), self.now_s)
            if about["kind"] == "serial":
                served.outlet = PtyPort(folder / "-".join(about["devices"]), self._selector, served)
            else:
                served.outlet = TcpPort(self._selector, served)

    def now_s(self) -> float:
        """Return the bench's time."""
        return (self._clock() - self._began_s) * self._speed

    def targets(self) -> dict[str, str]:
        """Return where each address of the bench is: `serial:<path>`, `tcp:<host>:<port>` or `folder:<path>`."""
        wired = {address: served.outlet.target for address, served in self._served.items()}
        return wired | {address: f"folder:{folder}" for address, folder in self._folders.items()}

    @contextmanager
    def standing(self) -> Generator[None]:
        """Offer all ports meanwhile."""
        outlets = [self.query.port, *(served.outlet for served in self._served.values())]
        for folder in self._folders.values():  # there before the first file, as an instrument's own folder is
            folder.mkdir(parents=True, exist_ok=True)
        try:
            for outlet in outlets:
                outlet.plug()
            yield
        finally:
            for outlet in outlets:
                outlet.pull()
            self._selector.close()
            self._bell.close()
            self._rope.close()

    def run(self) -> None:
        """Keep the bench moving and carry bytes until `end`."""
        while not self._ending:
            wake_s = self._bench.advance(self.now_s())
            self._write_files()
            for served in self._served.values():
                served.collect()
            self.query.answer_due()
            for key, mask in self._selector.select(self._timeout_s(wake_s)):
                key.data(mask)

    def end(self) -> None:
        """Leave the loop after what is being done; may be called from a signal handler or another thread."""
        self._ending = True
        self._rope.send(b"!")

    def _write_files(self) -> None:
        """Write what instruments have dropped, each file whole under its name at once."""
        for path, content in self._bench.files():
            place = self._folder.joinpath("files", *PurePosixPath(path).parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            passing = place.with_name(f".{place.name}.part")
            passing.write_bytes(content)
            passing.replace(place)

    def _rung(self, mask: int) -> None:
        self._bell.recv(64)

    def _timeout_s(self, wake_s: float | None) -> float | None:
        """Return the real time to the next thing to do.

        Collecting may have brought the bench beyond `wake_s`; then there is no waiting, and the bench is asked again.
        """
        times_s = [each for each in (wake_s, self.query.due_s) if each is not None]
        left_s = max((min(times_s) - self.now_s()) / self._speed, 0.0) if times_s else None
        if any(served.pulled for served in self._served.values()):
            return LOOK_S if left_s is None else min(left_s, LOOK_S)
        return left_s


@contextmanager
def _ended_by_signals(server: Server) -> Generator[None]:
    """End the server on a signal; the former handlers come back afterwards."""

    def handle(number: int, frame: FrameType | None) -> None:
        server.end()

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
