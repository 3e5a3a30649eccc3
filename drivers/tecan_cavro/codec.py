"""Cavro commands and answers as pure values: no wire, no clock, no memory.

Frames are two. OEM: STX address sequence data ETX checksum, the checksum being the XOR of all from STX to ETX; the
sequence byte is 0011 R SSS, where a set R lets the pump recognise a repetition it has already carried out. DT: slash
address data CR. Source: Tecan Cavro XCalibur manual 733085-B, chapter 3 and appendix G.
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor

from autosynth.errors import GarbledReplyError

STX, ETX, CR = 0x02, 0x03, 0x0D
HOST = 0x30
LAST_SWITCH = 14
SEQUENCES = 7


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer; `ready` is trustworthy only in the answer to `Q`, `error` in every answer."""

    ready: bool
    error: int
    data: str


def device_address(switch: int) -> int:
    """Return the address byte of a rotary switch position 0..14 (E).

    Raises:
        ValueError: position 15 is the self-test, others do not exist.
    """
    if not 0 <= switch <= LAST_SWITCH:
        raise ValueError(f"switch {switch} is not 0 to {LAST_SWITCH}")
    return 0x31 + switch


def checksum(frame: bytes) -> int:
    """Return the XOR of all bytes of a frame from STX to ETX."""
    return reduce(xor, frame, 0)


def encode_oem(switch: int, sequence: int, data: str, *, repeat: bool = False) -> bytes:
    """Return the OEM frame of a command string; `sequence` is 1..7.

    Raises:
        ValueError: switch or sequence do not exist.
    """
    if not 1 <= sequence <= SEQUENCES:
        raise ValueError(f"sequence {sequence} is not 1 to {SEQUENCES}")
    marker = 0x30 | (0x08 if repeat else 0) | sequence
    frame = bytes((STX, device_address(switch), marker)) + data.encode("ascii") + bytes((ETX,))
    return frame + bytes((checksum(frame),))


def encode_dt(switch: int, data: str) -> bytes:
    """Return the DT frame of a command string.

    Raises:
        ValueError: the switch position does not exist.
    """
    return b"/" + bytes((device_address(switch),)) + data.encode("ascii") + bytes((CR,))


def decode_answer(frame: bytes) -> Answer:
    """Return what an answer frame says, OEM or DT, as its framing delivers it.

    Raises:
        GarbledReplyError: the frame is not to the host, or its status byte is not 01X0 EEEE.
    """
    end = frame.rfind(bytes((ETX,)))
    if len(frame) < 4 or frame[1] != HOST or end < 3:
        raise GarbledReplyError("this is not an answer to the host", received=frame)
    status = frame[2]
    if status & 0xD0 != 0x40:
        raise GarbledReplyError(f"status byte {status:#04x} does not exist", received=frame)
    return Answer(ready=bool(status & 0x20), error=status & 0x0F, data=frame[3:end].decode("ascii", "replace"))


def carries_data(command: str) -> bool:
    """Return whether the answer to a command has data: that of a report (`?..`, `&`) has, except for `Q`."""
    return command.startswith(("?", "&"))


def decode_number(answer: Answer) -> int:
    """Return the whole number that a report carries.

    Raises:
        GarbledReplyError: the report is empty or no number.
    """
    if not answer.data.isascii() or not answer.data.isdigit():
        raise GarbledReplyError(f"the report {answer.data!r} is not a number", received=answer.data.encode())
    return int(answer.data)


def move_command(increments: int, speed: int, slope: int) -> str:
    """Return the string that moves the plunger to `increments` at `speed` half-increments a second.

    Start and cutoff speed follow the top speed, so that a stroke never depends on what an earlier one set: top
    first, then cutoff, then start, because the firmware keeps start <= cutoff <= top. Below 50 they cannot be given
    and the firmware lowers them itself.
    """
    edge = edge_speed(speed)
    edges = f"c{edge}v{edge}" if speed >= MINIMUM_EDGE else ""
    return f"L{slope}V{speed}{edges}A{increments}R"


def edge_speed(speed: int) -> int:
    """Return start and cutoff speed, half-increments a second, for a top speed."""
    return min(DEFAULT_EDGE, speed)


MINIMUM_EDGE, DEFAULT_EDGE = 50, 900
