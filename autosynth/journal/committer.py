"""Who commits, and when the waiting task may go on.

In virtual time commits are inline: no thread, so a run stays deterministic. In real time one daemon thread owns the
file, so a disk that stalls delays those who wait for it and nothing else, and an error of any kind reaches those who
wait while the thread lives on. Rows that could not be committed are kept and go first the next time: a failure leaves
no gap.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

from autosynth.errors import AutosynthError, JournalError
from autosynth.journal.event import Row
from autosynth.journal.store import JournalStore


class Committer(Protocol):
    """Takes rows at once and makes them durable when asked."""

    def give(self, row: Row) -> None:
        """Keep a row for the next commit; never blocks."""
        ...

    async def commit(self) -> None:
        """Return when every row given so far is on the disk.

        Raises:
            JournalError: the disk refused; the rows are kept for the next commit.
        """
        ...

    async def close(self) -> None:
        """Commit what was given, then close the store; if that fails, let go of it as it is.

        Raises:
            JournalError: the disk refused.
        """
        ...

    def abandon(self) -> None:
        """Drop what was not committed and let go of the store as a crash would."""
        ...


class InlineCommitter:
    """Commits in the calling task: for virtual time."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._rows: list[Row] = []

    def give(self, row: Row) -> None:
        """Keep a row for the next commit."""
        self._rows.append(row)

    async def commit(self) -> None:
        """Write every row given so far.

        Raises:
            JournalError: the disk refused; the rows are kept for the next commit.
        """
        if self._rows:
            self._store.append(self._rows)
            self._rows.clear()

    async def close(self) -> None:
        """Commit what was given, then close the store; if that fails, let go of it as it is.

        Raises:
            JournalError: the disk refused.
        """
        try:
            await self.commit()
        except BaseException:
            self.abandon()
            raise
        self._store.close()

    def abandon(self) -> None:
        """Drop what was not committed and let go of the store as a crash would."""
        self._store.abandon()


class ThreadCommitter:
    """Commits in a thread of its own: for real time, on one event loop.

    Waiters that come while it works share the next commit. What nobody waits for is committed after `linger_s`.
    """

    def __init__(self, store: JournalStore, linger_s: float) -> None:
        self._store = store
        self._linger_s = linger_s
        self._timer: asyncio.TimerHandle | None = None
        self._rows: list[Row] = []
        self._given = 0
        self._durable = 0
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._busy = False
        self.thread = threading.Thread(target=self._run, name=f"journal {store.path.name}", daemon=True)
        """The thread that alone touches the store."""
        self.thread.start()

    def give(self, row: Row) -> None:
        """Keep a row for the next commit; never blocks."""
        self._rows.append(row)
        self._given += 1
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._linger_s, self._lingered, loop)

    def _lingered(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if self._rows:
            self._start(loop)

    async def commit(self) -> None:
        """Return when every row given so far is on the disk.

        Raises:
            JournalError: the disk refused; the rows are kept for the next commit.
        """
        if self._durable >= self._given:
            return
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiters.append((self._given, done))
        self._start(loop)
        await done

    async def close(self) -> None:
        """Commit what was given, then close the store; if that fails, let go of it as it is.

        Raises:
            JournalError: the disk refused.
        """
        try:
            await self.commit()
        except BaseException:
            self.abandon()
            raise
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._stop_lingering()
        self._jobs.put(_Job(self._store.close, partial(_resolve, done), loop))
        self._jobs.put(None)
        await done

    def abandon(self) -> None:
        """Drop what was not committed and let go of the store, as soon as the thread comes to it."""
        self._stop_lingering()
        self._jobs.put(_Job(self._store.abandon, None, None))
        self._jobs.put(None)

    def _stop_lingering(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._busy:
            return
        self._busy = True
        rows, self._rows = self._rows, []
        self._jobs.put(_Job(partial(self._store.append, rows), partial(self._settle, rows, loop), loop))

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            failure: AutosynthError | None = None
            try:
                job.work()
            except AutosynthError as error:
                failure = error
            except Exception as error:  # whatever it is, who waits must hear of it and the next commit be tried
                failure = JournalError(f"{self._store.path} could not be written: {error!r}")
                failure.__cause__ = error
            if job.loop is not None and job.tell is not None:
                with contextlib.suppress(RuntimeError):  # closed just now: nobody is left to tell
                    job.loop.call_soon_threadsafe(job.tell, failure)

    def _settle(self, rows: list[Row], loop: asyncio.AbstractEventLoop, failure: AutosynthError | None) -> None:
        self._busy = False
        if failure is None:
            self._durable += len(rows)
        else:
            self._rows = rows + self._rows
        waiting: list[tuple[int, asyncio.Future[None]]] = []
        for number, done in self._waiters:
            if failure is not None or number <= self._durable:
                _resolve(done, failure)
            else:
                waiting.append((number, done))
        self._waiters = waiting
        if waiting:
            self._start(loop)


class _Job(NamedTuple):
    work: Callable[[], None]
    tell: Callable[[AutosynthError | None], None] | None
    loop: asyncio.AbstractEventLoop | None


def _resolve(done: asyncio.Future[None], failure: AutosynthError | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(None)
    else:
        done.set_exception(_again(failure))


def _again(failure: AutosynthError) -> AutosynthError:
    """Return an error of the same kind for one waiter, so that tasks do not share a traceback."""
    error = type(failure)(*failure.args) if isinstance(failure, JournalError) else JournalError(str(failure))
    error.__cause__ = failure
    return error
