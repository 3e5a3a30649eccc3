"""The loop stands by the commits of a quick disk, and by no others; what it lets go of is told."""

import asyncio
import socket
import time
from collections.abc import Sequence

import pytest

from autosynth.errors import JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.event import GENESIS, Event, Row, sealed
from autosynth.journal.journal import Journal
from autosynth.journal.store import JournalStore
from autosynth.journal.threadcommitter import STAND_BY_S, ThreadCommitter
from autosynth.journal.writer import Job, WriterThread
from tests.autosynth.journal.conftest import PATH, SetClock

LONG_S = 60.0


def row(number: int) -> Row:
    return sealed(Event(number, 0.0, "note", None, 1, {}, GENESIS))[1]


async def ended(committer: ThreadCommitter) -> None:
    await committer.close()
    await asyncio.to_thread(committer.thread.join)


async def test_a_commit_of_a_quick_disk_has_ended_when_it_returns(disk: CrashDisk) -> None:
    """Nobody has to be called: it is on the disk, or has failed, there and then."""
    committer = ThreadCommitter(JournalStore.create(PATH, disk, {}), LONG_S, LONG_S)
    committer.give(row(1))
    before = disk.syncs
    assert committer.commit() is None
    assert disk.syncs > before
    committer.give(row(2))
    disk.sync_fails = True
    with pytest.raises(JournalError, match="input/output error"):
        committer.commit()
    disk.sync_fails = False
    assert committer.commit() is None
    await ended(committer)


async def test_a_slow_disk_is_stood_by_once_until_it_is_quick_again(
    disk: CrashDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What safety.md promises is a matter of milliseconds, and is spent once for a disk that does not answer in it."""
    assert STAND_BY_S <= 0.001
    committer = ThreadCommitter(JournalStore.create(PATH, disk, {}), LONG_S)
    do, times_s = WriterThread.do, list[float]()

    def watched(self: WriterThread, job: Job, stand_by_s: float = 0.0) -> bool:
        times_s.append(stand_by_s)
        return do(self, job, stand_by_s)

    monkeypatch.setattr(WriterThread, "do", watched)
    disk.stall()
    committer.give(row(1))
    first = committer.commit()
    assert first is not None
    disk.release()
    await first
    committer.give(row(2))
    second = committer.commit()
    assert second is not None
    await second
    committer._stand_by_s = LONG_S  # pyright: ignore[reportPrivateUsage]
    committer.give(row(3))
    third = committer.commit()  # the second may have been quick, on this machine
    if third is not None:
        await third
    committer.give(row(4))
    assert committer.commit() is None
    assert (times_s[:2], times_s[-1]) == ([STAND_BY_S, 0.0], LONG_S)
    await ended(committer)


async def test_those_who_are_ready_in_one_round_share_commits_once_the_loop_has_stood_by(disk: CrashDisk) -> None:
    """Fifty strokes at once cost the loop two milliseconds, whatever a commit takes."""
    commits: list[int] = []

    class Working(JournalStore):
        def append(self, rows: Sequence[Row]) -> None:
            commits.append(len(rows))
            super().append(rows)
            until_s = time.perf_counter() + 0.3 * STAND_BY_S
            while time.perf_counter() < until_s:
                pass

    committer = ThreadCommitter(Working.create(PATH, disk, {}), LONG_S)

    async def stroke(number: int) -> None:
        committer.give(row(number))
        pending = committer.commit()
        if pending is not None:
            await pending

    await asyncio.gather(*(stroke(number) for number in range(1, 51)))
    assert sum(commits) == 50
    assert len(commits) <= 6, "four stood by, one begun after them, one that the rest share"
    await ended(committer)


async def test_what_is_given_while_a_lingering_commit_works_lingers_too(disk: CrashDisk) -> None:
    """Rows whose time is up while the thread is busy are committed after it, though nobody asks."""
    written: list[int] = []
    both = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Noticing(JournalStore):
        def append(self, rows: Sequence[Row]) -> None:
            super().append(rows)
            written.extend(each.seq for each in rows)
            if written == [1, 2]:
                loop.call_soon_threadsafe(both.set)

    committer = ThreadCommitter(Noticing.create(PATH, disk, {}), 0.0, 0.0)
    disk.stall()
    committer.give(row(1))
    await _rounds()
    committer.give(row(2))
    await _rounds()
    assert written == []
    disk.release()
    await both.wait()
    await ended(committer)


async def test_who_waits_when_the_file_is_let_go_of_is_told(disk: CrashDisk, clock: SetClock) -> None:
    """A wait that no commit will end ends at once, one for what is under way with it; afterwards all is refused."""
    journal = Journal.create(PATH, disk, clock, {}, threaded=True)
    disk.stall()
    journal.record("a", {})
    under_way = asyncio.create_task(journal.durable())
    await _rounds()
    journal.record("b", {})
    behind = asyncio.create_task(journal.durable())
    await _rounds()
    journal.abandon()
    with pytest.raises(JournalError, match="was let go of"):
        await behind
    still = under_way.done()
    disk.release()
    await under_way
    with pytest.raises(JournalError, match="was let go of"):
        await journal.durable()
    assert not still


async def test_a_close_that_is_overtaken_by_letting_go_ends_as_an_error(disk: CrashDisk) -> None:
    """Who closes a file that another lets go of meanwhile is told that it was not closed."""
    committer = ThreadCommitter(JournalStore.create(PATH, disk, {}), LONG_S)
    disk.stall()
    committer.give(row(1))
    closing = asyncio.create_task(committer.close())
    await _rounds()
    committer.abandon()
    disk.release()
    with pytest.raises(JournalError, match="was let go of"):
        await closing
    await asyncio.to_thread(committer.thread.join)


async def test_without_sockets_the_file_is_let_go_of(
    disk: CrashDisk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that has no descriptor left is told so, keeps none, and owns nothing."""
    real, made = socket.socketpair, list[socket.socket]()

    def one_only() -> tuple[socket.socket, socket.socket]:
        if made:
            raise OSError(24, "Too many open files")
        made.extend(real())
        return made[0], made[1]

    monkeypatch.setattr(socket, "socketpair", one_only)
    with pytest.raises(JournalError, match="Too many open files"):
        Journal.create(PATH, disk, clock, {}, threaded=True)
    assert [end.fileno() for end in made] == [-1, -1]
    monkeypatch.undo()
    await Journal.open(PATH, disk, clock, threaded=True).close()


async def _rounds() -> None:
    """Let callbacks that are ready run, those that they make too."""
    for _ in range(5):
        await asyncio.get_running_loop().run_in_executor(None, bool)
