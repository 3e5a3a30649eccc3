"""Orders that a halt takes back: what still waits for its turn when something is stopped is never said after it.

To compare a count of halts before an exchange is not enough. The bus may let the order wait, for a question on its way
or for the very command that stops, and would say it when that is over.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from autosynth.errors import NoReplyError
from autosynth.wire.lane import Wire

T = TypeVar("T")


class Orders:
    """The orders of one device on its lane.

    Attributes:
        halts: How often they were taken back; who gives an order names the count from which it knows that it may.
    """

    def __init__(self, device: str, wire: Wire) -> None:
        self.halts = 0
        self._device = device
        self._wire = wire
        self._waiting: set[asyncio.Task[Any]] = set()

    def recall(self) -> None:
        """Count a halt and take back every order that has no answer yet; called before the command that stops."""
        self.halts += 1
        for order in self._waiting:
            order.cancel()

    async def exchange(self, request: bytes, halts: int, *, deadline_s: float) -> bytes:
        """Send `request` and return its answer, unless it was taken back since `halts`; see `Wire.exchange`.

        Raises:
            NoReplyError: it was taken back, and not sent; or it was on its way, and its answer is not awaited.
        """
        return await self._give(request, halts, lambda: self._wire.exchange(request, deadline_s=deadline_s))

    async def send(self, request: bytes, halts: int) -> None:
        """Send what is never answered, unless it was taken back since `halts`; see `Wire.send`.

        Raises:
            NoReplyError: it was taken back, and not sent.
        """
        await self._give(request, halts, lambda: self._wire.send(request))

    async def _give(self, request: bytes, halts: int, say: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if halts != self.halts:
            raise self._recalled(request)
        order = asyncio.create_task(say())
        self._waiting.add(order)
        try:
            return await order
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if halts == self.halts or (task is not None and task.cancelling()):
                raise
            raise self._recalled(request) from None
        finally:
            self._waiting.discard(order)

    def _recalled(self, request: bytes) -> NoReplyError:
        return NoReplyError("it gave way to an urgent command", self._device, request)
