"""A serial port of a served bench: a pseudo-terminal under a name that stays the same when it is pulled and plugged in.

The slave is kept open by the server, because a master without any slave is readable for ever; it is raw from the start,
so nothing is echoed before a client has set its line. Baud, parity and seven bits mean nothing to a pseudo-terminal:
byte timing is the bench's, framing the client's worry. POSIX only; nothing else in the project uses pty, tty or
termios.
"""

import os
import pty
import termios
import tty
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

from simulators.outlet import BUFFER_BYTES, READ_BYTES, Inlet
from simulators.pty_watch import PtyWatch, watch


class PtyPort:
    """A pseudo-terminal that clients find as the symbolic link `link`."""

    def __init__(self, link: Path, selector: BaseSelector, inlet: Inlet) -> None:
        self.target = f"serial:{link}"
        self.dropped = 0
        self._link = link
        self._selector = selector
        self._inlet = inlet
        self._master = -1
        self._slave = -1
        self._watch: PtyWatch | None = None
        self._waiting = bytearray()

    def plug(self) -> None:
        """Make the terminal and its name; until a client opens it, nobody hears what is sent."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        name = os.ttyname(self._slave)
        self._watch = watch(name)
        self._selector.register(self._master, EVENT_READ, self._ready)
        if self._watch is None:
            self._inlet.opened()
        else:
            self._selector.register(self._watch.fileno(), EVENT_READ, self._noticed)
        self._link.symlink_to(name)

    def pull(self) -> None:
        """End the terminal, as pulling a cable does: a client's next read or write fails; doing it twice is no more."""
        if self._master < 0:
            return
        self._link.unlink(missing_ok=True)
        self._selector.unregister(self._master)
        if self._watch is not None:
            self._selector.unregister(self._watch.fileno())
            self._watch.close()
            self._watch = None
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        self._waiting.clear()

    def send(self, data: bytes) -> None:
        """Send to the client; what neither the terminal nor the buffer holds is dropped and counted."""
        if self._watch is not None and not self._watch.clients:
            return
        room = BUFFER_BYTES - len(self._waiting)
        self.dropped += max(len(data) - room, 0)
        self._waiting += data[:room]
        self._flush()

    def _ready(self, mask: int) -> None:
        self._look()
        if mask & EVENT_READ:
            self._hear()
        if mask & EVENT_WRITE and self._master >= 0:
            self._flush()

    def _noticed(self, _: int) -> None:
        self._look()

    def _look(self) -> None:
        """Note who came before anything is made of bytes, and who went after all has been made of theirs."""
        for came in self._watch.news() if self._watch is not None else ():
            if came:
                self._inlet.opened()
            else:
                self._hear()
                if self._master < 0:
                    return
                self._waiting.clear()
                termios.tcflush(self._slave, termios.TCIFLUSH)
                self._inlet.left()

    def _hear(self) -> None:
        try:
            data = os.read(self._master, READ_BYTES) if self._master >= 0 else b""
        except BlockingIOError:
            return
        if data:
            self._inlet.heard(data)

    def _flush(self) -> None:
        try:
            while self._waiting:
                del self._waiting[: os.write(self._master, self._waiting)]
        except BlockingIOError:
            self._selector.modify(self._master, EVENT_READ | EVENT_WRITE, self._ready)
            return
        if self._selector.get_key(self._master).events != EVENT_READ:
            self._selector.modify(self._master, EVENT_READ, self._ready)
