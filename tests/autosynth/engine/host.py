"""A host's view of a simulated bench: it sees every write, and can be cut off at once while the bench goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.engine.run import OpenRun
from autosynth.wire.bench import Bench, BenchStream

PUMP, SELECTOR, PLATE, POTENTIOSTAT = (f"serial:/dev/ttyUSB{number}" for number in range(4))
"""Ports of the two small benches; the smaller one has its plate at the second."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes that left the host, and what the journal had on its disk when they did."""

    t_s: float
    address: str
    data: bytes
    durable_seq: int
    open_intents: tuple[int, ...]


class Host:
    """Passes everything on to the bench until it is killed; a killed host's writes go nowhere.

    `later_s` is the bench's time when this host's time is zero: a later run on the same bench.
    """

    def __init__(self, bench: Bench, later_s: float = 0.0) -> None:
        self.bench = bench
        self.later_s = later_s
        self.sent: list[Sent] = []
        self.before_sending: Callable[[Sent], None] | None = None
        """Called with every write before it reaches the bench."""
        self.dead = False
        self.now_s = 0.0
        self._run: OpenRun | None = None
        self._streams: list[_HostStream] = []

    def watch(self, run: OpenRun) -> None:
        """Note from now on what the journal of `run` has on its disk at every write."""
        self._run = run

    def kill(self) -> None:
        """Cut the host off: its ports close, nothing that it still writes arrives."""
        for stream in self._streams:
            stream.cut()
        self.dead = True

    def addresses(self) -> Mapping[str, Mapping[str, Any]]:
        return self.bench.addresses()

    def connect(self, address: str, t_s: float) -> BenchStream:
        if self.dead:
            raise ConnectionError("the host is dead")
        stream = _HostStream(self, address, self.bench.connect(address, t_s + self.later_s))
        self._streams.append(stream)
        return stream

    def advance(self, t_s: float) -> float | None:
        self.now_s = max(self.now_s, t_s)
        wake_s = None if self.dead else self.bench.advance(t_s + self.later_s)
        return None if wake_s is None else wake_s - self.later_s

    def files(self) -> list[tuple[str, bytes]]:
        return self.bench.files()

    def handle(self, task: Mapping[str, Any], t_s: float) -> dict[str, Any]:
        return self.bench.handle(task, t_s + self.later_s)

    def unstruck(self) -> list[str]:
        return self.bench.unstruck()

    def truth(self) -> dict[str, Any]:
        return self.bench.truth()

    def note(self, t_s: float, address: str, data: bytes) -> None:
        """Remember a write."""
        durable, intents = 0, tuple[int, ...]()
        if self._run is not None:
            durable = self._run.session.recorder.journal.store.tail()[0]
            intents = tuple(self._run.history.open_intents)
        sent = Sent(t_s, address, data, durable, intents)
        if self.before_sending is not None:
            self.before_sending(sent)
        self.sent.append(sent)


class _HostStream:
    def __init__(self, host: Host, address: str, stream: BenchStream) -> None:
        self._host = host
        self._address = address
        self._stream = stream
        self._closed = False

    def cut(self) -> None:
        if not self._closed:
            self._closed = True
            self._stream.close(self._host.now_s + self._host.later_s)

    def write(self, t_s: float, data: bytes) -> None:
        if self._host.dead:
            raise ConnectionError("the host is dead")
        self._host.note(t_s, self._address, data)
        if self._host.dead:
            raise ConnectionError("the host is dead")
        self._stream.write(t_s + self._host.later_s, data)

    def read(self, t_s: float) -> bytes:
        if self._host.dead:
            raise ConnectionError("the host is dead")
        return self._stream.read(t_s + self._host.later_s)

    def idle(self, t_s: float) -> bool:
        return not self._host.dead and self._stream.idle(t_s + self._host.later_s)

    def close(self, t_s: float) -> None:
        if not self._closed:
            self._closed = True
            self._stream.close(t_s + self._host.later_s)


def moves(sent: Sent) -> bool:
    """Tell whether bytes make something move, heat or scan: read from the protocols, not from the drivers."""
    data = sent.data
    if sent.address == PUMP:
        body = data[3 : data.index(b"\x03")] if b"\x03" in data else data
        return (body.endswith(b"R") and body[:1] in b"AIOZY") or body.startswith(b"N1Z")
    if sent.address == SELECTOR:
        return data[2:3] in {b"\x44", b"\xa4", b"\x45"}
    if sent.address == PLATE:
        return data.startswith((b"START_", b"OUT_SP_1 ", b"OUT_SP_4 "))
    return data.startswith(b"e\n")
