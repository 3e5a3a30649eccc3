"""The thread of the journal: of each job the loop is told once, whether it stood by to the end or not."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from autosynth.journal.writer import Job, WriterThread


class Told:
    """A job that counts itself, waits where it is told to, and keeps what the loop was told of it."""

    def __init__(self, failure: Exception | None = None, gate: threading.Event | None = None) -> None:
        self.failure, self.gate = failure, gate
        self.times = 0
        self.told: list[Exception | None] = []
        self.job = Job(self.work, self.told.append, asyncio.get_running_loop())

    def work(self) -> None:
        if self.gate is not None:
            self.gate.wait()
        self.times += 1
        if self.failure is not None:
            raise self.failure


class Steered(WriterThread):
    """A thread whose loop hears the end of a job as a test wants it to: for races that chance does not bring."""

    def __init__(self) -> None:
        super().__init__("jobs")
        self.heard: Callable[[float | None], bool] = self._ended.heard
        self._ended.heard = lambda within_s: self.heard(within_s)  # type: ignore[method-assign]

    async def idle(self) -> None:
        """Return when every job given before has ended and its loop was told."""
        done = asyncio.Event()
        self.do(Job(lambda: None, lambda _: done.set(), asyncio.get_running_loop()))
        await done.wait()


@pytest.fixture
async def writer() -> AsyncIterator[Steered]:
    thread = Steered()
    yield thread
    thread.end()
    await asyncio.to_thread(thread.thread.join)


@pytest.mark.parametrize("stand_by_s", [0.0, 1e-3, 60.0])
async def test_every_job_is_told_of_once(writer: Steered, stand_by_s: float) -> None:
    """A job has ended there and then, with what it failed by, or is told of later: never both, and never neither."""
    jobs = [Told(ValueError("refused") if number % 3 == 0 else None) for number in range(200)]
    now = list[bool]()
    for each in jobs:
        now.append(writer.do(each.job, stand_by_s))
        assert not now[-1] or (each.times, each.job.failure) == (1, each.failure)
    await writer.idle()
    assert [each.times for each in jobs] == [1] * 200
    assert [each.told for each in jobs] == [
        [] if ended else [each.failure] for each, ended in zip(jobs, now, strict=True)
    ]
    assert stand_by_s < 1.0 or all(now)


async def test_a_job_that_ends_while_it_is_being_left_has_ended(writer: Steered) -> None:
    """The loop has heard nothing in its time, and looks once more; the ring that it missed tells of no later job."""
    first, gate = Told(), threading.Event()
    second = Told(gate=gate)

    def ends_now(_within_s: float | None) -> bool:
        while not first.job.ended:
            pass
        return False

    heard, writer.heard = writer.heard, ends_now
    assert writer.do(first.job, 0.001)
    writer.heard = heard
    assert not writer.do(second.job, 60.0)
    gate.set()
    await writer.idle()
    assert (first.told, second.told, second.times) == ([], [None], 1)


async def test_a_job_that_is_left_before_it_ends_is_told_of(writer: Steered) -> None:
    """A job that needs the loop to go on is no deadlock; the next one is stood by again."""
    gate = threading.Event()
    hanging, next_one = Told(gate=gate), Told()
    assert not writer.do(hanging.job, 0.001)
    gate.set()
    await writer.idle()
    assert writer.do(next_one.job, 60.0)
    assert (hanging.told, next_one.told) == ([None], [])


@pytest.mark.parametrize("ended", [True, False])
async def test_who_is_interrupted_while_standing_by_is_told_all_the_same(writer: Steered, *, ended: bool) -> None:
    """An interruption leaves a job that is told of when it ends, or has ended; and the next is done as ever."""
    gate = threading.Event()
    job, next_one = Told(gate=gate), Told()

    def interrupted(_within_s: float | None) -> bool:
        while ended and not job.job.ended:
            gate.set()
        raise KeyboardInterrupt

    heard, writer.heard = writer.heard, interrupted
    with pytest.raises(KeyboardInterrupt):
        writer.do(job.job, 60.0)
    gate.set()
    writer.heard = heard
    await writer.idle()
    now = writer.do(next_one.job, 60.0)
    await writer.idle()
    assert (job.times, job.told) == (1, [None])
    assert (next_one.times, next_one.told) == (1, [] if now else [None])


async def test_sockets_are_made_to_wait_whatever_is_the_default() -> None:
    """A default timeout that some library sets does not end the thread; a lack of sockets leaves none open."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(0.001)
    try:
        thread = WriterThread("jobs")
    finally:
        socket.setdefaulttimeout(before)
    bells = thread._given, thread._ended  # pyright: ignore[reportPrivateUsage]
    ends = [end for bell in bells for end in (bell._near, bell._far)]  # pyright: ignore[reportPrivateUsage]
    assert [end.gettimeout() for end in ends] == [None] * 4
    thread.end()
    await asyncio.to_thread(thread.thread.join)
