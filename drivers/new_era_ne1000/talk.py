"""How commands are said so that none is carried out twice, and what an alarm in the place of an answer means.

Questions and settings are absolute and said again while nothing usable comes. An alarm stands in the place of the
answer to one command, which is then not carried out: it is said again after a silence, in which the alarm that the pump
may have sent unasked at the same time goes by. To start is said once, and never again unless an alarm proves that it
was not carried out, and neither again nor at all once the pump was told to stop.
"""

from collections.abc import Callable
from contextlib import suppress

from autosynth.clock import Clock
from autosynth.errors import DeviceRefusedError, ExchangeError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from autosynth.wire.silence import Silence
from drivers.new_era_ne1000.codec import Answer, decode_answer, encode_basic, encode_safe
from drivers.new_era_ne1000.faults import TIMED_OUT, alarm_advice, alarm_text, error_advice, error_text
from drivers.new_era_ne1000.options import InfuserOptions

_GAP_S = 0.03
"""Silence between an answer and the next command; an alarm of ten bytes lasts 10 ms at 9600 baud."""
_ALARMS = 3
"""So many alarms in a row are acknowledged before they are taken for a refusal."""
_STOPS = 4


class SafeTalk:
    """The conversation with one pump; every alarm, asked for or not, goes to `alarmed`."""

    def __init__(
        self, name: str, wire: Wire, clock: Clock, options: InfuserOptions, alarmed: Callable[[str], None]
    ) -> None:
        self._name = name
        self._wire = wire
        self._options = options
        self._alarmed = alarmed
        self._silence = Silence(clock, _GAP_S)
        self._orders = Orders(name, wire)
        wire.on_event(self._hear)

    @property
    def halts(self) -> int:
        """Return how often the pump was told to stop."""
        return self._orders.halts

    async def arm(self) -> None:
        """Put the pump into Safe mode with its watchdog, in which mode so ever it is.

        Raises:
            NoReplyError: it answers in neither mode.
        """
        command = f"SAF{self._options.watchdog_s}"
        try:
            await self.say(command)
        except NoReplyError:
            for _ in range(_ALARMS):
                await self._plainly(command)
            await self.say(command)

    async def _plainly(self, command: str) -> None:
        """Say a setting to a pump in Basic mode; the line end before it ends what the pump has made of a packet."""
        request = b"\r" + encode_basic(self._options.address, command)
        async with self._silence:
            with suppress(NoReplyError, GarbledReplyError):
                await self._wire.exchange(request, deadline_s=self._options.reply_s)

    async def say(self, command: str) -> Answer:
        """Return the answer to a question or a setting, said again when nothing usable or an alarm comes.

        Raises:
            DeviceRefusedError: it is answered with an error, or with one alarm after another.
        """
        alarms, failures = 0, 0
        while True:
            try:
                answer = await self._exchange(command)
            except (NoReplyError, GarbledReplyError):
                failures += 1
                if failures > self._options.retries:
                    raise
                continue
            if answer.error == "COM" and failures < self._options.retries:
                failures += 1
                continue
            if not answer.alarm:
                return self._accepted(answer, command)
            alarms += 1
            if alarms >= _ALARMS:
                raise self._alarm(answer.alarm, command)

    async def start(self, halts: int) -> bool:
        """Say RUN once, and not after a stop that `halts` does not count; return whether it was taken for certain.

        Raises:
            DeviceRefusedError: it has not: an error, or an alarm other than that of its watchdog.
        """
        for _ in range(_ALARMS):
            try:
                answer = await self._exchange("RUN", halts)
            except (NoReplyError, GarbledReplyError):
                return False
            if not answer.alarm:
                return bool(self._accepted(answer, "RUN"))
            if answer.alarm != TIMED_OUT:
                raise self._alarm(answer.alarm, "RUN")
        raise self._alarm(TIMED_OUT, "RUN")

    async def stop(self) -> None:
        """Stop ahead of all else: the first STP pauses, the second ends the stroke; said until the pump says so.

        Raises:
            WireError: it is not heard.
        """
        self._orders.recall()
        request = encode_safe(self._options.address, "STP")
        failure: ExchangeError = NoReplyError("it does not say that it has stopped", self._name, request)
        for _ in range(_STOPS + self._options.retries):
            try:
                answer = decode_answer(await self._wire.urgent(request, deadline_s=self._options.reply_s))
            except (NoReplyError, GarbledReplyError) as error:
                failure = error
                continue
            finally:
                self._silence.begin()
            if answer.status == "S":
                return
        raise failure

    async def _exchange(self, command: str, halts: int | None = None) -> Answer:
        request, deadline_s = encode_safe(self._options.address, command), self._options.reply_s
        async with self._silence:
            if halts is None:
                frame = await self._wire.exchange(request, deadline_s=deadline_s)
            else:
                frame = await self._orders.exchange(request, halts, deadline_s=deadline_s)
        try:
            return decode_answer(frame)
        except GarbledReplyError as error:
            raise GarbledReplyError(error.message, self._name, request, frame) from error

    def _accepted(self, answer: Answer, command: str) -> Answer:
        if answer.error:
            message = f"{command}: {error_text(answer.error)}"
            raise DeviceRefusedError(message, self._name, command.encode(), advice=error_advice(answer.error))
        return answer

    def _alarm(self, alarm: str, command: str) -> DeviceRefusedError:
        return DeviceRefusedError(alarm_text(alarm), self._name, command.encode(), advice=alarm_advice(alarm))

    def _hear(self, frame: bytes) -> None:
        """Take an alarm, whether in the place of an answer or unasked; it must not raise."""
        try:
            self._alarmed(decode_answer(frame).alarm)
        except GarbledReplyError:
            return
