"""Asking the spectrometer's software: an answer is known by the name of its element, whatever came before it.

Answers may come out of order, so one of another name is taken for that of an earlier question: what else may still be
on its way is let go by unheard, and the question is asked again, as it is when nothing usable comes. None of these
questions changes anything. What changes something is sent and never repeated.
"""

from xml.etree.ElementTree import Element

from autosynth.clock import Clock
from autosynth.errors import GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.magritek_spinsolve import codec
from drivers.magritek_spinsolve.document import body
from drivers.magritek_spinsolve.options import SpinsolveOptions

_GAP_S = 0.2
"""How long answers to other questions are let go by."""


class Talk:
    """A conversation with one spectrometer."""

    def __init__(self, name: str, wire: Wire, clock: Clock, options: SpinsolveOptions) -> None:
        self._name = name
        self._wire = wire
        self._clock = clock
        self._reply_s = options.reply_s
        self._retries = options.retries

    async def hardware(self) -> codec.Hardware:
        """Ask who is there."""
        return codec.parse_hardware(await self._ask(codec.HARDWARE, "HardwareResponse"))

    async def protocols(self) -> codec.Offered:
        """Ask which protocols there are."""
        return codec.parse_protocols(await self._ask(codec.PROTOCOLS, "AvailableProtocolOptionsResponse"))

    async def estimate(self, request: bytes) -> tuple[float, str]:
        """Ask how long a measurement takes; return seconds and the error that the software sees, or ""."""
        return codec.parse_estimate(await self._ask(request, "EstimateDurationResponse"))

    async def text(self, name: str) -> str:
        """Ask what `Sample` or `Solvent` is set to."""
        return codec.parse_text(await self._ask(codec.get_text(name), "GetResponse"), name)

    async def say(self, *requests: bytes) -> None:
        """Send what is not answered, once."""
        for request in requests:
            await self._wire.send(request)

    async def abort(self) -> None:
        """Abort what runs, ahead of all that waits; any answer to the question that goes along shows that it heard."""
        await self._wire.urgent(codec.ABORT + codec.HARDWARE, deadline_s=self._reply_s)

    async def _ask(self, request: bytes, answer: str) -> Element:
        """Return the element of that name.

        Raises:
            NoReplyError: nothing comes, however often it is asked.
            GarbledReplyError: only answers to other questions come, or none that can be read.
        """
        for attempt in range(self._retries + 1):
            try:
                element = body(await self._wire.exchange(request, deadline_s=self._reply_s))
                if element.tag == answer:
                    return element
                raise GarbledReplyError(f"it answers <{element.tag}> instead of <{answer}>", self._name, request)
            except GarbledReplyError:
                if attempt == self._retries:
                    raise
                await self._clock.sleep(_GAP_S)
            except NoReplyError:
                if attempt == self._retries:
                    raise
        raise NoReplyError("it was not asked", self._name, request)
