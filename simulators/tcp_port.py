"""A network port of a served bench: loopback only, one client at a time, the newest (an instrument's own habit).

A pulled port refuses connections and comes back under the same number.
"""

import socket
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

from simulators.outlet import BUFFER_BYTES, READ_BYTES, Inlet

HOST = "127.0.0.1"


class TcpPort:
    """A listening socket and its client."""

    def __init__(self, selector: BaseSelector, inlet: Inlet) -> None:
        self.target = ""
        self.dropped = 0
        self._selector = selector
        self._inlet = inlet
        self._number = 0
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._waiting = bytearray()

    def plug(self) -> None:
        """Listen on a free port, the second time on the same one.

        Raises:
            OSError: somebody else has taken it meanwhile.
        """
        self._listener = socket.create_server((HOST, self._number), reuse_port=False)
        self._listener.setblocking(False)
        self._number = int(self._listener.getsockname()[1])
        self.target = f"tcp:{HOST}:{self._number}"
        self._selector.register(self._listener, EVENT_READ, self._accept)

    def pull(self) -> None:
        """Hang up and stop listening; doing it twice is no more."""
        self._hang_up()
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def send(self, data: bytes) -> None:
        """Send to the client; what neither the socket nor the buffer holds is dropped and counted."""
        if self._client is None:
            return
        room = BUFFER_BYTES - len(self._waiting)
        self.dropped += max(len(data) - room, 0)
        self._waiting += data[:room]
        self._flush(self._client)

    def _accept(self, _: int) -> None:
        if self._listener is None:
            return
        try:
            client, _address = self._listener.accept()
        except OSError:  # it has gone again
            return
        self._hang_up()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._selector.register(client, EVENT_READ, self._ready)
        self._inlet.opened()

    def _hang_up(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            self._selector.unregister(client)
            client.close()
            self._waiting.clear()
            self._inlet.left()

    def _ready(self, mask: int) -> None:
        client = self._client
        if client is None:
            return
        if mask & EVENT_READ:
            try:
                data = client.recv(READ_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._hang_up()
                return
            self._inlet.heard(data)
        if mask & EVENT_WRITE:
            self._flush(client)

    def _flush(self, client: socket.socket) -> None:
        try:
            while self._waiting:
                del self._waiting[: client.send(self._waiting)]
        except BlockingIOError:
            self._selector.modify(client, EVENT_READ | EVENT_WRITE, self._ready)
            return
        except OSError:
            self._hang_up()
            return
        if self._selector.get_key(client).events != EVENT_READ:
            self._selector.modify(client, EVENT_READ, self._ready)
