"""A TCP connection to an instrument or terminal server, on asyncio's own transport."""

import asyncio

from autosynth.errors import NotConnectedError
from autosynth.wire.stream import Lost, Receive


class TcpStream:
    """A `ByteStream` on a TCP connection; `connect_s` bounds the wait for the other end."""

    def __init__(self, host: str, port: int, *, connect_s: float = 5.0) -> None:
        self._host = host
        self._port = port
        self._connect_s = connect_s
        self._transport: asyncio.Transport | None = None
        self._ear: _Ear | None = None

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Connect."""
        if self._transport is not None and not self._transport.is_closing():
            return
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_s):
                transport, ear = await loop.create_connection(lambda: _Ear(receive, lost), self._host, self._port)
        except OSError as error:  # TimeoutError is one
            message = f"cannot connect to {self._host}:{self._port}: {error or 'no answer in time'}"
            advice = "Check that the instrument is on, reachable, and serves one client only."
            raise NotConnectedError(message, advice=advice) from error
        self._transport = transport
        self._ear = ear

    def write(self, data: bytes) -> None:
        """Send `data`."""
        if self._transport is None or self._transport.is_closing():
            message = f"the connection to {self._host}:{self._port} is closed"
            raise NotConnectedError(message, sent=data)
        self._transport.write(data)

    async def aclose(self) -> None:
        """Close the connection and wait until it is closed."""
        transport, ear = self._transport, self._ear
        self._transport = self._ear = None
        if transport is not None and ear is not None:
            ear.lost = None
            transport.close()
            await ear.ended.wait()


class _Ear(asyncio.Protocol):
    """Passes on what the transport hears."""

    def __init__(self, receive: Receive, lost: Lost) -> None:
        self.receive = receive
        self.lost: Lost | None = lost
        self.ended = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        """Pass bytes on."""
        self.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the other end hung up, unless we did."""
        self.ended.set()
        if self.lost is not None:
            failure = NotConnectedError(f"the connection was lost: {exc or 'the other end closed it'}")
            failure.__cause__ = exc
            self.lost(failure)
