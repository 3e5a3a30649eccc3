"""The exchanges with one Modbus station: what is asked may be asked again, what moves something is never.

The silence before a command is longer than the 3.5 characters of the standard, so that a second answer to the last
command goes by unheard: an answer does not say which register it is of.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from autosynth.clock import Clock
from autosynth.errors import DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.silence import Silence
from drivers.modbus.codec import (
    BEGUN,
    PASSING,
    Answer,
    decode,
    read_holding,
    read_inputs,
    read_registers,
    told,
    write_register,
)

_ANSWER_S = 0.03
"""More than any answer that is asked for lasts at 9600 baud; a doubled one has passed after it."""
_EXCHANGE_S = 0.05
"""A question and its answer have passed after it; an order in their midst is heard by nobody."""
_BUSY_TIMES, _BUSY_S = 10, 0.1
"""How often a station may say that it is busy with something else, and how long it is left alone after that."""


@dataclass(frozen=True, slots=True)
class Line:
    """How a station is spoken to: `number` is its address; its answer begins within `reply_s`."""

    number: int
    reply_s: float
    retries: int


class Station:
    """One station on its wire; errors are those of `Device`."""

    def __init__(self, name: str, line: Line, wire: Wire, clock: Clock) -> None:
        self.name = name
        self.halts = 0
        """How often something urgent has been said; what was begun before gives way to it."""
        self._line = line
        self._wire = wire
        self._clock = clock
        self._awaiting = False
        self._urging = 0
        self._free = asyncio.Event()
        self._free.set()
        self._silence = Silence(clock, _ANSWER_S)

    async def holding(self, address: int, count: int) -> tuple[int, ...]:
        """Return holding registers."""
        answer = await self._ask(read_holding(self._line.number, address, count), count)
        return answer.registers

    async def registers(self, address: int, count: int) -> tuple[int, ...]:
        """Return input registers."""
        answer = await self._ask(read_registers(self._line.number, address, count), count)
        return answer.registers

    async def inputs(self, address: int, count: int) -> tuple[bool, ...]:
        """Return discrete inputs."""
        answer = await self._ask(read_inputs(self._line.number, address, count), count)
        return answer.bits[:count]

    async def set(self, address: int, value: int) -> None:
        """Write a register that may be written again: it holds a value, or stops something.

        Raises:
            DeviceRefusedError: it answers that what was written is wrong, or again and again that it cannot do it now.
        """
        request = write_register(self._line.number, address, value)
        await self._confirmed(request, lambda: self._exchange(request))

    async def order(self, address: int, value: int, halts: int) -> None:
        """Write a register once; not at all when something urgent has been said since `halts`.

        Raises:
            DeviceRefusedError: it was not taken, for certain.
            NoReplyError: nobody knows, as nothing came, or an exception that may be that of an order carried out.
        """
        request = write_register(self._line.number, address, value)
        try:
            self._check(await self._exchange(request, halts), request)
        except DeviceRefusedError as error:
            if decode(error.received).exception not in BEGUN:
                raise
            raise NoReplyError(f"{error.message}: it may do it yet", self.name, request, error.received) from error

    async def urge(self, address: int, value: int) -> None:
        """Write a register at once, ahead of all else, and again until it is confirmed.

        On a line that is busy an order goes unheard, so what is under way may end first: 50 ms at most.

        Raises:
            DeviceRefusedError: as `set` does.
        """
        self.halts += 1
        self._urging += 1
        self._free.clear()
        try:
            request = write_register(self._line.number, address, value)
            await self._confirmed(request, lambda: self._urgent(request))
        finally:
            self._urging -= 1
            if not self._urging:
                self._free.set()

    async def aclose(self) -> None:
        """Give the wire up; nothing is sent."""
        await self._wire.aclose()

    async def _confirmed(self, request: bytes, exchange: Callable[[], Awaitable[bytes]]) -> None:
        """Say what may be said again until it is confirmed, more patiently to a station that is busy."""
        failures, busy = 0, 0
        while True:
            try:
                return self._check(await exchange(), request)
            except (NoReplyError, GarbledReplyError):
                failures += 1
                if failures > self._line.retries:
                    raise
            except DeviceRefusedError as error:
                busy += 1
                if busy > _BUSY_TIMES or decode(error.received).exception not in PASSING:
                    raise
                await self._clock.sleep(_BUSY_S)

    async def _urgent(self, request: bytes) -> bytes:
        if self._awaiting:
            await self._clock.sleep(_EXCHANGE_S)
        frame = await self._wire.urgent(request, deadline_s=self._line.reply_s)
        self._silence.begin()
        return frame

    async def _ask(self, request: bytes, count: int) -> Answer:
        for _ in range(self._line.retries):
            try:
                return self._counted(await self._exchange(request), request, count)
            except (NoReplyError, GarbledReplyError):
                continue
        return self._counted(await self._exchange(request), request, count)

    async def _exchange(self, request: bytes, halts: int | None = None) -> bytes:
        async with self._silence:
            await self._free.wait()
            if halts is not None and halts != self.halts:
                raise NoReplyError("it was not sent, as it gave way to an urgent command", self.name, request)
            self._awaiting = True
            try:
                return await self._wire.exchange(request, deadline_s=self._line.reply_s)
            finally:
                self._awaiting = False

    def _counted(self, frame: bytes, request: bytes, count: int) -> Answer:
        answer = self._answer(frame, request)
        bits = 8 * ((count + 7) // 8)
        if len(answer.registers) != count and len(answer.bits) != bits:
            raise GarbledReplyError(f"it answers not the {count} that were asked for", self.name, request, frame)
        return answer

    def _check(self, frame: bytes, request: bytes) -> None:
        self._answer(frame, request)
        if frame != request:
            raise GarbledReplyError("it confirms something else than was written", self.name, request, frame)

    def _answer(self, frame: bytes, request: bytes) -> Answer:
        try:
            answer = decode(frame)
        except GarbledReplyError as error:
            raise GarbledReplyError(error.message, self.name, request, frame) from error
        if (answer.station, answer.function) != (request[0], request[1]):
            raise GarbledReplyError("it answers something else than was asked", self.name, request, frame)
        if answer.exception:
            advice = "Check the model in the station's options and the drive's parameters."
            if answer.exception in PASSING:
                advice = "Ask it again once it stands."
            raise DeviceRefusedError(told(answer.exception), self.name, request, frame, advice=advice)
        return answer
