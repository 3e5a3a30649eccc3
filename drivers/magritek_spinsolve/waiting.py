"""Waiting for what only notifications tell: the end of a measurement, of a shim, or that nothing is being measured.

Silence proves nothing, so while nothing is heard the software is asked whether it is there, which notices a lost
connection; that it need not answer while it measures is assumed. Every wait has a deadline.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from autosynth.clock import Clock
from autosynth.errors import DeviceBusyError, DeviceRefusedError, ExchangeError, GarbledReplyError, NoReplyError
from drivers.magritek_spinsolve.course import Course
from drivers.magritek_spinsolve.options import SpinsolveOptions
from drivers.magritek_spinsolve.talk import Talk

Look = Callable[[float], Awaitable[str]]
"""Looks into a folder with so many seconds of patience and returns what is missing, or ""."""
UNHEARD = "its end was not heard"


class Waiting:
    """What has been heard (`course`), that something was (`news`), and how often it was stopped (`halts`)."""

    def __init__(self, name: str, talk: Talk, clock: Clock, options: SpinsolveOptions) -> None:
        self.course = Course()
        self.news = asyncio.Event()
        self.halts = 0
        self._begun = 0
        self._name = name
        self._talk = talk
        self._clock = clock
        self._options = options

    def begin(self, path: str, protocol: str, halts: int) -> None:
        """Wait from now on for the measurement of `protocol` into `path`, unless stopped since `halts`.

        Raises:
            DeviceRefusedError: it was stopped.
        """
        self._begun = halts
        self._check_stopped()
        self.course.begin(path, protocol)

    def stop(self) -> None:
        """End every wait with a DeviceRefusedError; what runs is going to be stopped."""
        self.halts += 1
        self.course.closing = self.course.closing or bool(self.course.running)
        self.news.set()

    def forget(self) -> None:
        """Forget what was heard over a former connection."""
        self.course = Course()

    def over(self) -> None:
        """Take the measurement begun for over, whatever of its end was not heard."""
        if self.course.ours:
            self.course.running, self.course.closing = "", False

    async def listen(self) -> bool:
        """Return whether something is heard within the time to listen; when not, see whether anybody is there.

        Raises:
            NotConnectedError: the connection is lost.
        """
        self.news.clear()
        try:
            async with asyncio.timeout(self._options.listen_s):
                await self.news.wait()
        except TimeoutError:
            with contextlib.suppress(NoReplyError, GarbledReplyError):
                await self._talk.hardware()
            return False
        return True

    async def need_idle(self) -> None:
        """See that what was running when last heard of runs no more, and wait for the end of what was stopped.

        Raises:
            DeviceBusyError: it is still heard of; the message says what runs.
        """
        course, start_s = self.course, self._clock.now()
        while course.closing and self._clock.now() - start_s < self._options.listen_s:
            await self.listen()
        course.closing = False
        was, course.running = course.running, ""
        if was and await self.listen() and course.running:
            course.running = was
            raise self._busy(was)

    async def until_end(self, expected_s: float, request: bytes, look: Look) -> str:
        """Return when the measurement has ended, with remarks on it; an end that was not heard is one of them.

        Once it should have ended and nothing is heard, a `look` tells whether it is whole.

        Raises:
            DeviceBusyError: another is being made instead.
            DeviceRefusedError: it was refused, stopped, or ended without success.
            NoReplyError: it is not heard to have started.
        """
        course, start_s = self.course, self._clock.now()
        written_s: float | None = None
        while not course.completed:
            await self._check(request)
            now_s = self._clock.now()
            known = course.started or course.written or course.ours
            if course.written and written_s is None:
                written_s = now_s
            if not known and now_s - start_s > self._options.patience_s:
                raise NoReplyError("it is not heard to have started", self._name, request)
            late_s = now_s - start_s - 1.5 * expected_s - self._options.patience_s
            if late_s > 0 or (written_s is not None and now_s - written_s > self._options.patience_s):
                return "; ".join([*course.errors, UNHEARD])
            if not await self.listen() and now_s - start_s > expected_s and not await look(0.0):
                return "; ".join([*course.errors, UNHEARD])
        if not course.successful:
            why = "; ".join([*course.errors, *course.refusals]) or "it gives no reason"
            raise DeviceRefusedError(f"the measurement ended without success: {why}", self._name, request)
        return "; ".join(course.errors)

    async def until(self, ended: Callable[[], bool], expected_s: float, request: bytes) -> None:
        """Return when something that was asked for has `ended`.

        Raises:
            DeviceBusyError: a measurement is being made instead.
            DeviceRefusedError: it was refused or stopped.
            NoReplyError: it does not end.
        """
        start_s = self._clock.now()
        while not ended():
            await self._check(request)
            if self._clock.now() - start_s > 1.5 * expected_s + self._options.patience_s:
                message = f"no answer after {self._clock.now() - start_s:.0f} s, {expected_s:.0f} s were expected"
                raise NoReplyError(message, self._name, request)
            await self.listen()

    async def until_found(self, look: Look, expected_s: float) -> str:
        """Return "" once a look finds a measurement whole, or what it lacks once nothing measures it any more.

        Where measurements of a former connection are not heard of, silence says nothing: their time is waited for.
        """
        start_s, bound_s = self._clock.now(), 1.5 * expected_s + self._options.patience_s
        if not self.course.running:
            await self.listen()
        while self._may_run() and self._clock.now() - start_s < bound_s:
            await self.listen()
            if not await look(0.0):
                return ""
        return await look(self._options.files_s if self.course.completed or self.course.written else 0.0)

    def _may_run(self) -> bool:
        unheard = not (self._options.overheard or self.course.running or self.course.completed)
        return self.course.ours or unheard

    async def _check(self, request: bytes) -> None:
        course = self.course
        if self._begun != self.halts:
            with contextlib.suppress(ExchangeError):  # whoever stopped it hears of a lost connection
                await self._talk.abort()  # it may have been started after it was stopped
            self._check_stopped()
        known = course.started or course.written
        if course.refusals and not known:
            if course.busy:
                raise self._busy(course.running)
            raise DeviceRefusedError("; ".join(course.refusals), self._name, request)
        if course.running and not course.ours and not known:
            raise self._busy(course.running)

    def _check_stopped(self) -> None:
        if self._begun != self.halts:
            raise DeviceRefusedError("the measurement was stopped", self._name)

    def _busy(self, what: str) -> DeviceBusyError:
        measuring = self._options.folder(what) if what else "something that it does not name"
        advice = "Wait until it has ended, or stop it at the spectrometer."
        return DeviceBusyError(f"it is measuring {measuring}", self._name, advice=advice)
