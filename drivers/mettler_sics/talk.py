"""How commands are said to a balance: questions again while nothing usable comes, orders once.

The second answer of an order comes as an event, seconds or minutes later; meanwhile the line is free for questions and
for stopping, after which no order of before is said. That the balance has got its power back is an event too, and ends
every order that was at work.
"""

from collections.abc import Callable
from typing import TypeVar

from autosynth.clock import Clock
from autosynth.errors import DeviceBusyError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from autosynth.wire.silence import Silence
from drivers.mettler_sics.codec import STOP, Answer, answer_to, encode, head_of, parse_answer, parse_text, restarted
from drivers.mettler_sics.document import LONGEST
from drivers.mettler_sics.options import BalanceOptions

T = TypeVar("T")
_GAP_S = 0.04
"""Silence between an answer and the next command; an answer of thirty characters lasts 31 ms at 9600 baud."""
_LOOK_S = 0.2
_HALTED_S = 10.0
"""How long the second answer of what was stopped is awaited; that of a dosing comes with the answer to the stop."""
_DOCUMENT_S = 10.0
"""A document of LONGEST bytes would take a minute; those of a head have about a thousand, which take one second."""


class SicsTalk:
    """The conversation with one balance.

    Attributes:
        restarts: How often the balance has said of itself that it was switched on.
    """

    def __init__(self, name: str, wire: Wire, clock: Clock, options: BalanceOptions) -> None:
        self.restarts = 0
        self._name = name
        self._wire = wire
        self._clock = clock
        self._options = options
        self._silence = Silence(clock, _GAP_S)
        self._orders = Orders(name, wire)
        self._second: dict[tuple[str, ...], Answer] = {}
        self._document = bytearray()
        self._serial_until_s = float("-inf")
        wire.on_event(self._hear)

    @property
    def halts(self) -> int:
        """Return how often it was told to stop."""
        return self._orders.halts

    async def ask(self, command: str, parse: Callable[[bytes], T], deadline_s: float | None = None) -> T:
        """Return the answer to a question, asked again when nothing usable comes; errors are those of a wire."""
        for _ in range(self._options.retries):
            try:
                return await self._said(command, parse, deadline_s)
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._said(command, parse, deadline_s)

    async def inquire(self, command: str) -> str:
        """Return the text of an inquiry such as `I4`."""
        self._serial_until_s = self._clock.now() + (self._options.retries + 1) * (self._options.reply_s + _GAP_S)
        try:
            return await self.ask(command, lambda frame: parse_text(frame, command))
        finally:
            self._serial_until_s = self._clock.now() + _GAP_S

    async def settle(self, command: str) -> Answer:
        """Return the answer to a setting or a question that answers once; setting twice is setting once."""
        return await self.ask(command, lambda frame: answer_to(frame, command))

    async def order(self, command: str, patience_s: float, halts: int | None = None) -> Answer:
        """Say a command that moves something, once, and return its last answer; `halts` as of when it was begun.

        Raises:
            NoReplyError: whether it was taken is unknown.
            DeviceBusyError: it is still at work after `patience_s`.
            DeviceRefusedError: the balance lost its power meanwhile, or was told to stop since `halts`.
        """
        self._second.pop(head_of(command), None)
        restarts = self.restarts
        try:
            answer = await self._said(command, lambda frame: answer_to(frame, command), None, halts)
        except NoReplyError as error:
            if halts is None or halts == self.halts:
                raise
            raise self._stopped_meanwhile(command) from error
        return answer if answer.code != "B" else await self._finished(command, patience_s, restarts, halts)

    async def document(self, command: str, parse: Callable[[bytes], T]) -> tuple[Answer, T | None]:
        """Return the last answer to a question that is answered by a document, and what that says, if it came."""
        for _ in range(self._options.retries):
            try:
                return await self._read(command, parse)
            except (NoReplyError, GarbledReplyError, DeviceBusyError):
                continue
        return await self._read(command, parse)

    async def stop(self) -> Answer:
        """Stop dosing, ahead of all else; stopping twice is stopping once, so it is repeated until it is heard."""
        self._orders.recall()
        for _ in range(self._options.retries):
            try:
                return await self._stopped()
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._stopped()

    async def _stopped(self) -> Answer:
        frame = await self._wire.urgent(encode(STOP), deadline_s=self._options.reply_s)
        self._silence.begin()
        answer = answer_to(frame, STOP)
        if answer.code not in {"A", "B", "I"}:
            raise GarbledReplyError("it has not understood that it is to stop", self._name, encode(STOP), frame)
        return answer

    async def _read(self, command: str, parse: Callable[[bytes], T]) -> tuple[Answer, T | None]:
        self._document.clear()
        answer = await self.order(command, self._options.reply_s + _DOCUMENT_S)
        return answer, parse(bytes(self._document)) if answer.code == "A" else None

    async def _said(
        self, command: str, parse: Callable[[bytes], T], deadline_s: float | None, halts: int | None = None
    ) -> T:
        request, within_s = encode(command), deadline_s or self._options.reply_s
        async with self._silence:
            if halts is None:
                frame = await self._wire.exchange(request, deadline_s=within_s)
            else:
                frame = await self._orders.exchange(request, halts, deadline_s=within_s)
        try:
            return parse(frame)
        except GarbledReplyError as error:
            raise GarbledReplyError(error.message, self._name, request, frame) from error

    async def _finished(self, command: str, patience_s: float, restarts: int, halts: int | None) -> Answer:
        """Wait for the second answer; what was told to stop since `halts` is told again and has little time for it."""
        head, until_s, halted = head_of(command), self._clock.now() + patience_s, False
        while head not in self._second:
            if halts is not None and halts != self.halts and not halted:
                halted, until_s = True, min(until_s, self._clock.now() + _HALTED_S)
                await self.stop()
                continue
            if self.restarts != restarts:
                advice = "Its zero is lost: look at what is on the pan, and at its power."
                raise DeviceRefusedError("it lost its power", self._name, command.encode(), advice=advice)
            if self._clock.now() >= until_s:
                if halted:
                    raise self._stopped_meanwhile(command)
                message = f"it is still at work after {patience_s:g} s"
                raise DeviceBusyError(message, self._name, command.encode(), advice="Look at the balance.")
            await self._clock.sleep(_LOOK_S)
        return self._second.pop(head)

    def _stopped_meanwhile(self, command: str) -> DeviceRefusedError:
        advice = "Reconcile the dosing before anything else."
        return DeviceRefusedError("it was made safe meanwhile", self._name, command.encode(), advice=advice)

    def _hear(self, frame: bytes) -> None:
        """Take what nobody asked for just now; it must not raise."""
        answer = parse_answer(frame)
        if answer is not None:
            self._second[answer.head] = answer
        elif not restarted(frame):
            if len(self._document) <= LONGEST:
                self._document += frame
        elif self._clock.now() > self._serial_until_s:
            self.restarts += 1
