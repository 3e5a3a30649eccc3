"""The pump's two framings, read from its side of the wire.

A frame is either OEM (STX, address, sequence, data, ETX, XOR of all of it) or DT ("/", address, data, CR). Bytes
outside frames are ignored. A frame with a bad checksum is dropped without an answer (assumed for this family).
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor

STX, ETX, CR, SLASH = 0x02, 0x03, 0x0D, 0x2F
LONGEST = 512


@dataclass(frozen=True, slots=True)
class Request:
    """A command frame; `sequence` is None for DT."""

    address: int
    data: str
    sequence: int | None = None

    @property
    def number(self) -> int | None:
        """The sequence number without its repeat bit; None for DT."""
        return None if self.sequence is None else self.sequence & 0x07

    @property
    def is_repeat(self) -> bool:
        """Whether the host says it has sent this before."""
        return self.sequence is not None and bool(self.sequence & 0x08)


class Reader:
    """Cuts the byte stream into requests; keeps a started frame until its end comes."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self.bad_checksums = 0

    def reset(self) -> None:
        """Forget a started frame."""
        self._frame.clear()

    def feed(self, data: bytes) -> list[Request]:
        """Return the requests completed by `data`."""
        if not self._frame and _is_one_oem_frame(data):
            request = self._oem(data)
            return [] if request is None else [request]
        requests = (self._take(byte) for byte in data)
        return [request for request in requests if request is not None]

    def _take(self, byte: int) -> Request | None:
        frame = self._frame
        awaiting_checksum = len(frame) > 1 and frame[0] == STX and frame[-1] == ETX
        in_oem = bool(frame) and frame[0] == STX
        if not awaiting_checksum and (byte == STX or (byte == SLASH and not in_oem)):
            frame[:] = bytes((byte,))
            return None
        if not frame:
            return None
        frame.append(byte)
        if awaiting_checksum or (frame[0] == SLASH and byte == CR) or len(frame) > LONGEST:
            whole = bytes(frame)
            frame.clear()
            return self._oem(whole) if awaiting_checksum else _dt(whole)
        return None

    def _oem(self, frame: bytes) -> Request | None:
        if reduce(xor, frame[:-1]) != frame[-1]:
            self.bad_checksums += 1
            return None
        if len(frame) < 5 or frame[2] & 0xF0 != 0x30 or not frame[2] & 0x07:
            return None
        return Request(frame[1], frame[3:-2].decode("latin-1"), frame[2])


def _is_one_oem_frame(data: bytes) -> bool:
    """Tell whether these bytes are an OEM frame from its first to its last: how they mostly come."""
    return data[:1] == b"\x02" and data.find(STX, 1, -1) < 0 and 0 < data.find(ETX) == len(data) - 2 < LONGEST - 1


def _dt(frame: bytes) -> Request | None:
    if len(frame) < 3 or frame[-1] != CR:
        return None
    return Request(frame[1], frame[2:-1].decode("latin-1"))


def oem_answer(status: int, data: str) -> bytes:
    """Frame an answer to the host at address 0, OEM."""
    body = bytes((STX, 0x30, status)) + data.encode("latin-1") + bytes((ETX,))
    return body + bytes((reduce(xor, body),))


def dt_answer(status: int, data: str) -> bytes:
    """Frame an answer to the host at address 0, DT."""
    return b"/0" + bytes((status,)) + data.encode("latin-1") + b"\x03\r\n"


def addresses(switch: int) -> tuple[int, frozenset[int]]:
    """Return a pump's own address and the group addresses (pair, quad, all) it obeys without answering.

    Raises:
        ValueError: for a switch outside 0..14.
    """
    if not 0 <= switch <= 14:
        raise ValueError(f"address switch {switch} is not within 0 to 14")
    return 0x31 + switch, frozenset({0x41 + switch // 2 * 2, 0x51 + switch // 4 * 4, 0x5F})
