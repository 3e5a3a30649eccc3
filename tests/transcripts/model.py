"""What the replay needs of a model: who plays the host, what bench plays the instrument, and when answers agree."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.clock import Clock
from autosynth.wire.lane import Framing, Wire
from simulators.device import Build

Host = Callable[[Wire, Clock], Awaitable[None]]
"""Says what the transcript says the host says, and checks what it understands of the answers."""


@dataclass(frozen=True, slots=True)
class Part:
    """The host's part of one transcript."""

    framing: Callable[[], Framing]
    host: Host


@dataclass(frozen=True, slots=True)
class Model:
    """All transcripts of one model by file stem.

    `same(request, expected, actual)` compares answers, leaving out only what the manual leaves open. `builders` make
    instruments that stand on a twin of the test's own.
    """

    parts: Mapping[str, Part]
    bench: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    same: Callable[[bytes, bytes, bytes], bool]
    builders: Callable[[], Mapping[str, Build]] = dict


def exactly(request: bytes, expected: bytes, actual: bytes) -> bool:
    """Compare byte for byte."""
    return actual == expected
