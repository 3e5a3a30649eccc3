"""A Geno/Grinder's lines as pure values: `*NN,arguments*` to it, a text from it, both ended by CR.

An answer does not say what it answers; a status is known by words in its text. Source: one published program, never
tried on hardware by its authors.
"""

from collections.abc import Mapping
from enum import StrEnum

from autosynth.errors import GarbledReplyError
from autosynth.wire.framing import Gathered
from autosynth.wire.lane import Reply

LONGEST_S = 999
_LONGEST_LINE = 200


class Order(StrEnum):
    """What can be said to it."""

    STATUS = "01"
    PARAMETERS = "02"
    START = "04"
    STOP = "06"


class Status(StrEnum):
    """What it may be doing; `error` is a text that none of the others' words are in."""

    STANDBY = "standby"
    RUNNING = "running"
    LOCKING = "locking"
    MIXING = "mixing"
    UNLOCKING = "unlocking"
    COMPLETE = "complete"
    ERROR = "error"


WORDS: Mapping[str, str] = {
    Status.STANDBY: "Standby",
    Status.RUNNING: "Running Sample",
    Status.UNLOCKING: "Unlocking",
    Status.LOCKING: "Locking",
    Status.MIXING: "Mixing",
    Status.COMPLETE: "Run Complete",
}
"""Status -> the words that it is known by; looked for in this order."""
PARAMETERS_SET = "Parameters Set"


def encode(order: Order) -> bytes:
    """Return an order without arguments."""
    return f"*{order}*\r".encode("ascii")


def encode_parameters(seconds: int, rpm: int) -> bytes:
    """Return the order that sets time and speed.

    Raises:
        ValueError: one of them does not fit into its digits.
    """
    if not 1 <= seconds <= LONGEST_S or not 1 <= rpm <= 9999:
        raise ValueError(f"{seconds} s or {rpm} rpm does not fit")
    return f"*{Order.PARAMETERS},{seconds:03d},{rpm:04d}*\r".encode("ascii")


def decode_text(frame: bytes) -> str:
    """Return a line without its end."""
    return frame.decode("ascii", "replace").strip()


def decode_status(frame: bytes, words: Mapping[str, str] = WORDS) -> Status:
    """Return the status that a line names.

    Raises:
        GarbledReplyError: it says nothing, or confirms parameters, so it answers something else.
    """
    text = decode_text(frame).lower()
    if not text:
        raise GarbledReplyError("the line says nothing", received=frame)
    if PARAMETERS_SET.lower() in text:
        raise GarbledReplyError("parameters were confirmed, the status was asked for", received=frame)
    return next((Status(name) for name, word in words.items() if word.lower() in text), Status.ERROR)


class LineFraming(Gathered):
    """Splits at carriage returns; line feeds and empty lines are nothing."""

    def next(self) -> Reply | None:
        """Return the next line that is not empty, or None when more bytes are needed.

        Raises:
            GarbledReplyError: a line is not printable ASCII, or does not end.
        """
        while (end := self._buffer.find(b"\r")) >= 0:
            frame = self._take(end + 1)
            if len(frame) > _LONGEST_LINE or not frame.isascii() or not frame.strip().decode("ascii").isprintable():
                raise GarbledReplyError("the line is not plain text", received=frame)
            if frame.strip():
                return Reply(frame)
        if len(self._buffer) > _LONGEST_LINE:
            length = len(self._buffer)
            raise GarbledReplyError(f"no end of line within {_LONGEST_LINE} bytes", received=self._take(length))
        return None
