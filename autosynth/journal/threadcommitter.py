"""Commits in a thread that alone owns the file: for real time.

A disk that stalls delays those who wait for it and nothing else, and an error of any kind reaches those who wait while
the thread lives on. On a quick disk the loop stands by its commits until a millisecond of its round has gone, so for
two at the most: who comes later in the round shares the commit that follows.
"""

import asyncio
from functools import partial

from autosynth.errors import AutosynthError, JournalError
from autosynth.journal.event import Row
from autosynth.journal.store import JournalStore
from autosynth.journal.writer import Job, WriterThread

STAND_BY_S = 0.001
"""How long the loop stands by a commit; a system may round this up (Windows to 16 ms)."""


class ThreadCommitter:
    """Commits for one event loop. Who comes while it works shares the next commit; what nobody waits for lingers."""

    def __init__(self, store: JournalStore, linger_s: float, stand_by_s: float = STAND_BY_S) -> None:
        """Start the thread.

        Args:
            store: what is committed to.
            linger_s: after so long rows are committed that nobody waits for.
            stand_by_s: so long the loop stands by a commit, if in this round it has not done so before for as long.

        Raises:
            JournalError: the system has no sockets left.
        """
        self._store = store
        self._linger_s = linger_s
        self._stand_by_s = stand_by_s
        self._timer: asyncio.TimerHandle | None = None
        self._rows: list[Row] = []
        self._given = self._under_way = self._durable = 0
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._busy = False
        self._gone = False
        self._quick = True
        self._stood_s = self._begun_s = 0.0
        try:
            self._writer = WriterThread(f"journal {store.path.name}")
        except OSError as error:
            msg = f"{store.path}: its thread could not be started ({error}): close other programs and run it again"
            raise JournalError(msg) from error
        self.thread = self._writer.thread
        """The thread that alone touches the store."""

    def give(self, row: Row) -> None:
        """Keep a row for the next commit; never blocks."""
        self._rows.append(row)
        self._given += 1
        self._linger(asyncio.get_running_loop())

    def _linger(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None and self._rows and not self._gone:
            self._timer = loop.call_later(self._linger_s, self._lingered, loop)

    def _lingered(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if self._rows and not self._busy:
            self._begin(loop)

    def commit(self) -> asyncio.Future[None] | None:
        """Make every row given so far durable: `None` if they are on the disk now, else a future of their being there.

        Raises:
            JournalError: the disk refused at once, and the rows are kept; or the file was let go of.
        """
        if self._durable >= self._given:
            return None
        if self._gone:
            raise self._loss()
        loop = asyncio.get_running_loop()
        if not self._busy and self._begin(loop, self._patience_s()):
            return None
        done: asyncio.Future[None] = loop.create_future()
        self._waiters.append((self._given, done))
        return done

    def _patience_s(self) -> float:
        return self._stand_by_s if self._quick and self._stood_s < self._stand_by_s else 0.0

    def _stood(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count the time that was stood by since a commit was begun, until the round is over."""
        if self._stood_s == 0.0:
            loop.call_soon(self._round_over)
        self._stood_s += loop.time() - self._begun_s

    def _round_over(self) -> None:
        self._stood_s = 0.0

    async def close(self) -> None:
        """Commit what was given, then close the store; if that fails, let go of it as it is.

        Raises:
            JournalError: the disk refused, or the file was let go of meanwhile.
        """
        try:
            pending = self.commit()
            if pending is not None:
                await pending
        except BaseException:
            self.abandon()
            raise
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if not self._last(Job(self._store.close, partial(self._resolve, done), loop)):
            raise self._loss()
        await done

    def abandon(self) -> None:
        """Drop what is not on its way to the disk, and let go of the store as soon as the thread comes to it."""
        self._last(Job(self._store.abandon))
        self._answer(self._under_way, self._loss())

    def _last(self, job: Job) -> bool:
        """Give the thread its last job, unless it had one; return whether it is this."""
        if self._gone:
            return False
        self._gone = True
        if self._timer is not None:
            self._timer.cancel()
        self._writer.do(job)
        self._writer.end()
        return True

    def _begin(self, loop: asyncio.AbstractEventLoop, stand_by_s: float = 0.0) -> bool:
        """Begin a commit of what there is, and return whether it has ended already.

        Raises:
            JournalError: it has ended already, and failed.
        """
        rows, self._rows = self._rows, []
        job = Job(partial(self._store.append, rows), partial(self._settle, rows, loop), loop)
        self._busy, self._under_way, self._begun_s = True, self._given, loop.time()
        ended = self._writer.do(job, stand_by_s)
        if stand_by_s > 0.0:
            self._stood(loop)
            self._quick = ended
        if not ended:
            return False
        self._keep(rows, job.failure, loop)
        if job.failure is not None:
            raise self._error(job.failure)
        return True

    def _keep(self, rows: list[Row], failure: Exception | None, loop: asyncio.AbstractEventLoop) -> None:
        self._busy = False
        if failure is None:
            self._durable = self._under_way
        else:
            self._rows = rows + self._rows
            self._under_way = self._durable
        self._linger(loop)

    def _settle(self, rows: list[Row], loop: asyncio.AbstractEventLoop, failure: Exception | None) -> None:
        self._quick = loop.time() - self._begun_s < self._stand_by_s
        self._keep(rows, failure, loop)
        self._answer(self._durable, failure or (self._loss() if self._gone else None))
        if self._waiters:
            self._begin(loop)

    def _answer(self, known: int, failure: Exception | None) -> None:
        """Tell who waits for rows that are durable, and all who wait for rows after number `known` of a failure."""
        waiting: list[tuple[int, asyncio.Future[None]]] = []
        for number, done in self._waiters:
            if number <= self._durable:
                self._resolve(done, None)
            elif failure is not None and number > known:
                self._resolve(done, failure)
            else:
                waiting.append((number, done))
        self._waiters = waiting

    def _resolve(self, done: asyncio.Future[None], failure: Exception | None) -> None:
        if done.done() or done.get_loop().is_closed():
            return
        if failure is None:
            done.set_result(None)
        else:
            done.set_exception(self._error(failure))

    def _loss(self) -> JournalError:
        return JournalError(f"{self._store.path} was let go of before all that was recorded had reached the disk")

    def _error(self, failure: Exception) -> JournalError:
        """Return an error for one waiter, so that tasks do not share a traceback."""
        if isinstance(failure, JournalError):
            error = type(failure)(*failure.args)
        elif isinstance(failure, AutosynthError):
            error = JournalError(str(failure))
        else:
            error = JournalError(f"{self._store.path} could not be written: {failure!r}")
        error.__cause__ = failure
        return error
