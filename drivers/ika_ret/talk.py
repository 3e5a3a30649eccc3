"""How a plate is asked and told: questions may be repeated, and an answer is for the question it fits.

An answer says its channel, but not whether it is a setpoint or measured: questions wait until a second answer to the
last one has gone by unheard. That an echo has no channel is assumed.
"""

from collections.abc import Callable
from functools import partial

from autosynth.clock import Clock
from autosynth.errors import DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from autosynth.wire.silence import Silence
from drivers.ika_ret.codec import Channel, decode_echo, decode_value, encode
from drivers.ika_ret.options import HotplateOptions

_GAP_S = 0.02
"""Silence between an answer and the next question; an answer of ten characters lasts 10 ms at 9600 baud."""


class NamurTalk:
    """The conversation with one plate; every method raises WireError when bytes do not get through."""

    def __init__(self, name: str, wire: Wire, clock: Clock, options: HotplateOptions) -> None:
        self._name = name
        self._wire = wire
        self._options = options
        self._silence = Silence(clock, _GAP_S)
        self._orders = Orders(name, wire)

    @property
    def halts(self) -> int:
        """Return how often the plate was made safe; see `Orders`."""
        return self._orders.halts

    async def tell(self, command: str) -> None:
        """Say what is never answered."""
        await self._wire.send(encode(command, self._options.line_end))

    async def order(self, command: str, halts: int) -> None:
        """Say what is never answered and heats; not after the plate was made safe, which `halts` does not count.

        Raises:
            NoReplyError: it was, and nothing was sent.
        """
        await self._orders.send(encode(command, self._options.line_end), halts)

    async def urgent(self, request: bytes) -> bytes:
        """Take back the orders that wait, and return the answer to `request`, said ahead of all else."""
        self._orders.recall()
        return await self._wire.urgent(request, deadline_s=self._options.reply_s)

    async def echoed(self, command: str, value: float) -> None:
        """Set what the plate echoes.

        Raises:
            DeviceRefusedError: it echoed another value.
        """
        echo = await self._answer(f"{command}{value:g}", decode_echo)
        if echo != value:
            raise DeviceRefusedError(f"{command} was answered by {echo:g} instead of {value:g}", self._name)

    async def ask(self, question: str, channel: Channel) -> float:
        """Return the value of a channel; a question may be repeated."""
        return await self._answer(question, partial(decode_value, channel=channel))

    async def question(self, command: str) -> bytes:
        """Ask once and return the answer as it came."""
        request = encode(command, self._options.line_end)
        async with self._silence:
            return await self._wire.exchange(request, deadline_s=self._options.reply_s)

    async def _answer(self, question: str, decode: Callable[[bytes], float]) -> float:
        """Ask until something usable comes; what is asked or set here may be repeated."""
        for _ in range(self._options.retries):
            try:
                return await self._value(question, decode)
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._value(question, decode)

    async def _value(self, question: str, decode: Callable[[bytes], float]) -> float:
        frame = await self.question(question)
        try:
            return decode(frame)
        except GarbledReplyError as error:
            request = encode(question, self._options.line_end)
            raise GarbledReplyError(error.message, self._name, request, frame) from error
