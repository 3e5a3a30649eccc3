"""A station on a Modbus RTU line: frames are what stands between silences, and every sum is worked out here.

A frame ends with a silence of 3.5 characters. One with a wrong sum, for another address or that begins sooner than a
silence after something else was said is never answered; address 0 is obeyed without an answer. Written from the Modbus
application protocol 1.1b3 and Modbus over serial line 1.02.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

READ_COILS, READ_INPUTS, READ_HOLDING, READ_REGISTERS, WRITE_ONE, WRITE_MANY = 1, 2, 3, 4, 6, 16
NO_FUNCTION, NO_ADDRESS, NO_VALUE, CANNOT = 1, 2, 3, 4
BITS, SILENT_CHARACTERS, FAST_SILENCE_S = 10, 3.5, 0.00175
LONGEST = 256
_INSTANT_S = 1e-9
_MOST = {READ_COILS: 2000, READ_INPUTS: 2000, READ_HOLDING: 125, READ_REGISTERS: 125, WRITE_MANY: 123}


class RefusalError(Exception):
    """The station answers with an exception; `code` is its number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}")
        self.code = code


class Memory(Protocol):
    """What stands behind a station: registers and inputs; an address that is not there is a RefusalError."""

    functions: frozenset[int]

    def read(self, t_s: float, function: int, address: int) -> int:
        """Return one register or bit."""
        ...

    def write(self, t_s: float, address: int, value: int) -> None:
        """Write one register."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a station is: its address, and how soon it answers."""

    address: int
    baud: int
    reply_delay_s: float


def crc(data: bytes) -> bytes:
    """Return the sum of a frame: polynomial A001 from FFFF, low byte first."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


class Station:
    """One station: bytes in with the time of their last, frames out.

    Attributes:
        heard: Called with the time whenever a frame for this station was sound.
    """

    def __init__(self, place: Place, memory: Memory, heard: Callable[[float], None] = lambda t_s: None) -> None:
        """Listen at an address.

        Raises:
            ValueError: the address or the baud rate is impossible.
        """
        if not 1 <= place.address <= 247 or place.baud <= 0:
            message = f"a Modbus station has an address from 1 to 247 and a baud rate, not {place}"
            raise ValueError(message)
        self.heard = heard
        self._place = place
        self._memory = memory
        self._byte_s = BITS / place.baud
        self._silence_s = max(SILENT_CHARACTERS * self._byte_s, FAST_SILENCE_S)
        self._frame = bytearray()
        self._due_s = inf
        self._last_s = -inf
        self._outbox: list[tuple[float, bytes]] = []

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; `advance` comes first. What follows too soon on what is over is lost on the station."""
        begins_s = t_s - len(data) * self._byte_s
        if self._frame or begins_s - self._last_s >= self._silence_s - _INSTANT_S:
            if len(self._frame) <= LONGEST:
                self._frame += data
            self._due_s = t_s + self._silence_s
        self._last_s = max(self._last_s, t_s)

    def advance(self, t_s: float) -> float | None:
        """Act on a frame whose silence is over by `t_s`; return when the one being heard will be."""
        if self._due_s <= t_s:
            at_s, frame = self._due_s, bytes(self._frame)
            self._frame.clear()
            self._due_s = inf
            answer = self._answer(at_s, frame)
            if answer is not None:
                leaves_s = max(at_s + self._place.reply_delay_s, t_s)
                self._outbox.append((leaves_s, answer))
                self._last_s = leaves_s + len(answer) * self._byte_s
        return None if self._due_s == inf else self._due_s

    def collect(self) -> list[tuple[float, bytes]]:
        """Hand over the answers since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def forget(self) -> None:
        """Lose what is being heard and what was not yet said: power is gone."""
        self._frame.clear()
        self._outbox.clear()
        self._due_s, self._last_s = inf, -inf

    def _answer(self, t_s: float, frame: bytes) -> bytes | None:
        if not 4 <= len(frame) <= LONGEST or crc(frame[:-2]) != frame[-2:]:
            return None
        if frame[0] not in (0, self._place.address):
            return None
        self.heard(t_s)
        function = frame[1]
        try:
            pdu = bytes((function,)) + self._serve(t_s, function, frame[2:-2])
        except RefusalError as refusal:
            pdu = bytes((function | 0x80, refusal.code))
        if frame[0] == 0:
            return None
        whole = bytes((self._place.address,)) + pdu
        return whole + crc(whole)

    def _serve(self, t_s: float, function: int, data: bytes) -> bytes:
        """Return the data of a normal answer."""
        if function not in self._memory.functions:
            raise RefusalError(NO_FUNCTION)
        if len(data) < 4 or (function != WRITE_MANY and len(data) != 4):
            raise RefusalError(NO_VALUE)
        address, number = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        if function == WRITE_ONE:
            self._memory.write(t_s, address, number)
            return data
        if not 1 <= number <= _MOST[function]:
            raise RefusalError(NO_VALUE)
        if address + number > 0x10000:
            raise RefusalError(NO_ADDRESS)
        if function == WRITE_MANY:
            return self._write_many(t_s, address, number, data)
        values = [self._memory.read(t_s, function, address + each) for each in range(number)]
        return _bits(values) if function in (READ_COILS, READ_INPUTS) else _words(values)

    def _write_many(self, t_s: float, address: int, number: int, data: bytes) -> bytes:
        words = data[5:]
        if len(data) != 5 + 2 * number or data[4] != 2 * number:
            raise RefusalError(NO_VALUE)
        for each in range(number):
            self._memory.write(t_s, address + each, int.from_bytes(words[2 * each : 2 * each + 2], "big"))
        return data[:4]


def _words(values: list[int]) -> bytes:
    return bytes((2 * len(values),)) + b"".join((value & 0xFFFF).to_bytes(2, "big") for value in values)


def _bits(values: list[int]) -> bytes:
    """Pack bits, the first in the lowest place of the first byte."""
    packed = bytearray((len(values) + 7) // 8)
    for place, value in enumerate(values):
        packed[place // 8] |= (value & 1) << (place % 8)
    return bytes((len(packed),)) + bytes(packed)
