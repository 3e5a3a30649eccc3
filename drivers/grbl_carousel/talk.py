"""A conversation with a GRBL board: what is asked is asked again, what moves is said once, and a reset is heard.

`ok` to a movement means that it was taken, so it is followed by a dwell of no time, whose `ok` comes when all that was
taken before it is done; then the board is asked until it stands and has said so twice alike. An alarm or a banner ends
every wait at once: the board has forgotten what it was told.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from autosynth.clock import Clock
from autosynth.errors import DeviceBusyError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.grbl_carousel import codec
from drivers.grbl_carousel.faults import LOCKED, POSITION_KEPT, alarm_text, error_text
from drivers.grbl_carousel.options import CarouselOptions

T = TypeVar("T")
POLL_S = 0.2
"""GRBL's makers ask for no more than five reports a second."""
STANDING = frozenset({"Idle", "Alarm", "Sleep", "Check"})
_GAP_S = 0.05
"""How long answers to other questions are let go by; at 115200 baud the settings last 40 ms."""
_CONFIRMATIONS = 4
"""How many further times a standing board is asked until two answers running agree."""


class Talk:
    """One board; `lost`: its count of steps is worth nothing, `alarm`: the last one since homing, `halts`: stops."""

    def __init__(self, name: str, wire: Wire, clock: Clock, options: CarouselOptions) -> None:
        self.lost = False
        self.alarm = 0
        self.halts = 0
        self.standing = False
        self._name = name
        self._wire = wire
        self._clock = clock
        self._options = options
        self._struck = asyncio.Event()
        wire.on_event(self._take)

    async def ask(self, request: bytes, parse: Callable[[bytes], T]) -> T:
        """Return what an answer says, asking again when nothing comes or what cannot be parsed.

        Raises:
            NoReplyError, GarbledReplyError: so it is each time.
            DeviceRefusedError: the board answers with an error.
        """
        attempt = 0
        while True:
            try:
                answer = await self._wire.exchange(request, deadline_s=self._options.reply_s)
                if answer.startswith(b"error:"):
                    self._refuse(codec.parse_answer(answer), request)
                return parse(answer)
            except (NoReplyError, GarbledReplyError) as error:
                if attempt == self._options.retries:
                    error.device, error.sent = self._name, request
                    raise
            attempt += 1
            await self._clock.sleep(_GAP_S)

    async def status(self) -> codec.Status:
        """Ask for a report; it is what GRBL does without an `ok`."""
        return self._note(await self.ask(codec.STATUS, codec.parse_status))

    async def settled(self) -> codec.Status:
        """Ask for a report; one of a standing board is asked until two running agree.

        Raises:
            GarbledReplyError: no two answers running agree.
        """
        last = await self.status()
        for _ in range(_CONFIRMATIONS):
            if last.state not in STANDING:
                return last
            now = await self.status()
            if now == last:
                self.standing = True
                return now
            last = now
        raise GarbledReplyError("its reports contradict each other", self._name, codec.STATUS)

    async def until_standing(self, duration_s: float) -> codec.Status:
        """Ask until it stands.

        Raises:
            DeviceBusyError: it moves, or is held, much longer than `duration_s`.
        """
        start_s = self._clock.now()
        while True:
            status = await self.settled()
            if status.state in STANDING:
                return status
            if self._clock.now() - start_s > 1.5 * duration_s + 2.0:
                message = f"it says {status.state} after {self._clock.now() - start_s:.1f} s"
                raise DeviceBusyError(message, self._name, advice="Look at the sampler: is it held, a door open?")
            await self._clock.sleep(POLL_S)

    async def order(self, line: bytes, deadline_s: float, halts: int) -> bool:
        """Say a line once; False: no usable answer came, so look what became of it.

        Raises:
            DeviceRefusedError: it was refused, an alarm or a reset came, or it was stopped since `halts`.
        """
        await self._clock.sleep(_GAP_S)  # an answer that was doubled would pass for this line's
        self.check_stopped(halts)
        self.standing = False
        self._struck.clear()
        try:
            answer = await self._race(self._wire.exchange(line, deadline_s=deadline_s))
            if answer is None:
                raise self._struck_down(line)
            self._refuse(codec.parse_answer(answer), line)
        except (NoReplyError, GarbledReplyError):
            self.check_stopped(halts)
            return False
        self.check_stopped(halts)
        return True

    async def urgent_status(self, first: bytes = b"") -> codec.Status:
        """Say a real-time command, if any, and ask for a report, ahead of all that waits."""
        request = first + codec.STATUS
        return self._note(codec.parse_status(await self._wire.urgent(request, deadline_s=self._options.reply_s)))

    async def reset(self) -> None:
        """Reset the board, ahead of all that waits, and hear its banner; its position is not trusted then.

        Raises:
            NoReplyError: no banner comes.
        """
        self.standing = False
        self._struck.clear()
        answer = await self._race(self._wire.urgent(codec.RESET, deadline_s=self._options.reply_s))
        if answer is not None:
            raise GarbledReplyError("it answers a reset without its banner", self._name, codec.RESET, answer)

    def check_stopped(self, halts: int) -> None:
        """Go no further with what was stopped.

        Raises:
            DeviceRefusedError: it was.
        """
        if halts != self.halts:
            raise DeviceRefusedError("the movement was stopped", self._name)

    async def _race(self, speaking: Coroutine[Any, Any, bytes]) -> bytes | None:
        """Return the answer, or None when an alarm or a banner came before it."""
        tasks = asyncio.ensure_future(speaking), asyncio.ensure_future(self._struck.wait())
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return None if tasks[1].done() else tasks[0].result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self, line: bytes) -> None:
        """Take what came by itself."""
        if line.startswith(codec.ALARM):
            self.alarm = codec.parse_alarm(line)
            self.lost = self.lost or self.alarm not in POSITION_KEPT
        elif line.startswith(codec.BANNER):
            self.lost = True
        else:
            return
        self.standing = False
        self._struck.set()

    def _note(self, status: codec.Status) -> codec.Status:
        if status.state == "Alarm" and not self.alarm:
            self.lost = True
        if status.state not in STANDING:
            self.standing = False
        return status

    def _struck_down(self, line: bytes) -> DeviceRefusedError:
        if self.alarm:
            message, advice = alarm_text(self.alarm)
        else:
            message, advice = "it was reset, as by a loss of power; its position is not trusted", error_text(LOCKED)[1]
        return DeviceRefusedError(message, self._name, line, advice=advice)

    def _refuse(self, error: int, request: bytes) -> None:
        if error:
            locked = error == LOCKED and self.alarm
            message, advice = alarm_text(self.alarm) if locked else error_text(error)
            raise DeviceRefusedError(message, self._name, request, advice=advice)
