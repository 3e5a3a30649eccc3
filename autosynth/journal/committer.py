"""Who commits, and when the waiting task may go on.

In virtual time commits are inline: no thread, so a run stays deterministic. In real time one daemon thread owns the
file, so a disk that stalls delays those who wait for it and nothing else. Rows that could not be committed are kept
and go first the next time: a failure leaves no gap.
"""

import asyncio
import queue
import threading
from collections.abc import Sequence
from typing import Protocol

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

    def end(self) -> None:
        """Stop committing; what was given and not committed is dropped."""
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

    def end(self) -> None:
        """Drop what was not committed."""
        self._rows.clear()


class ThreadCommitter:
    """Commits in a thread of its own: for real time. Waiters that come while it works share the next commit."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._rows: list[Row] = []
        self._given = 0
        self._durable = 0
        self._work: queue.SimpleQueue[tuple[Sequence[Row], asyncio.AbstractEventLoop] | None] = queue.SimpleQueue()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._busy = False
        threading.Thread(target=self._run, name=f"journal {store.path.name}", daemon=True).start()

    def give(self, row: Row) -> None:
        """Keep a row for the next commit; never blocks."""
        self._rows.append(row)
        self._given += 1

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

    def end(self) -> None:
        """Let the thread finish what it has begun and stop; nothing waits for it."""
        self._work.put(None)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._busy:
            self._busy = True
            self._work.put((self._rows, loop))
            self._rows = []

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            rows, loop = work
            failure: AutosynthError | None = None
            try:
                self._store.append(rows)
            except AutosynthError as error:
                failure = error
            try:
                loop.call_soon_threadsafe(self._settle, rows, failure, loop)
            except RuntimeError:  # the loop was closed while the disk stalled: nobody is left to tell
                return

    def _settle(self, rows: Sequence[Row], failure: AutosynthError | None, loop: asyncio.AbstractEventLoop) -> None:
        self._busy = False
        if failure is None:
            self._durable += len(rows)
        else:
            self._rows = [*rows, *self._rows]
        waiting: list[tuple[int, asyncio.Future[None]]] = []
        for number, done in self._waiters:
            if done.done():
                continue
            if failure is not None:
                done.set_exception(_again(failure))
            elif number <= self._durable:
                done.set_result(None)
            else:
                waiting.append((number, done))
        self._waiters = waiting
        if waiting:
            self._start(loop)


def _again(failure: AutosynthError) -> AutosynthError:
    """Return an error of the same kind for one waiter, so that tasks do not share a traceback."""
    error = type(failure)(*failure.args) if isinstance(failure, JournalError) else JournalError(str(failure))
    error.__cause__ = failure
    return error
