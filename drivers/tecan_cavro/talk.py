"""How commands are said so that none is carried out twice: the two protocols differ exactly here.

Reports are harmless and simply asked again. Orders move things. OEM: an unanswered order is repeated under its own
sequence number with the repeat flag, and a pump that has carried it out only acknowledges. DT: nothing tells a
repetition from a new order, so it is sent once and silence is returned as None; the caller looks at the instrument.
Once `halt` was said, no order that was meant before is sent or repeated, wherever it waits. An answer does not name
what it answers, but reports other than `Q` carry data and nothing else does: an answer of the wrong kind is a doubled
or late one and is garbled. So that those are rare, a command is held back until a second answer to the last one has
gone by unheard.
"""

from typing import Protocol

from autosynth.clock import Clock
from autosynth.errors import GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from autosynth.wire.silence import Silence
from drivers.tecan_cavro.codec import SEQUENCES, Answer, carries_data, decode_answer, encode_dt, encode_oem
from drivers.tecan_cavro.options import PumpOptions

_GAP_S = 0.02
"""Silence between an answer and the next command: it begins within 5 ms of one and lasts some 10 ms at 9600 baud."""


class Talk(Protocol):
    """What the pump's device asks of either protocol; errors are those of a wire."""

    @property
    def halts(self) -> int:
        """How often movement was terminated; who gives an order names the count from which it knows that it may."""
        ...

    async def ask(self, report: str) -> Answer:
        """Return the answer to a report, asked again when nothing usable comes."""
        ...

    async def order(self, command: str, halts: int) -> Answer | None:
        """Send a command that may move something; None when it is unknown whether the pump took it.

        Raises:
            NoReplyError: there was a halt that `halts` does not count, and it is not known to have been taken.
        """
        ...

    async def halt(self) -> None:
        """Terminate movement at once."""
        ...


class _Speaker:
    """What both protocols need to say something."""

    def __init__(self, name: str, wire: Wire, clock: Clock, options: PumpOptions) -> None:
        self._orders = Orders(name, wire)
        self._options = options
        self._name = name
        self._wire = wire
        self._silence = Silence(clock, _GAP_S)

    @property
    def halts(self) -> int:
        """Return how often movement was terminated."""
        return self._orders.halts

    async def _report(self, request: bytes, report: str) -> Answer:
        async with self._silence:
            frame = await self._wire.exchange(request, deadline_s=self._options.reply_s)
        return self._understood(frame, request, report)

    async def _command(self, request: bytes, command: str, halts: int) -> Answer:
        async with self._silence:
            frame = await self._orders.exchange(request, halts, deadline_s=self._options.reply_s)
        return self._understood(frame, request, command)

    async def _terminate(self, request: bytes) -> None:
        try:
            frame = await self._wire.urgent(request, deadline_s=self._options.reply_s)
        finally:
            self._silence.begin()
        self._understood(frame, request, "T")

    def _understood(self, frame: bytes, request: bytes, data: str) -> Answer:
        """Return what a frame says if it can be the answer to `request`, which says `data`."""
        try:
            answer = decode_answer(frame)
        except GarbledReplyError as error:
            raise GarbledReplyError(error.message, self._name, request, frame) from error
        expected = carries_data(data)
        if (answer.data and not expected) or (expected and not answer.data and answer.error == 0):
            raise GarbledReplyError("this is the answer to something else", self._name, request, frame)
        return answer


class OemTalk(_Speaker):
    """The OEM protocol: sequence numbers make repetition safe."""

    def __init__(self, name: str, wire: Wire, clock: Clock, options: PumpOptions) -> None:
        super().__init__(name, wire, clock, options)
        self._sequence = 0

    async def ask(self, report: str) -> Answer:
        """Return the answer to a report; every attempt has its own number, as a repetition may come without data."""
        for _ in range(self._options.retries):
            try:
                return await self._report(self._framed(report, self._next()), report)
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._report(self._framed(report, self._next()), report)

    async def order(self, command: str, halts: int) -> Answer:
        """Send a command, and repeat it under the same number while no answer comes; see `Talk.order`."""
        sequence = self._next()
        for attempt in range(self._options.retries):
            try:
                return await self._command(self._framed(command, sequence, repeat=attempt > 0), command, halts)
            except (NoReplyError, GarbledReplyError):
                if self.halts != halts:
                    raise
        return await self._command(self._framed(command, sequence, repeat=self._options.retries > 0), command, halts)

    async def halt(self) -> None:
        """Terminate movement at once, repeating until the pump says that it heard."""
        self._orders.recall()
        sequence = self._next()
        for attempt in range(self._options.retries):
            try:
                await self._terminate(self._framed("T", sequence, repeat=attempt > 0))
            except (NoReplyError, GarbledReplyError):
                continue
            return
        await self._terminate(self._framed("T", sequence, repeat=self._options.retries > 0))

    def _next(self) -> int:
        self._sequence = self._sequence % SEQUENCES + 1
        return self._sequence

    def _framed(self, data: str, sequence: int, *, repeat: bool = False) -> bytes:
        return encode_oem(self._options.switch, sequence, data, repeat=repeat)


class DtTalk(_Speaker):
    """The terminal protocol: orders are never repeated."""

    async def ask(self, report: str) -> Answer:
        """Return the answer to a report."""
        for _ in range(self._options.retries):
            try:
                return await self._report(self._framed(report), report)
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._report(self._framed(report), report)

    async def order(self, command: str, halts: int) -> Answer | None:
        """Send a command once; None when no usable answer came; see `Talk.order`."""
        try:
            return await self._command(self._framed(command), command, halts)
        except (NoReplyError, GarbledReplyError):
            if self.halts != halts:
                raise
            return None

    async def halt(self) -> None:
        """Terminate movement at once; terminating twice is terminating once, so it may be repeated."""
        self._orders.recall()
        for _ in range(self._options.retries):
            try:
                await self._terminate(self._framed("T"))
            except (NoReplyError, GarbledReplyError):
                continue
            return
        await self._terminate(self._framed("T"))

    def _framed(self, data: str) -> bytes:
        return encode_dt(self._options.switch, data)
