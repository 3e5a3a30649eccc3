"""What a served port and the bench's server ask of each other; no port knows the bench, and the bench no port."""

from typing import Protocol

BUFFER_BYTES = 1 << 20
"""The most that waits for a slow client; more is lost, as on a line without flow control."""
READ_BYTES = 4096


class Inlet(Protocol):
    """Where a port brings what clients do."""

    def opened(self) -> None:
        """A client has come."""
        ...

    def heard(self, data: bytes) -> None:
        """A client has sent bytes."""
        ...

    def left(self) -> None:
        """The client has gone, or died."""
        ...


class Outlet(Protocol):
    """A port that clients can open."""

    target: str
    """`serial:<path>` or `tcp:<host>:<port>`; stays the same over pulling and plugging in."""
    dropped: int
    """Bytes lost because no client took them."""

    def plug(self) -> None:
        """Offer the port."""
        ...

    def pull(self) -> None:
        """Take it away with whoever has it open; doing it twice is no more."""
        ...

    def send(self, data: bytes) -> None:
        """Send to the client, without waiting; without a client the bytes are lost."""
        ...
