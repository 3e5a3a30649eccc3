"""How commands are said so that none is carried out twice: the two protocols differ exactly here.

Reports are harmless and simply asked again. Orders move things. OEM: an unanswered order is repeated under its own
sequence number with the repeat flag, and a pump that has carried it out only acknowledges. DT: nothing tells a
repetition from a new order, so it is sent once and silence is returned as None; the caller looks at the instrument.
Once `halt` was said, no order that was waiting before is repeated.
"""

from typing import Protocol

from autosynth.errors import GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.tecan_cavro.codec import SEQUENCES, Answer, decode_answer, encode_dt, encode_oem
from drivers.tecan_cavro.options import PumpOptions


class Talk(Protocol):
    """What the pump's device asks of either protocol; errors are those of a wire."""

    halts: int
    """How often movement was terminated."""

    async def ask(self, report: str) -> Answer:
        """Return the answer to a report, asked again when nothing usable comes."""
        ...

    async def order(self, command: str) -> Answer | None:
        """Send a command that may move something; None when it is unknown whether the pump took it."""
        ...

    async def halt(self) -> None:
        """Terminate movement at once."""
        ...


class OemTalk:
    """The OEM protocol: sequence numbers make repetition safe."""

    def __init__(self, name: str, wire: Wire, options: PumpOptions) -> None:
        self.halts = 0
        self._name = name
        self._wire = wire
        self._options = options
        self._sequence = 0

    async def ask(self, report: str) -> Answer:
        """Return the answer to a report; every attempt has its own number, as a repetition may come without data."""
        for _ in range(self._options.retries):
            try:
                return await self._exchange(report, self._next())
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._exchange(report, self._next())

    async def order(self, command: str) -> Answer:
        """Send a command, and repeat it under the same number while no answer comes."""
        sequence, halts = self._next(), self.halts
        for attempt in range(self._options.retries):
            try:
                return await self._exchange(command, sequence, repeat=attempt > 0)
            except (NoReplyError, GarbledReplyError):
                if self.halts != halts:
                    raise
        return await self._exchange(command, sequence, repeat=self._options.retries > 0)

    async def halt(self) -> None:
        """Terminate movement at once, repeating until the pump says that it heard."""
        self.halts += 1
        sequence = self._next()
        for attempt in range(self._options.retries):
            try:
                await self._exchange("T", sequence, repeat=attempt > 0, urgent=True)
            except (NoReplyError, GarbledReplyError):
                continue
            return
        await self._exchange("T", sequence, repeat=self._options.retries > 0, urgent=True)

    def _next(self) -> int:
        self._sequence = self._sequence % SEQUENCES + 1
        return self._sequence

    async def _exchange(self, data: str, sequence: int, *, repeat: bool = False, urgent: bool = False) -> Answer:
        request = encode_oem(self._options.switch, sequence, data, repeat=repeat)
        return await _exchange(self._name, self._wire, request, self._options.reply_s, urgent=urgent)


class DtTalk:
    """The terminal protocol: orders are never repeated."""

    def __init__(self, name: str, wire: Wire, options: PumpOptions) -> None:
        self.halts = 0
        self._name = name
        self._wire = wire
        self._options = options

    async def ask(self, report: str) -> Answer:
        """Return the answer to a report."""
        for _ in range(self._options.retries):
            try:
                return await self._exchange(report)
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._exchange(report)

    async def order(self, command: str) -> Answer | None:
        """Send a command once; None when no usable answer came."""
        try:
            return await self._exchange(command)
        except (NoReplyError, GarbledReplyError):
            return None

    async def halt(self) -> None:
        """Terminate movement at once; terminating twice is terminating once, so it may be repeated."""
        self.halts += 1
        for _ in range(self._options.retries):
            try:
                await self._exchange("T", urgent=True)
            except (NoReplyError, GarbledReplyError):
                continue
            return
        await self._exchange("T", urgent=True)

    async def _exchange(self, data: str, *, urgent: bool = False) -> Answer:
        request = encode_dt(self._options.switch, data)
        return await _exchange(self._name, self._wire, request, self._options.reply_s, urgent=urgent)


async def _exchange(name: str, wire: Wire, request: bytes, deadline_s: float, *, urgent: bool) -> Answer:
    speak = wire.urgent if urgent else wire.exchange
    frame = await speak(request, deadline_s=deadline_s)
    try:
        return decode_answer(frame)
    except GarbledReplyError as error:
        raise GarbledReplyError(error.message, name, request, frame) from error
