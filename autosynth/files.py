"""Files read within limits: only a regular file, and never more of it than was said, however it grows meanwhile.

A FIFO would be waited for and a device read for ever; both are refused before the first byte. Nothing is followed or
opened for writing, and what the bytes mean is for others.
"""

import os
import stat
from pathlib import Path

from autosynth.errors import InputError, Problem

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def read_within(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most `most` bytes.

    Raises:
        OSError: the system refuses.
        InputError: it is no regular file, or larger.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            kind = next((name for test, name in _KINDS if test(found.st_mode)), "something else")
            raise InputError(Problem(f"{path} is {kind}, a file is wanted", hint="check the path", rule="file"))
        parts: list[bytes] = []
        left = most + 1
        while left and found.st_size <= most and (part := file.read(min(left, 1 << 20))):
            parts.append(part)
            left -= len(part)
    if not left or found.st_size > most:
        size = max(found.st_size, most + 1)
        message = f"{path} has {size / 1e6:.1f} MB, at most {most / 1e6:.0f} MB are read"
        raise InputError(Problem(message, rule="file"))
    return b"".join(parts)
