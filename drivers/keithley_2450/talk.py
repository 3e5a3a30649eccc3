"""Asking and telling: every answer is checked for its form, every set-up for the errors it left in the queue.

An answer does not say what it answers. So that a doubled one does not pass for that of the next question, and all later
ones are off by one, each question waits until a second answer to the last one would have gone by unheard.
"""

from autosynth.clock import Clock
from autosynth.errors import DeviceRefusedError, GarbledReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from drivers.keithley_2450 import codec

_QUEUE_LENGTH = 50
_SET_UP_S = 10.0
"""A reset and a list of some thousand values keep the instrument busy before it answers [assumed]."""
_GAP_S = 0.01
"""Silence before a question; a line doubled on its way comes at once after the first [assumed]."""


class Talk:
    """A conversation in SCPI on one wire."""

    def __init__(self, name: str, wire: Wire, clock: Clock, reply_s: float) -> None:
        self._name = name
        self._wire = wire
        self._clock = clock
        self._reply_s = reply_s
        self._orders = Orders(name, wire)

    @property
    def halts(self) -> int:
        """Return how often the instrument was stopped; see `Orders`."""
        return self._orders.halts

    async def ask(self, question: str, patience_s: float = 0.0) -> bytes:
        """Return the line that answers `question`, waiting longer than usual where `patience_s` is longer."""
        return await self._exchange(codec.message(question), max(self._reply_s, patience_s))

    async def tell(self, *commands: str, halts: int) -> None:
        """Send commands, none of them after a stop that `halts` does not count, and see that none was refused.

        Raises:
            DeviceRefusedError: the error queue is not empty; the message holds all of it.
            NoReplyError: the instrument was stopped meanwhile.
        """
        for command in commands:
            await self._orders.send(codec.message(command), halts)
        if errors := await self.errors():
            raise DeviceRefusedError("; ".join(errors), self._name, codec.message(*commands[-1:]))

    async def start(self, halts: int) -> None:
        """Start the sweep, unless the instrument was stopped since `halts`.

        Raises:
            NoReplyError: it was, and nothing was sent.
        """
        await self._orders.send(codec.message(codec.START), halts)

    async def errors(self) -> list[str]:
        """Take all entries from the error queue.

        Raises:
            GarbledReplyError: the queue does not end.
        """
        found: list[str] = []
        for _ in range(_QUEUE_LENGTH):
            entry = codec.parse_error(await self.ask(codec.ERROR, _SET_UP_S))
            if not entry:
                return found
            found.append(entry)
        what = f"the error queue does not end: {found[-1]}"
        raise GarbledReplyError(what, self._name, codec.message(codec.ERROR))

    async def count(self) -> int:
        """Return how many readings the buffer holds."""
        return codec.parse_count(await self.ask(codec.COUNT))

    async def running(self) -> bool:
        """Return whether a sweep is running."""
        return codec.parse_running(await self.ask(codec.STATE))

    async def output_on(self) -> bool:
        """Return whether the output is on."""
        return codec.parse_switch(await self.ask(codec.OUTPUT))

    async def switch_off(self, *, urgent: bool = False) -> None:
        """Abort a sweep and switch the output off, and see that it is; urgently it takes back what waits to be said.

        Raises:
            DeviceRefusedError: the output is still on.
        """
        request = codec.message(*codec.OFF, codec.OUTPUT)
        if urgent:
            self._orders.recall()
            reply = await self._wire.urgent(request, deadline_s=self._reply_s)
        else:
            reply = await self._exchange(request, self._reply_s)
        if codec.parse_switch(reply):
            raise DeviceRefusedError(
                "the output stays on", self._name, request, reply, advice="Disconnect the cell by hand."
            )

    async def _exchange(self, request: bytes, deadline_s: float) -> bytes:
        await self._clock.sleep(_GAP_S)
        return await self._wire.exchange(request, deadline_s=deadline_s)
