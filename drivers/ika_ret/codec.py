"""NAMUR lines as pure values: upper-case words, a value after a space, or after @ for the watchdog.

Only questions and the watchdog's commands are answered; a value comes with its channel behind it ("25.0 1"). Source:
IKA RCT digital (page 28), C-MAG (page 51) and RET control-visc (page 37) manuals.
"""

import math
import re
from enum import StrEnum

from autosynth.errors import GarbledReplyError

LINE_ENDS = {"plain": "\r\n", "spaced": " \r \n"}
LONGEST_COMMAND = 80
_VALUE = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?: +([0-9]+))?")


class Channel(StrEnum):
    """What is measured or set, by its number."""

    EXTERNAL = "1"
    PLATE = "2"
    SPEED = "4"


def encode(command: str, line_end: str = "plain") -> bytes:
    """Return a command as it goes over the line.

    Raises:
        ValueError: it is longer than the instrument takes.
    """
    if len(command) > LONGEST_COMMAND:
        raise ValueError(f"{command!r} is longer than {LONGEST_COMMAND} characters")
    return (command + LINE_ENDS[line_end]).encode("ascii")


def measured(channel: Channel) -> str:
    """Return the question for a measured value."""
    return f"IN_PV_{channel}"


def setpoint(channel: Channel) -> str:
    """Return the question for a setpoint."""
    return f"IN_SP_{channel}"


def set_value(channel: Channel, value: float) -> str:
    """Return the command for a setpoint; it is not answered."""
    return f"OUT_SP_{channel} {value:.1f}" if channel is not Channel.SPEED else f"OUT_SP_{channel} {value:.0f}"


def decode_text(frame: bytes) -> str:
    """Return a line without its ends."""
    return frame.decode("ascii", "replace").strip()


def decode_value(frame: bytes, channel: Channel) -> float:
    """Return the number of an answer to a question about `channel`; without its channel it answers something else.

    Raises:
        GarbledReplyError: it is no number, that of another channel, or the echo of a watchdog's command.
    """
    value, answered = _number(frame)
    if answered != channel:
        raise GarbledReplyError(f"the value is of channel {answered or 'none'}, not {channel}", received=frame)
    return value


def decode_echo(frame: bytes) -> float:
    """Return the number that a watchdog's command was echoed with; an echo has no channel.

    Raises:
        GarbledReplyError: it is no number, or the answer to a question.
    """
    value, answered = _number(frame)
    if answered is not None:
        raise GarbledReplyError(f"a value of channel {answered} is no echo", received=frame)
    return value


def _number(frame: bytes) -> tuple[float, str | None]:
    found = _VALUE.fullmatch(decode_text(frame))
    if found is None or not math.isfinite(float(found[1])):
        raise GarbledReplyError(f"{decode_text(frame)!r} is no value", received=frame)
    return float(found[1]), found[2]
