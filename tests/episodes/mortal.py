"""A host that can die: a bench and a disk that can be cut off between any two things it does.

The bench itself is untouched by the death and goes on; what the dead host still tries to send goes nowhere, and what it
still writes goes to a disk that nobody will read.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from autosynth.journal.crashdisk import CrashDisk
from autosynth.wire.bench import Bench, BenchStream
from tests.episodes.chance import Death

ROUNDING_S = 1e-6
"""How far two clocks of different origins may differ by rounding."""
Watch = Callable[[str, bytes], None]
Feeder = Callable[[float], None]


class MortalDisk(CrashDisk):
    """A disk whose host may die just before a sync; a dead host goes on with it, alone in its world."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        super().__init__(files)
        self.host: MortalBench | None = None

    def before_sync(self) -> None:
        """Let the host die here if it is time."""
        if self.host is not None:
            self.host.count("sync")
        super().before_sync()

    def left(self, keep: random.Random | None) -> dict[str, bytes]:
        """Return the files that a loss of power leaves now; `keep` picks what stays of what was not synced.

        Files only: SQLite may be in the middle of a sync, and then takes no further disk.
        """
        return {name: bytes(file.live) for name, file in self._world.survivors(keep).items()}


class MortalBench:
    """One host's view of a bench, whose time is the host's plus `offset_s`."""

    def __init__(self, bench: Bench, watch: Watch, death: Death | None = None, offset_s: float = 0.0) -> None:
        self.bench = bench
        self.dead = False
        self.on_death: Callable[[], None] | None = None
        """Called once, at the instant of the death."""
        self.looked: Callable[[], None] | None = None
        """Called whenever the bench may have changed by itself."""
        self.feeders: list[Feeder] = []
        """What a thread of the host would go on doing after its death, each second; a sound host has none."""
        self.now_s = 0.0
        self._next_s: float | None = None
        self._watch = watch
        self._death = death
        self.offset_s = offset_s
        self._counts = {"write": 0, "sent": 0, "sync": 0}
        self._streams: list[BenchStream] = []

    def count(self, kind: str) -> None:
        """Count a write, a write that has left, or a sync, and die if this is the one."""
        self._counts[kind] += 1
        if self._death is not None and self._death.kind == kind and self._counts[kind] == self._death.at:
            self.kill()

    def kill(self) -> None:
        """Cut the host off: its streams close, nothing it writes arrives any more."""
        if self.dead:
            return
        self.dead = True
        for stream in self._streams:
            try:
                stream.close(self.now_s)
            except ConnectionError:
                continue
        if self.on_death is not None:
            self.on_death()

    def at(self, t_s: float) -> float:
        """Return the bench's time at the host's: it never goes back, and rounding does not stop short of an event."""
        at_s = t_s + self.offset_s
        if self._next_s is not None and at_s < self._next_s <= at_s + ROUNDING_S:
            at_s = self._next_s
        self.now_s = max(self.now_s, at_s)
        return self.now_s

    def addresses(self) -> Mapping[str, Mapping[str, Any]]:
        """Pass on."""
        return self.bench.addresses()

    def connect(self, address: str, t_s: float) -> BenchStream:
        """Connect a stream that dies with the host."""
        self._require_life()
        stream = self.bench.connect(address, self.at(t_s))
        self._streams.append(stream)
        return _MortalStream(self, address, stream, self._watch)

    def advance(self, t_s: float) -> float | None:
        """Advance the bench, unless dead."""
        at_s = self.at(t_s)
        if self.dead:
            return None
        self._next_s = self.bench.advance(at_s)
        if self.looked is not None:
            self.looked()
        return None if self._next_s is None else self._next_s - self.offset_s

    def files(self) -> list[tuple[str, bytes]]:
        """Pass on."""
        return self.bench.files()

    def handle(self, task: Mapping[str, Any], t_s: float) -> dict[str, Any]:
        """Pass on: people outlive the host."""
        return self.bench.handle(task, self.at(t_s))

    def unstruck(self) -> list[str]:
        """Pass on."""
        return self.bench.unstruck()

    def truth(self) -> dict[str, Any]:
        """Pass on."""
        return self.bench.truth()

    def _require_life(self) -> None:
        if self.dead:
            message = "the host is dead"
            raise ConnectionError(message)


class _MortalStream:
    def __init__(self, host: MortalBench, address: str, stream: BenchStream, watch: Watch) -> None:
        self._host = host
        self._address = address
        self._stream = stream
        self._watch = watch

    def write(self, t_s: float, data: bytes) -> None:
        at_s = self._host.at(t_s)
        if not self._host.dead:
            self._host.count("write")
        self._host._require_life()
        self._watch(self._address, data)
        self._stream.write(at_s, data)
        self._host.count("sent")
        self._host._require_life()

    def read(self, t_s: float) -> bytes:
        self._host._require_life()
        return self._stream.read(self._host.at(t_s))

    def idle(self, t_s: float) -> bool:
        return not self._host.dead and self._stream.idle(self._host.at(t_s))

    def close(self, t_s: float) -> None:
        if not self._host.dead:
            self._stream.close(self._host.at(t_s))
