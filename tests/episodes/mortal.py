"""A host that can die: a bench whose streams can be cut off at once, and which watches every motion command.

The bench itself is untouched by the death and goes on; what the dead host still tries to send goes nowhere.
"""

from collections.abc import Callable, Mapping
from typing import Any

from autosynth.wire.bench import Bench, BenchStream

Watch = Callable[[str, bytes], None]


class MortalBench:
    """One host's view of a bench."""

    def __init__(self, bench: Bench, watch: Watch) -> None:
        self.bench = bench
        self.watch = watch
        self.dead = False
        self._streams: list[tuple[BenchStream, float]] = []
        self.now_s = 0.0

    def kill(self) -> None:
        """Cut the host off: its streams close, nothing it writes arrives any more."""
        self.dead = True
        for stream, _ in self._streams:
            try:
                stream.close(self.now_s)
            except ConnectionError:
                continue

    def addresses(self) -> Mapping[str, Mapping[str, Any]]:
        """Pass on."""
        return self.bench.addresses()

    def connect(self, address: str, t_s: float) -> BenchStream:
        """Connect a stream that dies with the host."""
        if self.dead:
            raise ConnectionError("the host is dead")
        stream = self.bench.connect(address, t_s)
        self._streams.append((stream, t_s))
        return _MortalStream(self, address, stream)

    def advance(self, t_s: float) -> float | None:
        """Advance the bench, unless dead."""
        self.now_s = max(self.now_s, t_s)
        return None if self.dead else self.bench.advance(t_s)

    def files(self) -> list[tuple[str, bytes]]:
        """Pass on."""
        return self.bench.files()

    def truth(self) -> dict[str, Any]:
        """Pass on."""
        return self.bench.truth()


class _MortalStream:
    def __init__(self, host: MortalBench, address: str, stream: BenchStream) -> None:
        self._host = host
        self._address = address
        self._stream = stream

    def write(self, t_s: float, data: bytes) -> None:
        if self._host.dead:
            raise ConnectionError("the host is dead")
        self._host.watch(self._address, data)
        self._stream.write(t_s, data)

    def read(self, t_s: float) -> bytes:
        if self._host.dead:
            raise ConnectionError("the host is dead")
        return self._stream.read(t_s)

    def idle(self, t_s: float) -> bool:
        return not self._host.dead and self._stream.idle(t_s)

    def close(self, t_s: float) -> None:
        if not self._host.dead:
            self._stream.close(t_s)


def moves_plunger(data: bytes) -> bool:
    """Tell whether a Cavro frame (OEM or DT) holds a plunger or valve movement: it ends its string with R."""
    body = data.rstrip(b"\r")
    text = body[3:-2] if body[:1] == b"\x02" else body[2:]
    return text.endswith(b"R") and any(letter in text for letter in (b"A", b"I", b"O", b"Z", b"Y", b"P", b"D"))
