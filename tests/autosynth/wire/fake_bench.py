"""A bench of line-speaking devices written in a few lines: a script of delayed answers per request."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Event, Reply

Answer = Callable[[bytes], Sequence[tuple[float, bytes]]]
"""Request -> (delay in seconds, bytes) pairs."""


class FakeBench:
    """Devices that answer after a delay; `unplugged` addresses raise ConnectionError."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.unplugged: set[str] = set()
        self.ports: dict[str, FakePort] = {}
        self.told: list[float] = []
        self._wakes: list[float] = []

    def addresses(self) -> Mapping[str, Mapping[str, Any]]:
        return {name: {"devices": [name], "kind": "serial", "baud": 9600, "framing": "8N1"} for name in self.answers}

    def connect(self, address: str, t_s: float) -> "FakePort":
        if address in self.unplugged:
            raise ConnectionError("unplugged")
        self.ports[address] = FakePort(self, address)
        return self.ports[address]

    def advance(self, t_s: float) -> float | None:
        self.told.append(t_s)
        while self._wakes and self._wakes[0] <= t_s:
            heapq.heappop(self._wakes)
        return self._wakes[0] if self._wakes else None

    def wake_at(self, t_s: float) -> None:
        heapq.heappush(self._wakes, t_s)

    def files(self) -> list[tuple[str, bytes]]:
        return []

    def handle(self, task: Mapping[str, Any], t_s: float) -> dict[str, Any]:
        raise ValueError(f"nobody is at this bench to {task.get('do')}")

    def unstruck(self) -> list[str]:
        return []

    def truth(self) -> dict[str, Any]:
        return {}


class FakePort:
    def __init__(self, bench: FakeBench, address: str) -> None:
        self._bench = bench
        self._address = address
        self.written: list[tuple[float, bytes]] = []
        self.due: list[tuple[float, bytes]] = []
        self.closed = False

    def write(self, t_s: float, data: bytes) -> None:
        self._check()
        self.written.append((t_s, data))
        for delay_s, answer in self._bench.answers[self._address](data):
            self.say(t_s + delay_s, answer)

    def say(self, t_s: float, data: bytes) -> None:
        self.due.append((t_s, data))
        self._bench.wake_at(t_s)

    def read(self, t_s: float) -> bytes:
        self._check()
        ready = [data for due_s, data in self.due if due_s <= t_s]
        self.due = [(due_s, data) for due_s, data in self.due if due_s > t_s]
        return b"".join(ready)

    def idle(self, t_s: float) -> bool:
        del t_s
        return not self.due and self._address not in self._bench.unplugged

    def close(self, t_s: float) -> None:
        self.closed = True

    def _check(self) -> None:
        if self._address in self._bench.unplugged:
            raise ConnectionError("unplugged")


class LineFraming:
    """Lines ending in LF; those beginning with `#` are events, those beginning with `?` are garbage."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self) -> Reply | Event | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            return None
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        if line.startswith(b"?"):
            raise GarbledReplyError("not a line of ours", received=line)
        return Event(line) if line.startswith(b"#") else Reply(line)

    def reset(self) -> None:
        self._buffer.clear()
