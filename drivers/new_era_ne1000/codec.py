"""NE-1000 commands and answers as pure values: no wire, no clock, no memory.

Safe mode: STX length data CRC ETX, the length counting itself, data, CRC and ETX, the CRC being CCITT (polynomial
1021, from 0, not reflected) of the data alone, high byte first. Basic mode: data CR one way, STX data ETX the other. An
answer is two digits of address, a status letter and data, `?` and an error, or `A?` and an alarm. Numbers have at most
four digits and a point, three of them behind it. Source: New Era NE-1000 and NE-500 manuals, chapters on communication.
"""

import binascii
import math
import re
from dataclasses import dataclass

from autosynth.errors import GarbledReplyError

STX, ETX = 0x02, 0x03
RUNNING = frozenset("IWX")
MILLILITRES = {"UL": 1e-3, "ML": 1.0}
ML_PER_MIN = {"UM": 1e-3, "MM": 1.0, "UH": 1e-3 / 60.0, "MH": 1.0 / 60.0}
DIGITS, DECIMALS = 4, 3
_ANSWER = re.compile(r"([0-9]{2})(?:A\?([A-Z])|([IWSPTUX])(?:\?([A-Z]{0,3})|([^?]*)))")
_NUMBER = r"([0-9]{0,4}\.?[0-9]{0,4})"
_DISPENSED = re.compile(rf"I{_NUMBER}W{_NUMBER}(UL|ML)")
_QUANTITY = re.compile(rf"{_NUMBER}([A-Z]{{2}})?")
_VERSION = re.compile(r"(\S{1,16})V([0-9.]{1,10})")


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer: an alarm (then nothing else), or a status, an error ("?": unknown command) and data."""

    address: int
    status: str = ""
    alarm: str = ""
    error: str = ""
    data: str = ""


def crc(data: bytes) -> bytes:
    """Return the two bytes that check `data`."""
    return binascii.crc_hqx(data, 0).to_bytes(2, "big")


def encode_safe(address: int, command: str) -> bytes:
    """Return a command as a packet of the Safe mode."""
    data = f"{address}{command}".encode("ascii")
    return bytes((STX, len(data) + 4)) + data + crc(data) + bytes((ETX,))


def encode_basic(address: int, command: str) -> bytes:
    """Return a command as a line of the Basic mode."""
    return f"{address}{command}\r".encode("ascii")


def decode_answer(frame: bytes) -> Answer:
    """Return what an answer says, of either mode, as the framing delivers it.

    Raises:
        GarbledReplyError: it is no answer of such a pump.
    """
    data = frame[1:-1] if frame[1:2].isdigit() else frame[2:-3]
    found = _ANSWER.fullmatch(data.decode("latin-1"))
    if found is None or not data.isascii():
        raise GarbledReplyError("this is no answer of such a pump", received=frame)
    address, alarm, status, error, text = found.groups(default="")
    refused = error or ("?" if not alarm and "?" in data.decode() else "")
    return Answer(int(address), status, alarm, refused, text)


def parse_dispensed(data: str) -> tuple[float, float]:
    """Return what has been infused and withdrawn, in nominal mL, of the data that answer `DIS`.

    Raises:
        GarbledReplyError: they are something else.
    """
    found = _DISPENSED.fullmatch(data)
    if found is None:
        raise GarbledReplyError(f"{data!r} are no volumes", received=data.encode())
    return tuple(_number(text, data) * MILLILITRES[found[3]] for text in (found[1], found[2]))  # type: ignore[return-value]


def parse_quantity(data: str) -> tuple[float, str]:
    """Return the number and the unit ("" for none) of the data that answer `VOL`, `RAT` or `DIA`.

    Raises:
        GarbledReplyError: they are something else.
    """
    found = _QUANTITY.fullmatch(data)
    if found is None:
        raise GarbledReplyError(f"{data!r} is no quantity", received=data.encode())
    return _number(found[1], data), found[2] or ""


def parse_version(data: str) -> tuple[str, str]:
    """Return model and firmware of the data that answer `VER`.

    Raises:
        GarbledReplyError: they are something else.
    """
    found = _VERSION.fullmatch(data)
    if found is None:
        raise GarbledReplyError(f"{data!r} is no version", received=data.encode())
    return found[1], found[2]


def last_digit(value: float) -> float:
    """Return what the last digit of a number is worth that is written for `value`."""
    whole = len(str(math.floor(abs(value)))) if abs(value) >= 1.0 else 1
    return float(10.0 ** -min(DECIMALS, max(DIGITS - whole, 0)))


def format_number(value: float) -> str:
    """Return a number as the pump takes it.

    Raises:
        ValueError: it is negative, or has more than four digits before the point.
    """
    for decimals in range(DECIMALS, -1, -1):
        text = f"{value:.{decimals}f}"
        if 0 <= value < math.inf and sum(character.isdecimal() for character in text) <= DIGITS:
            return text
    raise ValueError(f"{value} cannot be written with {DIGITS} digits")


def _number(text: str, data: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise GarbledReplyError(f"{data!r} has no number", received=data.encode()) from error
