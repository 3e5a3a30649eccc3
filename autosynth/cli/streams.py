"""Standard input, output and error as they may be: closed, without some characters, a terminal that goes away.

None of it may end a run, or hide how one ended.
"""

import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def prepare_streams() -> None:
    """See that this process can read and write its standard streams, whatever it was given."""
    for descriptor in range(3):
        occupy(descriptor)
    if sys.stdin is None:  # as Python leaves it when the descriptor is closed
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as long as the process lives
    sys.stdout = lasting(sys.stdout)
    sys.stderr = lasting(sys.stderr)


def occupy(descriptor: int) -> None:
    """Open a descriptor that is closed on nothing: else the next file that is opened, a record, would be written to."""
    try:
        os.fstat(descriptor)
    except OSError:
        nothing = os.open(os.devnull, os.O_RDWR)
        if nothing != descriptor:
            os.dup2(nothing, descriptor)
            os.close(nothing)


def lasting(stream: TextIO | None) -> TextIO:
    """Return a stream for output that takes every character, and outlives its terminal; None is a closed one."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    errors = stream.errors if stream.errors == "backslashreplace" else "replace"
    if sys.platform == "win32" or not stream.isatty():
        stream.reconfigure(errors=errors)
        return stream
    file = io.BufferedWriter(TerminalFile(stream.fileno(), "w", closefd=False))
    return io.TextIOWrapper(file, stream.encoding, errors, line_buffering=True)


class TerminalFile(io.FileIO):
    """A terminal that may be closed; what is written from then on goes nowhere."""

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write, to nowhere once the terminal is gone.

        Raises:
            OSError: for any other reason.
        """
        try:
            return super().write(data)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self.fileno())
            os.close(nothing)
            return super().write(data)
