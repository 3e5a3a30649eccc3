"""A serial port through pyserial, which blocks, so it reads and writes in two threads of its own.

The threads touch nothing but the port and a queue; what they find goes to the event loop's thread. Modem lines are
never used, because pseudo-terminals and many USB adapters have none.
"""

import asyncio
import contextlib
import queue
import threading
from pathlib import Path

import serial as pyserial

from autosynth.contracts.driver import LineSettings
from autosynth.errors import NotConnectedError
from autosynth.wire.stream import Lost, Receive

_FRAMINGS = {
    "8N1": (pyserial.EIGHTBITS, pyserial.PARITY_NONE, pyserial.STOPBITS_ONE),
    "8N2": (pyserial.EIGHTBITS, pyserial.PARITY_NONE, pyserial.STOPBITS_TWO),
    "8E1": (pyserial.EIGHTBITS, pyserial.PARITY_EVEN, pyserial.STOPBITS_ONE),
    "7E1": (pyserial.SEVENBITS, pyserial.PARITY_EVEN, pyserial.STOPBITS_ONE),
    "7O1": (pyserial.SEVENBITS, pyserial.PARITY_ODD, pyserial.STOPBITS_ONE),
}
_READ_S = 0.5
_WRITE_S = 5.0


class SerialStream:
    """A `ByteStream` on a serial port.

    `pty` says that the port is a simulator's pseudo-terminal (ports under /dev/pts are known to be): the kernel refuses
    parity and seven bits there, so the line is opened as 8N1 whatever the device wants.
    """

    def __init__(self, port: str, line: LineSettings, *, pty: bool = False) -> None:
        if line.framing not in _FRAMINGS:
            message = f"serial framing {line.framing!r} is not one of {', '.join(_FRAMINGS)}"
            raise NotConnectedError(message)
        self._name = port
        self._baud = line.baud
        self._framing = _FRAMINGS["8N1" if pty or _is_pty(port) else line.framing]
        self._port: pyserial.Serial | None = None
        self._threads: list[threading.Thread] = []
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._receive: Receive
        self._lost: Lost
        self._loop: asyncio.AbstractEventLoop

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Open the port for ourselves alone and start listening."""
        if self._port is not None:
            return
        self._loop = asyncio.get_running_loop()
        await self.aclose()
        port = await asyncio.to_thread(self._open_port)
        self._receive = receive
        self._lost = lost
        self._port = port
        self._queue = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read_on, args=(port,), name=f"read {self._name}", daemon=True),
            threading.Thread(target=self._write_on, args=(port, self._queue), name=f"write {self._name}", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def write(self, data: bytes) -> None:
        """Hand `data` to the writing thread."""
        if self._port is None:
            message = f"the port {self._name} is not open"
            raise NotConnectedError(message, sent=data)
        self._queue.put(data)

    async def aclose(self) -> None:
        """Stop both threads and close the port."""
        port, self._port = self._port, None
        threads, self._threads = self._threads, []
        if threads:
            self._queue.put(None)
            await asyncio.to_thread(_end, port, threads)

    def _open_port(self) -> pyserial.Serial:
        bits, parity, stop = self._framing
        try:
            return pyserial.Serial(
                self._name, self._baud, bits, parity, stop, timeout=_READ_S, write_timeout=_WRITE_S, exclusive=True
            )
        except Exception as error:
            if not _is_trouble(error):
                raise
            message = f"cannot open {self._name} at {self._baud} baud: {error}"
            advice = "Check the cable, the port's name and that no other program has it."
            raise NotConnectedError(message, advice=advice) from error

    def _read_on(self, port: pyserial.Serial) -> None:
        try:
            while self._port is port:
                data = port.read(1)
                if data:
                    data += port.read(port.in_waiting)
                    self._post(port, data)
        except Exception as error:
            if not _is_trouble(error):
                raise
            self._post(port, error)
        finally:
            port.close()

    def _write_on(self, port: pyserial.Serial, waiting: "queue.SimpleQueue[bytes | None]") -> None:
        try:
            while (data := waiting.get()) is not None:
                port.write(data)
        except Exception as error:
            if not _is_trouble(error):
                raise
            self._post(port, error)

    def _post(self, port: pyserial.Serial, news: bytes | Exception) -> None:
        if self._port is port and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, port, news)

    def _take(self, port: pyserial.Serial, news: bytes | Exception) -> None:
        if self._port is not port:
            return
        if isinstance(news, bytes):
            self._receive(news)
            return
        self._port = None
        self._queue.put(None)
        _wake(port)
        message = f"the port {self._name} was lost: {news}"
        failure = NotConnectedError(message, advice="Check cable and power, then reconnect.")
        failure.__cause__ = news
        self._lost(failure)


def _is_pty(port: str) -> bool:
    return Path(port).resolve().is_relative_to("/dev/pts")


def _is_trouble(error: Exception) -> bool:
    """Return whether a port gives this error when it is unwell.

    `termios.error` is neither an OSError nor a SerialException, and its module exists on POSIX only, so it is known by
    name; TypeError is what pyserial makes of a port that is closed under its feet.
    """
    return isinstance(error, OSError | ValueError | TypeError) or type(error).__module__ == "termios"


def _end(port: pyserial.Serial | None, threads: list[threading.Thread]) -> None:
    if port is not None:
        _wake(port)
    for thread in threads:
        thread.join()


def _wake(port: pyserial.Serial) -> None:
    """End a blocking read and write; the reading thread closes the port."""
    with contextlib.suppress(OSError, TypeError):
        port.cancel_read()
        port.cancel_write()
