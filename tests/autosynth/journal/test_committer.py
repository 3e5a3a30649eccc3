"""The committing thread: a stalled disk delays who waits for it, and waiters share commits."""

import asyncio
from collections.abc import Sequence

import pytest

from autosynth.errors import JournalError
from autosynth.journal.crashdisk import CrashDisk
from autosynth.journal.event import Row
from autosynth.journal.journal import Journal
from autosynth.journal.store import JournalStore
from autosynth.journal.threadcommitter import ThreadCommitter
from tests.autosynth.journal.conftest import PATH, SetClock


async def test_a_stalled_disk_blocks_only_who_waits_for_it(disk: CrashDisk, clock: SetClock) -> None:
    """While a sync hangs the loop runs and events are recorded; a bounded wait ends; afterwards all is written."""
    journal = Journal.create(PATH, disk, clock, {}, threaded=True)
    disk.stall()
    journal.record("a", {})
    waiting = asyncio.create_task(journal.durable())
    journal.record("b", {})
    with pytest.raises(JournalError, match=r"has not confirmed event 2 within 0\.01 s"):
        await journal.durable(timeout_s=0.01)
    journal.record("c", {})
    stalled = not waiting.done()
    disk.release()
    await waiting
    await journal.close()
    store = JournalStore.read(PATH, disk)
    kinds = [event.kind for event in store.events()]
    store.close()
    assert (stalled, kinds) == (True, ["a", "b", "c"])


async def test_waiters_share_a_commit(disk: CrashDisk, clock: SetClock) -> None:
    """Ten tasks that record and wait while a sync hangs are served by the one that follows."""
    journal = Journal.create(PATH, disk, clock, {}, threaded=True)
    journal.record("first", {})
    await journal.durable()
    disk.stall()
    before = disk.syncs

    async def stroke(number: int) -> None:
        journal.record("intent", {"number": number})
        await journal.durable()

    strokes = [asyncio.create_task(stroke(number)) for number in range(11)]
    await asyncio.wait(strokes, timeout=0.01)
    disk.release()
    await asyncio.gather(*strokes)
    syncs = disk.syncs - before
    await journal.close()
    assert syncs == 2


async def test_a_commit_that_fails_late_is_told_to_who_waits_and_its_rows_are_kept(
    disk: CrashDisk, clock: SetClock
) -> None:
    """Of those who wait for it and those who came meanwhile each gets the error; the next commit writes all of it."""
    journal = Journal.create(PATH, disk, clock, {}, threaded=True)
    disk.stall()
    journal.record("a", {})
    first = asyncio.create_task(journal.durable())
    await _next_tick()
    journal.record("b", {})
    second = asyncio.create_task(journal.durable())
    await _next_tick()
    disk.sync_fails = True
    disk.release()
    results = await asyncio.gather(first, second, return_exceptions=True)
    disk.sync_fails = False
    journal.record("c", {})
    await journal.durable()
    await journal.close()
    assert [type(result) for result in results] == [JournalError, JournalError]
    store = JournalStore.read(PATH, disk)
    kinds = [event.kind for event in store.events()]
    store.close()
    assert kinds == ["a", "b", "c"]


async def test_an_error_that_nobody_expected_reaches_the_waiter_and_spares_the_thread(
    disk: CrashDisk, clock: SetClock
) -> None:
    """A commit that fails with any exception is a journal error for who waits; the rows go with the next commit."""
    failures: list[Exception] = [MemoryError("no room for the rows")]

    class Failing(JournalStore):
        def append(self, rows: Sequence[Row]) -> None:
            if failures:
                raise failures.pop()
            super().append(rows)

    journal = Journal(Failing.create(PATH, disk, {}), clock, threaded=True)
    journal.record("a", {})
    with pytest.raises(JournalError, match="no room for the rows"):
        await journal.durable(timeout_s=5.0)
    journal.record("b", {})
    await journal.durable(timeout_s=5.0)
    await journal.close(timeout_s=5.0)
    store = JournalStore.read(PATH, disk)
    kinds = [event.kind for event in store.events()]
    store.close()
    assert kinds == ["a", "b"]


async def test_a_loop_that_ends_while_the_disk_stalls_leaves_no_trouble(disk: CrashDisk, clock: SetClock) -> None:
    """A thread that comes back from a stalled disk to a closed loop ends quietly."""
    loop = asyncio.new_event_loop()
    journal = Journal.create(PATH, disk, clock, {}, threaded=True)
    disk.stall()
    journal.record("a", {})

    def run() -> None:
        with pytest.raises(JournalError, match="has not confirmed"):
            loop.run_until_complete(journal.durable(timeout_s=0.01))
        loop.close()

    await asyncio.to_thread(run)
    disk.release()
    committer = journal._committer  # pyright: ignore[reportPrivateUsage]
    assert isinstance(committer, ThreadCommitter)
    journal.abandon()
    await asyncio.to_thread(committer.thread.join)
    assert not committer.thread.is_alive()


async def test_what_nobody_waits_for_is_written_after_a_while(clock: SetClock) -> None:
    """An outcome recorded before a long wait reaches the disk without anybody asking."""
    synced = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Noticing(CrashDisk):
        def before_sync(self) -> None:
            super().before_sync()
            loop.call_soon_threadsafe(synced.set)

    disk = Noticing()
    store = JournalStore.create(PATH, disk, {})
    journal = Journal(store, clock, threaded=True, linger_s=0.0)
    await _next_tick()
    synced.clear()
    journal.record("outcome", {})
    await synced.wait()
    before = disk.syncs
    journal.record("outcome", {})
    await journal.durable()
    await journal.close()
    assert disk.syncs > before


async def _next_tick() -> None:
    """Let callbacks that are ready run."""
    await asyncio.get_running_loop().run_in_executor(None, bool)
