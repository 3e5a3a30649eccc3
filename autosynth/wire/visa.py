"""A message-based VISA resource (LAN socket, VXI-11, USB) through PyVISA, in one worker thread.

VISA instruments speak only when asked, and many log an error when they are read without a question, so the thread
reads one message after each write that holds a `?`; of several lines written at once one may ask. Waiting ends at the
reply, at the next write, or after `reply_s`; the bus above decides much earlier what is too late. Serial lines are
better opened as `serial:`.
"""

import asyncio
import queue
import threading

import pyvisa
from pyvisa.constants import StatusCode
from pyvisa.errors import Error as VisaError
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from autosynth.errors import NotConnectedError
from autosynth.wire.stream import Lost, Receive

_POLL_MS = 100
_REST_MS = 2000


class VisaStream:
    """A `ByteStream` on a VISA resource; messages end in LF both ways.

    `backend` is PyVISA's name of the library, by default the pure Python one.
    """

    def __init__(self, resource: str, *, backend: str = "@py", reply_s: float = 10.0) -> None:
        self._name = resource
        self._backend = backend
        self._polls = max(1, round(reply_s * 1000 / _POLL_MS))
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open = False
        self._receive: Receive
        self._lost: Lost
        self._loop: asyncio.AbstractEventLoop

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Open the resource."""
        if self._open:
            return
        await self.aclose()
        self._loop = asyncio.get_running_loop()
        library, resource = await asyncio.to_thread(self._open_resource)
        self._receive = receive
        self._lost = lost
        self._queue = queue.SimpleQueue()
        self._open = True
        self._thread = threading.Thread(
            target=self._serve, args=(library, resource, self._queue), name=f"visa {self._name}", daemon=True
        )
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Hand `data` to the worker thread."""
        if not self._open:
            message = f"the VISA resource {self._name} is not open"
            raise NotConnectedError(message, sent=data)
        self._queue.put(data)

    async def aclose(self) -> None:
        """Stop the worker thread, which closes the resource."""
        self._open = False
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(thread.join)

    def _open_resource(self) -> tuple[pyvisa.ResourceManager, MessageBasedResource]:
        library = pyvisa.ResourceManager(self._backend)
        try:
            resource = library.open_resource(self._name, read_termination="\n", write_termination="\n")
        except Exception as error:  # pyvisa-py raises plain Exception for a refused connection
            library.close()
            message = f"cannot open VISA resource {self._name}: {error}"
            advice = "Check the resource name, the network and that no other program has it."
            raise NotConnectedError(message, advice=advice) from error
        if not isinstance(resource, MessageBasedResource):
            library.close()
            message = f"VISA resource {self._name} is not message-based"
            raise NotConnectedError(message)
        return library, resource

    def _serve(
        self,
        library: pyvisa.ResourceManager,
        resource: MessageBasedResource,
        waiting: "queue.SimpleQueue[bytes | None]",
    ) -> None:
        try:
            while (data := waiting.get()) is not None:
                for line in data.splitlines(keepends=True):
                    resource.write_raw(line)
                if b"?" in data:
                    self._read_reply(resource, waiting)
        except (VisaError, OSError) as error:
            self._post(waiting, error)
        finally:
            resource.close()
            library.close()

    def _read_reply(self, resource: MessageBasedResource, waiting: "queue.SimpleQueue[bytes | None]") -> None:
        """Wait for a first byte in short turns, then take the rest at once, so that no turn cuts a message in two."""
        for _ in range(self._polls):
            try:
                resource.timeout = _POLL_MS
                first = resource.read_bytes(1)
            except VisaIOError as error:
                if error.error_code != StatusCode.error_timeout:
                    raise
                if not waiting.empty():
                    return
                continue
            resource.timeout = _REST_MS
            self._post(waiting, first if first == b"\n" else first + resource.read_raw())
            return

    def _post(self, waiting: "queue.SimpleQueue[bytes | None]", news: bytes | Exception) -> None:
        if self._open and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, waiting, news)

    def _take(self, waiting: "queue.SimpleQueue[bytes | None]", news: bytes | Exception) -> None:
        if not self._open or waiting is not self._queue:
            return
        if isinstance(news, bytes):
            self._receive(news)
            return
        self._open = False
        failure = NotConnectedError(f"the VISA resource {self._name} was lost: {news}", advice="Reconnect.")
        failure.__cause__ = news
        self._lost(failure)
