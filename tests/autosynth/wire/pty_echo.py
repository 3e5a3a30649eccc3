"""A pseudo-terminal whose far end answers `re <line>` from a thread."""

import os
import select
import threading
import tty  # noqa: TID251 - tests of a real port need one
from types import TracebackType


class PtyEcho:
    """Opens a pseudo-terminal; `mute` hears and says nothing; `unplug` closes the far end."""

    def __init__(self, *, mute: bool = False) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        self.heard = threading.Event()
        self._mute = mute
        self._stop_r, self._stop_w = os.pipe()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "PtyEcho":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()
        os.close(self._stop_r)
        os.close(self._stop_w)

    def unplug(self) -> None:
        if self._thread.is_alive():
            os.write(self._stop_w, b"x")
            self._thread.join()
            os.close(self._master)
            os.close(self._slave)

    def _serve(self) -> None:
        kept = b""
        while True:
            ready, _, _ = select.select([self._master, self._stop_r], [], [])
            if self._stop_r in ready:
                return
            kept += os.read(self._master, 4096)
            self.heard.set()
            *lines, kept = kept.split(b"\n")
            for line in lines:
                if not self._mute:
                    os.write(self._master, b"re " + line + b"\n")
