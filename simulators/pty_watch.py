"""Tells when a client opens a pseudo-terminal's slave and when the last one has gone, by the kernel's own notices.

A server that keeps the slave open itself (it must) sees no hang-up, so Linux's inotify is asked. Where there is none,
`watch` returns None and the port counts as open for ever. It refuses to read or write a byte of the terminal.
"""

import ctypes
import errno
import os
import struct
import sys

IN_CLOSE_WRITE, IN_CLOSE_NOWRITE, IN_OPEN, IN_Q_OVERFLOW = 0x8, 0x10, 0x20, 0x4000
_EVENT = struct.Struct("iIII")
_READ = 16384


class PtyWatch:
    """Counts who has the slave open, the server's own descriptor excepted."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.clients = 0

    def fileno(self) -> int:
        """Return what a selector waits for."""
        return self._fd

    def news(self) -> list[bool]:
        """Return what has happened since the last call, in order: True a first client came, False the last one left."""
        found: list[bool] = []
        try:
            data = os.read(self._fd, _READ)
        except BlockingIOError:
            return found
        at = 0
        while at < len(data):
            _, mask, _, length = _EVENT.unpack_from(data, at)
            at += _EVENT.size + length
            before = self.clients
            if mask & IN_OPEN:
                self.clients += 1
            elif mask & (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE):
                self.clients = max(self.clients - 1, 0)
            elif mask & IN_Q_OVERFLOW:
                self.clients = 0
            if bool(before) != bool(self.clients):
                found.append(bool(self.clients))
        return found

    def close(self) -> None:
        """Stop watching."""
        os.close(self._fd)


def watch(path: str) -> PtyWatch | None:
    """Watch who opens `path` from now on; None where the system has no inotify.

    Raises:
        OSError: there is no such path.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    fd = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    if fd < 0:
        return None
    mask = IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE
    if libc.inotify_add_watch(fd, os.fsencode(path), mask) < 0:
        number = ctypes.get_errno()
        os.close(fd)
        if number == errno.ENOENT:
            raise FileNotFoundError(number, os.strerror(number), path)
        return None
    return PtyWatch(fd)
