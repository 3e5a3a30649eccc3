"""A thread that does jobs one after another, and tells the event loop how each ended.

The loop may stand by a job: a short wait costs it a fraction of what being called by a thread does. The two wake each
other over sockets. A lock is released with the interpreter's own lock held, so that who is woken waits a second time;
a byte is sent with it let go, and arrives in half the time. A byte only wakes: whether a job has ended, the job says.
"""

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Job:
    """Work for the thread, what the loop is told when it has ended (its failure or `None`), and which loop is told."""

    work: Callable[[], None]
    tell: Callable[[Exception | None], None] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    failure: Exception | None = None
    """What the work raised, once it has ended."""
    ended: bool = False
    stood_by: bool = False
    """Whether the loop waits for its end, and needs to be woken only."""

    def call(self) -> None:
        """Have the loop told; one that has been closed has nobody left to tell."""
        if self.loop is not None and self.tell is not None:
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self.tell, self.failure)


class WriterThread:
    """One daemon thread. Its methods are for the loop's side, and a few jobs at a time."""

    def __init__(self, name: str) -> None:
        """Start the thread.

        Raises:
            OSError: the system has no sockets left.
        """
        self._jobs: deque[Job | None] = deque()
        self._lock = threading.Lock()
        self._given = _Bell()
        try:
            self._ended = _Bell()
        except OSError:
            self._given.close()
            raise
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def do(self, job: Job, stand_by_s: float = 0.0) -> bool:
        """Have a job done, and return whether it ended within `stand_by_s`; if it did not, its loop will be told."""
        job.stood_by = stand_by_s > 0.0
        self._jobs.append(job)
        self._given.ring()
        if not job.stood_by:
            return False
        try:
            self._ended.heard(stand_by_s)
        except BaseException:
            if self._left(job):
                job.call()  # interrupted: who waits is told all the same
            raise
        return self._left(job)

    def _left(self, job: Job) -> bool:
        """Stand by no longer, and return whether the job has ended; if it has not, the thread will call."""
        with self._lock:
            job.stood_by = False
            return job.ended

    def end(self) -> None:
        """Let the thread end after the jobs it was given; none may follow."""
        self._jobs.append(None)
        self._given.ring()

    def _run(self) -> None:
        while self._given.heard(None) and (job := self._jobs.popleft()) is not None:
            try:
                job.work()
            except Exception as error:  # whatever it is, who waits must hear of it and the next job be done
                job.failure = error
            with self._lock:
                job.ended = True
                stood_by = job.stood_by
            if stood_by:
                self._ended.ring()
            else:
                job.call()
        self._given.close()
        self._ended.close()


class _Bell:
    """What one thread rings and another hears, ring by ring."""

    def __init__(self) -> None:
        self._far, self._near = socket.socketpair()
        for end in (self._far, self._near):
            end.settimeout(None)
            if end.family != getattr(socket, "AF_UNIX", None):  # pragma: no cover - where there are no local sockets
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._within_s: float | None = None

    def ring(self) -> None:
        self._far.send(b"!")

    def heard(self, within_s: float | None) -> bool:
        if within_s != self._within_s:
            self._near.settimeout(within_s)
            self._within_s = within_s
        try:
            return self._near.recv(1) == b"!"
        except TimeoutError:
            return False

    def close(self) -> None:
        self._far.close()
        self._near.close()
