"""What a driver sees of the world: a lane on which one command at a time awaits its reply.

The lane is the only seam: recording, replay, faults, serial, TCP, VISA and memory are interchangeable behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete frame that answers a command, exactly as it came."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """A complete frame that nobody asked for: notification, streamed package, alarm."""

    data: bytes


class Framing(Protocol):
    """A sans-IO decoder: bytes in, frames out; no clock, no socket."""

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive, in pieces of any size."""
        ...

    def next(self) -> Reply | Event | None:
        """Return the next complete frame, or None when more bytes are needed.

        Raises:
            GarbledReplyError: the bytes break the protocol beyond skipping; the framing has dropped them.
        """
        ...

    def reset(self) -> None:
        """Forget what is incomplete."""
        ...


class Wire(Protocol):
    """A command lane to one device; several lanes may share one bus and then its lock.

    All coroutines raise NotConnectedError when the port is lost. After a timeout or garbage the lane drains the
    stream until it is quiet before anything else is sent, so a late reply is never taken for the next one.
    """

    async def exchange(self, request: bytes, *, deadline_s: float) -> bytes:
        """Send `request` and return the frame that answers it.

        Raises:
            NoReplyError: nothing complete came within `deadline_s` of the last byte sent; or nothing was sent, for
                the line was never silent.
            GarbledReplyError: what came is not a frame of this protocol.
        """
        ...

    async def urgent(self, request: bytes, *, deadline_s: float) -> bytes:
        """Like `exchange`, but goes out at once: a command still awaiting its reply gives way (NoReplyError).

        Other urgent ones on the same bus give way too, in time for this to be said within half a second; who gave way
        says it again.
        """
        ...

    async def send(self, request: bytes) -> None:
        """Send a command that the device never answers.

        Raises:
            NoReplyError: nothing was sent, for the line was never silent.
        """
        ...

    def on_event(self, handler: Callable[[bytes], None]) -> None:
        """Hand every event frame to `handler` from now on, in order; one handler a lane."""
        ...

    async def aclose(self) -> None:
        """Give the lane up; the last lane of a bus closes its port."""
        ...
