"""The one record of a run, as the engine writes it.

`record` gives an event its number and its place in the chain at once and never waits; `durable` returns when
everything recorded so far has reached the disk. An intent is recorded, made durable, and only then sent to a device:
one sync covers the intent and the outcomes before it. The journal decides nothing and forgets nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from autosynth.clock import Clock
from autosynth.errors import JournalError, StateError
from autosynth.journal.committer import Committer, InlineCommitter
from autosynth.journal.disk import Disk
from autosynth.journal.event import Event, sealed
from autosynth.journal.store import JournalStore
from autosynth.journal.threadcommitter import ThreadCommitter
from autosynth.journal.watermark import Watermark

Listener = Callable[[Event], None]
_LOG = logging.getLogger(__name__)


class Journal:
    """A run's journal, open for recording; `threaded` commits in a thread (real time) instead of inline (virtual).

    A threaded journal belongs to one event loop, and commits what nobody waits for after `linger_s`.
    """

    def __init__(self, store: JournalStore, clock: Clock, *, threaded: bool, linger_s: float = 0.5) -> None:
        self.store = store
        self._clock = clock
        try:
            self._seq, self._head = store.tail()
            self._committer: Committer = ThreadCommitter(store, linger_s) if threaded else InlineCommitter(store)
        except BaseException:
            store.abandon()
            raise
        self._listeners: list[Listener] = []
        self._closed = False

    @classmethod
    def create(
        cls,
        path: Path,
        disk: Disk,
        clock: Clock,
        meta: Mapping[str, str],
        *,
        threaded: bool,
        watermark: Watermark | None = None,
    ) -> "Journal":
        """Start the journal of a new run; `meta` stays outside the hash chain.

        Raises:
            JournalError: the path exists, is on a network file system, or cannot be written.
            LockedError: another process is creating it.
        """
        return cls(JournalStore.create(path, disk, meta, watermark), clock, threaded=threaded)

    @classmethod
    def open(
        cls,
        path: Path,
        disk: Disk,
        clock: Clock,
        *,
        threaded: bool,
        accept_cut: bool = False,
        watermark: Watermark | None = None,
    ) -> "Journal":
        """Go on with the journal of a run that ended or crashed, after its last durable event.

        Raises:
            JournalError: there is no journal, or it cannot be written.
            JournalCorruptError: the file is damaged, or events that were durable are missing.
            LockedError: another live process is writing it.
        """
        store = JournalStore.open(path, disk, accept_cut=accept_cut, watermark=watermark)
        return cls(store, clock, threaded=threaded)

    @property
    def seq(self) -> int:
        """Return the number of the last event recorded; 0 if there is none."""
        return self._seq

    @property
    def head(self) -> str:
        """Return the hash of the last event recorded: the head of the chain."""
        return self._head

    def record(self, kind: str, payload: Mapping[str, Any], action: str | None = None, schema: int = 1) -> Event:
        """Add an event to what the next `durable` writes, and return it as it will be read back.

        Raises:
            JournalError: the payload holds what JSON cannot say exactly; nothing was recorded.
            StateError: the journal is closed.
        """
        if self._closed:
            msg = f"{self.store.path} is closed: {kind} was not recorded"
            raise StateError(msg)
        raw = Event(self._seq + 1, float(self._clock.now()), kind, action, schema, payload, self._head)
        event, row = sealed(raw)
        self._seq = row.seq
        self._head = row.digest.hex()
        self._committer.give(row)
        for listener in tuple(self._listeners):
            self._tell(listener, event)
        return event

    def _tell(self, listener: Listener, event: Event) -> None:
        try:
            listener(event)
        except Exception:  # a view that breaks must not stop a run
            _LOG.exception("a listener failed at event %d (%s) and was disconnected", event.seq, event.kind)
            self._listeners.remove(listener)

    def on_event(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each event as it is recorded, and return what ends that; a failing one is dropped."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    async def durable(self, timeout_s: float | None = None) -> None:
        """Return when everything recorded so far is on the disk.

        Raises:
            JournalError: the disk refused or did not answer in `timeout_s`; the events are kept, and the next call
                tries again.
        """
        pending = self._committer.commit()
        if pending is not None:
            await self._bounded(pending, timeout_s)

    def hasten(self) -> None:
        """Begin to commit everything recorded so far and wait for nothing; what the disk refuses is kept as ever."""
        with suppress(JournalError):
            pending = self._committer.commit()
            if pending is not None:
                pending.add_done_callback(_heard)

    async def _bounded(self, work: Awaitable[None], timeout_s: float | None) -> None:
        if timeout_s is None:
            await work
            return
        try:
            async with asyncio.timeout(timeout_s):
                await work
        except TimeoutError as error:
            msg = f"{self.store.path}: the disk has not confirmed event {self._seq} within {timeout_s} s"
            raise JournalError(msg) from error

    def events(self) -> Iterator[Event]:
        """Yield the durable events from the first, each verified (for recovery, before recording goes on).

        Raises:
            JournalCorruptError: an event is missing, changed or unreadable; the message names the first.
        """
        return self.store.events()

    async def close(self, timeout_s: float | None = None) -> None:
        """Make everything durable, mark the file closed and let go of it; a second call does nothing.

        Raises:
            JournalError: the disk refused or did not answer in `timeout_s`; the file keeps saying that it is open.
        """
        if self._closed:
            return
        self._closed = True
        await self._bounded(self._committer.close(), timeout_s)

    def abandon(self) -> None:
        """Let go of the file as a crash would: what is not durable is lost, and the file keeps saying `open`."""
        self._closed = True
        self._committer.abandon()


def _heard(done: "asyncio.Future[None]") -> None:
    """Look at what became of a commit that nobody waits for."""
    if not done.cancelled():
        done.exception()
