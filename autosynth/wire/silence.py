"""Silence between a device's answer and the next command, so that a second answer to the last one goes by unheard.

An answer seldom says which question it answers: one that was doubled would pass for that of the next. Who has been
silent for long enough anyway waits for nothing.
"""

import math
from types import TracebackType

from autosynth.clock import Clock


class Silence:
    """Entered before a command and left after its answer: `async with silence: await wire.exchange(...)`."""

    def __init__(self, clock: Clock, gap_s: float) -> None:
        self._clock = clock
        self._gap_s = gap_s
        self._since_s = -math.inf

    async def __aenter__(self) -> None:
        """Wait until nothing was said for the gap."""
        left_s = self._since_s + self._gap_s - self._clock.now()
        if left_s > 0.0:
            await self._clock.sleep(left_s)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Begin to count the silence, however the exchange ended."""
        self.begin()

    def begin(self) -> None:
        """Count the silence from now: something was answered, as on the urgent lane."""
        self._since_s = self._clock.now()
