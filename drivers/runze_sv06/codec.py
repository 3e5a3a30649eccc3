"""Runze frames as pure values: eight bytes each way, CC address function low high DD and a 16-bit sum, low byte first.

In an answer the function byte is a status and the parameter carries the value asked for. A frame may hold any byte,
line feeds included, so only its length ends it. Source: Runze SV-06 manual v2.1, chapter 3.
"""

from dataclasses import dataclass
from enum import IntEnum

from autosynth.errors import GarbledReplyError

HEAD, TAIL, LENGTH = 0xCC, 0xDD, 8


class Function(IntEnum):
    """What can be asked of the valve."""

    POSITION = 0x3E
    FIRMWARE = 0x3F
    GO = 0x44
    RESET = 0x45
    STOP = 0x49
    MOTOR = 0x4A


class Status(IntEnum):
    """How the valve answers."""

    OK = 0x00
    FRAME_ERROR = 0x01
    PARAMETER_ERROR = 0x02
    OPTO_ERROR = 0x03
    BUSY = 0x04
    STALLED = 0x05
    UNKNOWN_POSITION = 0x06
    EXECUTING = 0xFE
    UNKNOWN_ERROR = 0xFF


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer; `low` and `high` are the parameter bytes."""

    address: int
    status: Status
    low: int
    high: int


def checksum(body: bytes) -> bytes:
    """Return the 16-bit sum of the first six bytes, low byte first."""
    return (sum(body) & 0xFFFF).to_bytes(2, "little")


def encode(address: int, function: Function, parameter: int = 0) -> bytes:
    """Return a request frame.

    Raises:
        ValueError: the address is no byte or the parameter no 16-bit number.
    """
    if not 0 <= address <= 0xFF or not 0 <= parameter <= 0xFFFF:
        raise ValueError(f"address {address} or parameter {parameter} does not fit")
    body = bytes((HEAD, address, function)) + parameter.to_bytes(2, "little") + bytes((TAIL,))
    return body + checksum(body)


def decode(frame: bytes) -> Answer:
    """Return what an answer frame says.

    Raises:
        GarbledReplyError: it is no complete frame, its sum is wrong, or its status does not exist.
    """
    if len(frame) != LENGTH or frame[0] != HEAD or frame[5] != TAIL or frame[6:] != checksum(frame[:6]):
        raise GarbledReplyError("this is not a Runze frame with a right sum", received=frame)
    try:
        status = Status(frame[2])
    except ValueError as error:
        raise GarbledReplyError(f"status {frame[2]:#04x} does not exist", received=frame) from error
    return Answer(frame[1], status, frame[3], frame[4])
