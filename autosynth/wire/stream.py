"""The one seam below a bus: a duplex stream of bytes that pushes what arrives.

A stream knows no frames, no deadlines and no devices. Serial, TCP, VISA, memory and replay are streams; each
translates its library's errors into NotConnectedError here, once, so that nothing above meets an OSError.
"""

from collections.abc import Callable
from typing import Literal, Protocol, runtime_checkable

Receive = Callable[[bytes], None]
Lost = Callable[[Exception], None]
Trace = Callable[[Literal[">", "<"], float, bytes], None]
"""Direction (`>` host to device, `<` device to host), seconds of the run's clock, the bytes."""


class ByteStream(Protocol):
    """A port: opened once, written to at will, and pushing bytes to `receive` on the event loop's thread."""

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Open the port; from now on `receive` gets what arrives and `lost` is called once if the port goes.

        May be called again after `aclose` or after `lost`.

        Raises:
            NotConnectedError: the port does not exist, is in use, or refuses its settings.
        """
        ...

    def write(self, data: bytes) -> None:
        """Hand `data` over for sending, without waiting.

        Raises:
            NotConnectedError: the port is closed or was lost.
        """
        ...

    async def aclose(self) -> None:
        """Give the port back; closing twice is closing once, and `lost` is not called."""
        ...


@runtime_checkable
class Heeding(Protocol):
    """A stream whose bytes must be fetched, which need not be at once while nobody waits for a reply."""

    def heed(self, *, closely: bool) -> None:
        """Pass on what has come so far; from now on pass bytes on as they come, or, not `closely`, a little later."""
        ...
