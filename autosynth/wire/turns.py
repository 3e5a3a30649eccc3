"""Turns of urgent commands on one bus: one after the other, and none waits long for the answer to another.

A stop that has not been said yet is on the line within `PATIENCE_S`, whatever time for an answer its neighbours are
given: the command whose answer is awaited gives way in time, and those that wait share the patience evenly. The answer
to what gave way is owed until its time is over, and who speaks meanwhile cannot tell it from its own: that one has
been told to stop, but not that it was heard. The protocol above says both again; a second time a command waits until
nothing is owed by others, and presses nobody.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from autosynth.wire.gap import INSTANT_S

PATIENCE_S = 0.4
"""So long at most a command that was not said yet waits for the answers to others, all of them together."""


class Turns:
    """Who may say something urgent; `give_way` ends the wait for an answer. Times are the event loop's."""

    def __init__(self, give_way: Callable[[], None]) -> None:
        self._give_way = give_way
        self._lock = asyncio.Lock()
        self._asking = 0
        self._unsaid: list[float] = []
        """Until when each that waits is to be said, in the order of asking."""
        self._said: set[object] = set()
        """Lanes whose command was said since anybody asks or anything is owed."""
        self._owed: dict[object, float] = {}
        """Until when an answer may still come to a lane's command that gave way."""
        self._speaking: tuple[object, float] | None = None
        self._doubtful = False
        self._timer: asyncio.TimerHandle | None = None
        self._pressed = asyncio.Event()

    @property
    def taken(self) -> bool:
        """Return whether somebody has the turn."""
        return self._lock.locked()

    async def over(self) -> None:
        """Wait until nobody has the turn."""
        async with self._lock:
            pass

    @asynccontextmanager
    async def turn(self, lane: object) -> AsyncGenerator[None]:
        """Have the turn for one command of `lane`."""
        if not self._asking and self.owed_s() <= _now() + INSTANT_S:
            self._said.clear()
        self._asking += 1
        due_s = _now() + PATIENCE_S
        waits = lane not in self._said
        if waits:
            self._unsaid.append(due_s)
            self._press()
        try:
            try:
                await self._lock.acquire()
            finally:
                if waits:
                    self._unsaid.remove(due_s)
                    self._press()
            try:
                yield
            finally:
                self._speaking = None
                self._press()
                self._lock.release()
        finally:
            self._asking -= 1

    async def clear(self, lane: object) -> bool:
        """Wait, before something is said again, until nothing is owed by others; False: it has to give way itself."""
        left_s = self.owed_s(lane) - _now()
        if lane not in self._said or left_s <= INSTANT_S:
            return True
        self._speaking = (lane, self._owed.get(lane, _now()))
        self._pressed.clear()
        self._press()
        try:
            async with asyncio.timeout(left_s):
                await self._pressed.wait()
        except TimeoutError:
            return True
        return False

    def speak(self, lane: object, expires_s: float) -> None:
        """Note that who has the turn speaks now and awaits an answer until `expires_s`, or until it has to give way."""
        self._doubtful = self.owed_s(lane) > _now() + INSTANT_S
        self._said.add(lane)
        self._speaking = (lane, expires_s)
        self._press()

    def answered(self, lane: object) -> bool:
        """Take note of an answer; False: it may be what was owed by another."""
        if not self._doubtful:
            self._owed.pop(lane, None)
        return not self._doubtful

    def owed_s(self, lane: object = None) -> float:
        """Return until when something may be owed by others than `lane`."""
        return max((until_s for other, until_s in self._owed.items() if other is not lane), default=0.0)

    def _press(self) -> None:
        """See to it that the answer is not awaited for longer than those that wait allow."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._speaking is not None and self._unsaid:
            now_s = _now()
            share_s = min((due_s - now_s) / place for place, due_s in enumerate(self._unsaid, 1))
            self._timer = asyncio.get_running_loop().call_at(now_s + max(share_s, 0.0), self._end, self._speaking)

    def _end(self, speaking: tuple[object, float]) -> None:
        lane, expires_s = speaking
        self._owed[lane] = max(expires_s, self._owed.get(lane, expires_s))
        self._pressed.set()
        self._give_way()


def _now() -> float:
    return asyncio.get_running_loop().time()
