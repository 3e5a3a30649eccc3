"""The silence between two frames on a line whose devices tell frames apart by it."""

import asyncio
import math

from autosynth.clock import Clock

INSTANT_S = 1e-9
"""Times closer than this are the same time: the resolution of event loops."""


class Gap:
    """When a line was last heard and last spoken on, and how long it must be silent before anything is said.

    `length_s` is that silence, 0 where frames have ends of their own; `heard_s` and `spoke_s` are times of the event
    loop, `spoke_s` the end of what was written, which may lie ahead.
    """

    def __init__(self, clock: Clock) -> None:
        self.length_s = 0.0
        self.heard_s = -math.inf
        self.spoke_s = -math.inf
        self._clock = clock

    async def passed(self, patience_s: float) -> bool:
        """Wait for the silence; return False when something is heard still after `patience_s`.

        What was said here ends by itself and is waited for besides: only what others say can go on for ever.
        """
        if self.length_s <= 0.0:
            return True
        loop = asyncio.get_running_loop()
        bound_s = max(loop.time(), self.spoke_s + self.length_s) + patience_s
        while (left_s := self.length_s + max(self.heard_s, self.spoke_s) - loop.time()) > INSTANT_S:
            if loop.time() >= bound_s - INSTANT_S:
                return False
            await self._clock.sleep(min(left_s, bound_s - loop.time()))
        return True
