"""The simulated bench as autosynth sees it: a structural contract in plain types, opened by an entry point."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol


class BenchStream(Protocol):
    """A duplex stream of timestamped bytes to one simulated port."""

    def write(self, t_s: float, data: bytes) -> None:
        """Send bytes at `t_s`; raises ConnectionError when the port is unplugged."""
        ...

    def read(self, t_s: float) -> bytes:
        """Return all bytes that have arrived by `t_s`; raises ConnectionError when the port is unplugged."""
        ...

    def idle(self, t_s: float) -> bool:
        """Tell whether a read at `t_s`, to which the bench was brought, would surely give nothing."""
        ...

    def close(self, t_s: float) -> None:
        """Give the port back."""
        ...


class Bench(Protocol):
    """Simulated instruments and the vessels between them; it outlives a crash of the host."""

    def addresses(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the addresses: name -> {"devices", "kind", "baud", "framing"}; the kind "folder" is no port."""
        ...

    def connect(self, address: str, t_s: float) -> BenchStream:
        """Open a port; may itself be a physical event."""
        ...

    def advance(self, t_s: float) -> float | None:
        """Bring the bench to `t_s` and return the time of its next wake-up, or None."""
        ...

    def files(self) -> list[tuple[str, bytes]]:
        """Return what instruments have dropped into their folders since the last call."""
        ...

    def handle(self, task: Mapping[str, Any], t_s: float) -> dict[str, Any]:
        """Let a person at the bench do a task {"do": verb, ...} at `t_s`; return what the person sees of it.

        Raises:
            ValueError: the task is not known, or cannot be done.
        """
        ...

    def unstruck(self) -> list[str]:
        """Return the faults that the bench was opened with and that have not struck so far, as they were given."""
        ...

    def truth(self) -> dict[str, Any]:
        """Return the twin's composition; for tests and the record of a simulated run only."""
        ...


class OpenBench(Protocol):
    """The entry point of group `autosynth.bench`."""

    def __call__(self, bench: Mapping[str, Any], seed: int, faults: Sequence[str]) -> Bench:
        """Open a bench; raises ValueError for a fault or device it does not know."""
        ...


class ServeBench(Protocol):
    """The entry point `serve` of group `autosynth.bench`: a bench in a process of its own, in real time."""

    def __call__(
        self,
        bench: Mapping[str, Any],
        seed: int,
        faults: Sequence[str],
        speed: float,
        folder: str,
        announce: Callable[[Mapping[str, str], str], None],
    ) -> None:
        """Serve until a signal; `announce` gets where each address is, and the query port.

        That is `serial:<path>`, `tcp:<host>:<port>` or `folder:<path>`.

        Raises:
            ValueError: a fault, a device or the speed is not known.
        """
        ...
