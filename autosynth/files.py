"""Files read within limits: only a regular file, and never more of it than was said, however it grows meanwhile.

A FIFO would be waited for and a device read for ever; both are refused before the first byte. Nothing is followed or
opened for writing, and what the bytes mean is for others, except where a line of text ends.
"""

import os
import stat
from pathlib import Path

from autosynth.errors import InputError, Problem

_PART = 1 << 20
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
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            kind = next((name for test, name in _KINDS if test(found.st_mode)), "something else")
            raise InputError(Problem(f"{path} is {kind}, a file is wanted", hint="check the path", rule="file"))
        if found.st_size > most:
            raise InputError(_too_large(path, found.st_size, most))
        content = bytearray()
        while part := os.read(descriptor, min(most + 1 - len(content), _PART)):
            content += part
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise InputError(_too_large(path, len(content), most))
    return bytes(content)


def _too_large(path: Path, size: int, most: int) -> Problem:
    return Problem(f"{path} has {size / 1e6:.1f} MB, at most {most / 1e6:.0f} MB are read", rule="file")


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, as editors and instruments count them.

    They end in LF, CR LF or CR and in nothing else: a page feed or a Unicode separator stands within a line.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on the medium; elsewhere than on POSIX systems a folder cannot be synced.

    Raises:
        OSError: the system refuses.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
